"""What the confirmed amount (額の確定) rests on: every line judged, its proofs, the money that moved."""

from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from casework.asked_once import to_be_shown
from casework.beside_decisions import beside
from casework.flow import Text
from casework.parties import listed
from casework.refusals import refuses
from grants.models import ProjectYear

from .checks import RECEIPTS_DIFFER, WITHOUT_PROOF, findings
from .models import Report, SettlementLine
from .models.report import report_of
from .told import place_of, told_of


def unchecked(report: Report) -> list[SettlementLine]:
    """Return the lines of spending of which the office has not said whether they count."""
    return [
        line
        for line in report.lines()
        if line.side == "expenditure" and line.amount_yen and not line.verdict
    ]


def without_proof(report: Report) -> list[Text]:
    """Return in words which proofs are missing of what counts; what does not count needs none."""
    told = told_of(to_be_shown(report))
    lines = {place_of(line): line for line in report.lines()}
    return [
        found.words
        for found in findings(told)
        if found.code in WITHOUT_PROOF and _counts_unproved(lines[found.place], found.code)
    ]


def _counts_unproved(line: SettlementLine, code: str) -> bool:
    if code == RECEIPTS_DIFFER:
        return line.receipts_yen < line.counted_yen
    return line.counted_yen > 0


@refuses(ProjectYear.KIND, "confirm")
def unjudged(year: ProjectYear, *, at: datetime) -> str | None:
    """Say which lines of the settlement nobody has judged; nothing is confirmed before."""
    report = report_of(year)
    was_sent = report is not None and report.state == "submitted"
    names = [line.label for line in unchecked(report)] if was_sent else []
    if not names:
        return None
    words = _("The office has not said yet whether these lines count: %(lines)s. Check the report first.")  # fmt: skip
    return words % {"lines": listed(names)}


@beside(ProjectYear.KIND, "confirm")
def what_it_rests_on(year: ProjectYear, *, facts: dict, today: date) -> str:
    """Draw the calculation, what was paid and is left by it, and the points that are open."""
    report = report_of(year)
    if report is None:
        return ""
    settlement = to_be_shown(report).settlement
    confirmed = facts.get("confirmed_yen", settlement.proposed_confirmed_yen)
    return render_to_string(
        "reporting/_confirmation.html",
        {
            "year": year,
            "report": report,
            "settlement": settlement,
            "confirmed_yen": confirmed,
            "is_drafted": bool(facts),
            "differs": confirmed != settlement.proposed_confirmed_yen,
            "paid_yen": year.paid_yen,
            "to_pay_yen": max(confirmed - year.paid_yen, 0),
            "to_come_back_yen": max(year.paid_yen - confirmed, 0),
            "open_points": _open_points(report),
        },
    )


def _open_points(report: Report) -> list[Text]:
    """Return what a reader has to know besides: lines not judged, things asked for, what does not fit."""
    lines = [
        _("%(line)s: not checked yet") % {"line": f"{line.label} ({line.before_the_change})"}
        if line.before_the_change
        else _("%(line)s: not checked yet") % {"line": line.label}
        for line in unchecked(report)
    ]
    notes = report.field_notes.awaited().select_related("line").order_by("pk")
    asked = [
        _("Asked for and not done: %(place)s: %(words)s")
        % {"place": note.place, "words": note.asked}
        for note in notes
    ]
    return [*lines, *asked, *(found.words for found in findings(told_of(report)))]
