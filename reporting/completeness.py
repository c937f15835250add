"""What has to be there before a report is sent, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

#: What a collaboration report cannot do without.
COLLABORATION = (
    "title", "partner_names", "form", "purpose", "content", "city_role", "partner_role", "results",
)  # fmt: skip


def empty_fields(case, names: tuple[str, ...]) -> list[Text]:
    return [
        format_lazy(_("“{field}” is empty."), field=case._meta.get_field(name).verbose_name)
        for name in names
        if not getattr(case, name)
    ]


def missing_in_report(report) -> list[Text]:
    """Return what is missing in a group's report; empty means that it can be sent."""
    missing = empty_fields(report, ("completed_on", "content", "results"))
    starts_on = report.project_year.starts_on
    if report.completed_on and starts_on and report.completed_on < starts_on:
        missing.append(_("The last day of the project must not be before its first day."))
    return missing + _missing_in_settlement(report.settlement)


def _missing_in_settlement(settlement) -> list[Text]:
    if not settlement.spending_yen:
        return [_("The settlement has no expenditure yet.")]
    missing = []
    if not settlement.balances:
        missing.append(settlement.imbalance)
    if settlement.city_yen > settlement.granted_yen:
        words = _("The city’s part can be at most what was granted: {granted} yen.")
        missing.append(format_lazy(words, granted=f"{settlement.granted_yen:,}"))
    return missing


def missing_in_collaboration(report) -> list[Text]:
    """Return what is missing in a department's report; empty means that it can be sent."""
    return empty_fields(report, COLLABORATION)
