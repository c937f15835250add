from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Grants")

    def ready(self):
        from casework import guards

        from . import (  # noqa: F401  they register what they hold with casework
            case_panels,
            change_letters,
            change_panels,
            city_issue_panels,
            city_settings,
            consequences,
            continuation,
            course_sort,
            deadlines,
            decision_grounds,
            desk_links,
            desk_notes,
            desk_parts,
            early_start_panels,
            forms,
            holding,
            lent_dates,
            letters,
            log_rows,
            merging,
            months,
            notice_kinds,
            permissions,
            pictures,
            plan_dates,
            question_panels,
            reading_panels,
            receipts,
            retention_classes,
            round_lacks,
            setup_steps,
            taking_back,
        )
        from .models import (
            BudgetEntry,
            CallAnswer,
            ChargeEntry,
            EligibilityAnswer,
            EligibilityRecord,
            FundEntry,
            FundTargetChange,
            MeasureReading,
            ParameterChange,
            Payment,
            RoundChange,
            RoundPlan,
        )

        city_settings.register()
        guards.append_only(BudgetEntry)
        guards.append_only(CallAnswer, erasing=("wording", "answer"))
        guards.append_only(ChargeEntry)
        guards.append_only(EligibilityAnswer)
        guards.append_only(EligibilityRecord)
        guards.append_only(FundEntry)
        guards.append_only(FundTargetChange)
        guards.append_only(MeasureReading)
        guards.append_only(ParameterChange)
        guards.append_only(Payment)
        guards.append_only(RoundChange)
        guards.append_only(RoundPlan)
