"""What has to be there before a report is sent, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from grants.completeness import NO_CATEGORY, lacks_category

from .checks import to_be_mended
from .told import told_of_sums

EMPTY = _("“{field}” is empty.")


def empty_fields(case, names: tuple[str, ...]) -> list[Text]:
    return [
        format_lazy(EMPTY, field=case._meta.get_field(name).verbose_name)
        for name in names
        if not getattr(case, name)
    ]


def missing_in_report(report) -> list[Text]:
    """Return what is missing in a group's report; empty means that it can be sent."""
    missing = empty_fields(report, ("completed_on", "content", "results"))
    if lacks_category(report.lines(), report.project_year.rules):
        missing.append(NO_CATEGORY)
    return missing + [finding.words for finding in to_be_mended(told_of_sums(report))]


def missing_in_collaboration(report) -> list[Text]:
    """Return what the form asks and the department has not answered; empty means it can be sent."""
    asked = [one for one in report.questions if one.required]
    return [format_lazy(EMPTY, field=one.name) for one in asked if _is_empty(report.answer_to(one))]


def _is_empty(answer) -> bool:
    """Return whether nothing was answered; an amount of 0 is an answer."""
    return answer is None or answer is False or answer == ""
