"""Writing the lines of a settlement so that each stays the line it is, with its receipts and notes."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.models import LINE_FIELDS

from .models import Report, SettlementLine

#: What a row writes, and the check that it may undo.
WRITTEN_FIELDS = (*LINE_FIELDS, "verdict", "disallowed_yen", "disallowed_reason", "set_aside")


def write_lines(report: Report, rows: Iterable[dict], *, removed: Collection[int] = ()) -> None:
    """Make the settlement what ``rows`` say.

    A row names its line (``line``), or takes, in order, one that no row names and none removed: the
    page that saves itself does not learn the numbers of the lines that it made. What the office had
    not allowed of a line that goes is kept, and stands again beside one of that name.

    :param removed: ids of lines that were taken out.
    :raises ValidationError: if a line that goes still has receipts.
    """
    rows = [dict(row) for row in rows]
    kept = {line.pk: line for line in report.settlement_lines.order_by("pk")}
    named = [kept.get(row.pop("line", None) or 0) for row in rows]
    taken = {line.pk for line in named if line} | set(removed)
    free = [line for pk, line in kept.items() if pk not in taken]
    lines = [
        _write(line or _take(free, row) or SettlementLine(report=report), row)
        for line, row in zip(named, rows, strict=True)
    ]
    gone = kept.keys() - {line.pk for line in lines}
    _remove(gone)
    _keep_what_was_found(report, lines, [kept[pk] for pk in sorted(gone)])
    SettlementLine.objects.bulk_update([line for line in lines if line.pk], WRITTEN_FIELDS)
    SettlementLine.objects.bulk_create(line for line in lines if not line.pk)


def _keep_what_was_found(
    report: Report, lines: list[SettlementLine], gone: list[SettlementLine]
) -> None:
    """Keep what was not allowed of lines that went, and give it to new lines of the same name."""
    found = [*report.struck_out, *filter(None, (line.refusal() for line in gone))]
    for line in lines:
        same = [one for one in found if (one["side"], one["label"]) == (line.side, line.label)]
        if line.pk is None and same:
            refusal = min(same, key=lambda one: one["amount_yen"] != line.amount_yen)
            found.remove(refusal)
            line.remember(refusal)
    if found != report.struck_out:
        report.struck_out = found
        report.save(update_fields=["struck_out"])


def _take(free: list[SettlementLine], row: dict) -> SettlementLine | None:
    """Return the first free line of the side, one of the same name before all others."""
    same_side = [line for line in free if line.side == row["side"]]
    found = next((line for line in same_side if line.label == row["label"]), None)
    found = found or next(iter(same_side), None)
    if found:
        free.remove(found)
    return found


def _write(line: SettlementLine, row: dict) -> SettlementLine:
    before = line.judged_as()
    for name in LINE_FIELDS:
        if name in row:
            setattr(line, name, row[name])
    line.keep_the_verdict(before)
    return line


def _remove(gone: Collection[int]) -> None:
    found = SettlementLine.objects.filter(pk__in=gone)
    with_receipts = found.filter(receipts__isnull=False).order_by("pk").first()
    if with_receipts:
        words = _("“%(label)s” has receipts. Move them to another line or remove them first.")
        raise ValidationError(words % {"label": with_receipts.label})
    found.delete()
