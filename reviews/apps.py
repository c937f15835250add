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
        from grants.call_panels import call_panel
        from grants.round_links import round_link

        from . import (  # noqa: F401  they register what they hold with casework
            case_panels,
            consequences,
            corrections,
            deadlines,
            desk_parts,
            forms,
            letter_lines,
            notice_kinds,
            permissions,
            plan_followers,
            readiness,
            retention_classes,
            round_lacks,
            sensitivity_inputs,
            setup_steps,
        )
        from .case_panels import result_panel
        from .models import Assessment, ChairRuling, DecisionSnapshot, Publication

        for kept in (Assessment, ChairRuling, DecisionSnapshot, Publication):
            guards.append_only(kept)
        call_panel("reviews/_result.html", result_panel)
        jobs.LABELS["reviews.tasks.find_conflicts"] = _("Search for possible conflicts of interest")
        round_link(_("Selection of this round"), "reviews:selection", "reviews.read_selection")
        for party in (Party.OFFICE, Party.APPROVER, Role.AUDITOR):
            desk_link(party, _("Selections"), "reviews:rounds", order=40)
