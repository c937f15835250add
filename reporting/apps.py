from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reports and publication")

    def ready(self):
        from . import city_settings

        # Before all else: a form of casework lists the settings when it is imported.
        city_settings.register()

        from casework import guards

        from . import (  # noqa: F401  they register what they hold with casework
            booklet,
            case_panels,
            committee,
            committee_waits,
            consequences,
            deadlines,
            forms,
            interim,
            interim_pages,
            lent_dates,
            letters,
            measure_panels,
            measure_prefill,
            outcome_panels,
            partner_panels,
            permissions,
            project_links,
            retention_classes,
            setup_steps,
            taking_back,  # noqa: F401  it asks whether a release is under way
        )
        from .models import AcceptedWarning, CommitteeComment, Publication
        from .publishing import (  # noqa: F401
            axe_check,
            committee_check,
            gone,
            inside_release,
            issue_wording,  # noqa: F401
            notice_kinds,
            panels,
            public_at_once,
            releases,
        )
        from .publishing import forms as release_forms  # noqa: F401
        from .search import follow_moves, store  # noqa: F401  they follow moves

        guards.append_only(AcceptedWarning)
        guards.append_only(CommitteeComment, erasing=("words",))
        guards.append_only(Publication, erasing=("pdf",))
        post_migrate.connect(store.make, sender=self, dispatch_uid="reporting.search")
