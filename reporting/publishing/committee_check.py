"""Whether the committee has had its say on a report that is to be published.

In which order is the city's to set. Where it set none, a warning says what is open, and the office can
let it stand. Where the committee comes first, the flow table refuses a report that it did not receive.
"""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.calendar import japan_date
from casework.flow import Text
from casework.notice_words import in_words as day_in_words
from reporting.conditions import ANY_ORDER
from reporting.models import Action, CollaborationReport, Kind, ReleaseItem

from .checks import Looked, check


@check("committee", gettext_lazy("Reports on which the committee has not had its say"))
def committee(looked: Looked, item: ReleaseItem, content: dict) -> Iterator[tuple[str, str]]:
    """Say what of the committee is open on the day that a report becomes public for the first time."""
    if item.kind != Kind.REPORT or item.action != Action.PUBLISH:
        return
    report = looked.reports.get(int(item.key))
    if report is None:
        return
    when = looked.release.publish_at or looked.at
    if words := _what_is_open(report, looked.tabling_order, japan_date(when)):
        yield _("The committee"), words


def _what_is_open(report: CollaborationReport, order: str, day: date) -> Text | None:
    until: date | None = report.comments_until  # type: ignore[attr-defined]
    is_tabled = report.last_tabling is not None  # type: ignore[attr-defined]
    are_taken = is_tabled and (until is None or day <= until)
    if report.tabled_on is None and not order:
        return _(
            "The committee has not received the report, and which of the two comes first is not set."
        )
    if are_taken and order != ANY_ORDER:
        if until is None:
            return _("The committee comments on the report, and no last day is set.")
        words = _("The committee comments on the report until %(day)s.")
        return words % {"day": day_in_words(until)}
    if report.are_comments_waiting and not are_taken:  # type: ignore[attr-defined]
        return _(
            "The committee has commented and no comment is released: the public would read none."
        )
    return None
