"""What has to be there before a report is sent, in words."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from grants.completeness import NO_CATEGORY, lacks_category

from .checks import to_be_mended
from .told import told_of_sums

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
    if lacks_category(report.lines(), report.project_year.rules):
        missing.append(NO_CATEGORY)
    return missing + [finding.words for finding in to_be_mended(told_of_sums(report))]


def missing_in_collaboration(report) -> list[Text]:
    """Return what is missing in a department's report; empty means that it can be sent."""
    return empty_fields(report, COLLABORATION)
