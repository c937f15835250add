from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Grants")

    def ready(self):
        from casework import guards

        from . import (  # noqa: F401  they register what they hold with casework
            case_panels,
            consequences,
            deadlines,
            desk_links,
            desk_notes,
            desk_parts,
            forms,
            holding,
            letters,
            measure_panels,
            merging,
            notice_kinds,
            permissions,
            plan_dates,
            receipts,
            retention_classes,
            setup_steps,
        )
        from .models import ParameterChange, Payment, RoundChange, RoundPlan

        guards.append_only(ParameterChange)
        guards.append_only(Payment)
        guards.append_only(RoundChange)
        guards.append_only(RoundPlan)
