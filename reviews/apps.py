from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Selection")

    def ready(self):
        from accounts.models import Role
        from casework import guards, jobs
        from casework.desk_links import desk_link
        from casework.parties import Party

        from . import (  # noqa: F401  they register what they hold with casework
            case_panels,
            consequences,
            deadlines,
            desk_parts,
            forms,
            permissions,
            plan_followers,
            readiness,
            retention_classes,
            setup_steps,
        )
        from .models import Assessment, ChairRuling, DecisionSnapshot

        for kept in (Assessment, ChairRuling, DecisionSnapshot):
            guards.append_only(kept)
        jobs.LABELS["reviews.tasks.find_conflicts"] = _("Search for possible conflicts of interest")
        for party in (Party.OFFICE, Party.APPROVER, Role.AUDITOR):
            desk_link(party, _("Selections"), "reviews:rounds", order=40)
