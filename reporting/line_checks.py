"""The office checks a report: line by line, and what it asks the group to mend at which place."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.models import Case
from casework.services import locked, record
from casework.windows import is_to_be_written
from grants.models import Side

from .models import FieldNote, Report, SettlementLine, Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """What the office found of one line of spending.

    :param disallowed_yen: of one that is not allowed; ``None`` is all of it.
    :param seen: the mark of what the window showed of it; ``None`` where a program writes, without one.
    """

    line: int
    verdict: str
    disallowed_yen: int | None = None
    reason: str = ""
    seen: str | None = None

    @property
    def said(self) -> dict:
        return {
            "verdict": self.verdict, "disallowed_yen": self.disallowed_yen, "reason": self.reason,
        }  # fmt: skip


def standing(line: SettlementLine) -> Found:
    """Return what is found of a line by now, as the page shows it: ``None`` yen is all of it."""
    part = line.disallowed_yen if 0 < line.disallowed_yen < line.amount_yen else None
    return Found(line.pk, line.verdict, part, line.disallowed_reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the group is to mend at one place: a field, or a line. Empty words ask for nothing.

    :ivar seen: the mark of what the window showed there; ``None`` where a program writes, without one.
    """

    words: str
    field: str = ""
    line: int | None = None
    seen: str | None = None


@transaction.atomic
def check_report(
    report: Report, *, found: Iterable[Found], asked: Iterable[Asked] = (),
    settled: Collection[int] = (), by, at: datetime,
) -> Report:  # fmt: skip
    """Keep what the office found, and what it asks for; the group gets that with the return.

    :param settled: ids of earlier notes that are done.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises Overtaken: if a colleague judged or wrote meanwhile what this window would change.
    :raises ValidationError: if the report is not with the office, the amount waits in a draft, or a
        line is disallowed without a reason or by more than it comes to.
    """
    report = locked(report)
    require(by.act_on(japan_date(at)), "reporting.handle_report", report)
    if report.state != "submitted":
        raise ValidationError(_("The report is not with the office now."))
    if waiting_draft(report.project_year):
        raise ValidationError(_("The amount waits in a draft for approval. Drop the draft first."))
    spent = {ln.pk: ln for ln in report.settlement_lines.filter(side=Side.EXPENDITURE)}
    changed = [
        _decide(spent[one.line], one)
        for one in found
        if one.line in spent
        and is_to_be_written(one.said, standing(spent[one.line]).said, seen=one.seen)
    ]
    SettlementLine.objects.bulk_update(
        changed, ["verdict", "disallowed_yen", "disallowed_reason", "set_aside"]
    )
    for one in asked:
        ask_at(report, one, by=by, at=at)
    done = settle_notes(report, settled, by=by, at=at)
    record(report, "check_lines", by=by, at=at, lines=_as_facts(changed), settled=done)
    return report


def _decide(line: SettlementLine, found: Found) -> SettlementLine:
    line.forget_the_verdict()
    line.verdict = found.verdict
    if found.verdict:
        line.set_aside = None
    if found.verdict == Verdict.DISALLOWED:
        off = line.amount_yen if found.disallowed_yen is None else found.disallowed_yen
        if not 0 < off <= line.amount_yen:
            words = _("“%(label)s” comes to %(amount)s yen: disallow 1 yen or more, up to that.")
            told = {"label": line.label, "amount": f"{line.amount_yen:,}"}
            raise ValidationError(words % told)
        if not found.reason:
            words = _("Say why “%(label)s” is not allowed: the group reads the reason.")
            raise ValidationError(words % {"label": line.label})
        line.disallowed_yen, line.disallowed_reason = off, found.reason
    return line


def _as_facts(lines: list[SettlementLine]) -> list[list]:
    return [[line.pk, line.verdict, line.disallowed_yen] for line in lines]


def ask_at(report: Case, asked: Asked, *, by, at: datetime) -> None:
    """Write, change or take away the note on one place that the writer was not given yet.

    :raises Overtaken: if a colleague wrote there meanwhile.
    """
    written = report.field_notes.being_written().filter(field=asked.field, line=asked.line)
    kept = written.values_list("asked", flat=True).first()
    if not is_to_be_written({"asked": asked.words}, {"asked": kept or ""}, seen=asked.seen):
        return
    if not asked.words:
        written.delete()
    elif not written.update(asked=asked.words, by=by, at=at):
        FieldNote.objects.create(
            report=report, field=asked.field, line_id=asked.line, asked=asked.words, by=by, at=at
        )


def settle_notes(report: Case, settled: Collection[int], *, by, at: datetime) -> list[int]:
    """Tick off what was asked for and is done; return the ids of the notes."""
    notes = report.field_notes.awaited().filter(pk__in=settled)
    done = sorted(notes.values_list("pk", flat=True))
    notes.update(settled_at=at, settled_by=by)
    return done


def give_the_notes(report: Case, *, at: datetime) -> list[int]:
    """Let the writer read what was written for it; return the ids of the notes."""
    given = report.field_notes.being_written()
    ids = sorted(given.values_list("pk", flat=True))
    given.update(given_at=at)
    return ids


def in_one_text(report: Case) -> str:
    """Return what is asked for, place by place, as the reason of a return begins with it."""
    notes = report.field_notes.being_written().select_related("line").order_by("pk")
    return "\n".join(f"・{note.place}：{note.asked}" for note in notes)
