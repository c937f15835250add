"""Destroying what is past its retention period: a list a month, an approval, a record that stays.

The list holds classes and ids only. Between the list and the decision rows may be held, change or
go: what is destroyed is what is listed and still due at the moment of the decision; the rest is
skipped, and the record says why.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Model, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.services.people import system_user

from . import files, outbox, retention, services
from .calendar import JAPAN, fiscal_year, japan_date, wareki_calendar_year
from .consequences import on
from .flow import Text
from .models import Case, Destruction, DestructionItem
from .parties import Party
from .retention import RetentionClass

#: Rows that are listed, or destroyed, at a time.
BATCH = 500

Outcome = DestructionItem.Outcome


def propose(*, at: datetime) -> Destruction | None:
    """List what is past its retention period, once a month, and tell the office.

    :returns: the list, or ``None`` if nothing is due or the month has its list already.
    """
    month = japan_date(at).replace(day=1)
    of_month = Destruction.objects.filter(month=month)
    if of_month.exists():
        return None
    try:
        return _propose(month, at=at)
    except IntegrityError:
        if of_month.exists():  # another worker was faster
            return None
        raise


@transaction.atomic
def _propose(month: date, *, at: datetime) -> Destruction | None:
    found = {code: list(rows) for code, rows in _due(japan_date(at)) if rows}
    if not found:
        return None
    by, year, years = system_user("retention", at=at), fiscal_year(month), retention.periods()
    made = Destruction(title=_title(month), month=month, internal=True, fiscal_year=year)
    counts = {code: len(rows) for code, rows in found.items()}
    services.open_case(made, by=by, at=at, filed=True, counts=counts)
    services.file_number(made, "D", year)
    DestructionItem.objects.bulk_create(
        (
            DestructionItem(destruction=made, code=code, row=row, years=years[code])
            for code, rows in found.items()
            for row in rows
        ),
        batch_size=BATCH,
    )
    outbox.tell(made, Party.OFFICE, "your_turn", at=at)
    return made


def _title(month: date) -> str:
    """Name a list; in Japanese for everyone, as it is stored."""
    return f"保存年限満了の廃棄（{wareki_calendar_year(month.year)}{month.month}月分）"


def _due(today: date) -> Iterator[tuple[str, list[int]]]:
    """Yield code and ids of what is due and neither held nor on a list that waits."""
    years = retention.periods()
    waiting = DestructionItem.objects.filter(destruction__closed_at=None)
    for code, kept in retention.classes().items():
        if code in years:
            rows = retention.due(kept, years[code], today=today)
            rows = rows.exclude(pk__in=retention.held(kept, rows).values("pk"))
            listed = waiting.filter(code=code).values("row")
            yield (
                code,
                list(rows.exclude(pk__in=listed).order_by("pk").values_list("pk", flat=True)),
            )


@on("destruction", "destroy")
def execute(destruction: Destruction, *, by, at: datetime, facts: dict) -> None:
    """Destroy what is listed and still due; write down what became of each row."""
    listed = destruction.items.filter(outcome=Outcome.LISTED).order_by("code", "row")
    known, years = retention.classes(), retention.periods()
    retention.lock(_cases_of(listed, today=japan_date(at)))
    for code in listed.values_list("code", flat=True).distinct().order_by("code"):
        rows = list(listed.filter(code=code).values_list("row", flat=True))
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            told = _destroy(known.get(code), years.get(code), batch, by=by, at=at)
            for outcome, ids in told.items():
                destruction.items.filter(code=code, row__in=ids).update(outcome=outcome)
            services.record(
                destruction, "destroy_rows", by=by, at=at, retention_class=code,
                **{outcome.value: ids for outcome, ids in told.items()},
            )  # fmt: skip
    transaction.on_commit(files.unlink_destroyed, robust=True)


def _cases_of(listed: QuerySet[DestructionItem], *, today: date) -> set[int]:
    """Return the ids of the cases whose holds keep what is listed and still due.

    All at once, not batch by batch: who locks cases in one order waits for nobody in a circle.
    """
    found, years = set(), retention.periods()
    for code, kept in retention.classes().items():
        if code in years:
            ids = listed.filter(code=code).order_by().values("row")
            rows = retention.due(kept, years[code], today=today).filter(pk__in=ids)
            found.update(rows.order_by().values_list(kept.cases, flat=True))
    return found - {None}


def _destroy(
    kept: RetentionClass | None, years: int | None, ids: list[int], *, by, at: datetime
) -> dict[Outcome, list[int]]:
    """Destroy those of ``ids`` that are still due and not held; say what became of each."""
    still, kept_back = [], []
    if kept is not None and years is not None:
        rows = retention.due(kept, years, today=japan_date(at)).filter(pk__in=ids)
        kept_back = _ids(retention.held(kept, rows))
        still = _ids(rows.exclude(pk__in=kept_back).select_for_update(of=("self",)))
        kept.destroy(rows.model._base_manager.filter(pk__in=still), by=by, at=at)
    changed = sorted(set(ids) - {*still, *kept_back})
    return {Outcome.DESTROYED: still, Outcome.HELD: kept_back, Outcome.CHANGED: changed}


def _ids(rows: QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def counts_of(destruction: Case) -> list[dict]:
    """Return of each class of a list how many rows had which outcome."""
    items = DestructionItem.objects.filter(destruction=destruction.pk)
    rows = items.values("code", "years", "outcome").annotate(number=Count("pk"))
    known = retention.classes()
    return [
        {
            **row,
            "label": _label(known, row["code"]),
            "known": row["code"] in known,
            "outcome": Outcome(row["outcome"]).label,
        }
        for row in rows.order_by("code", "outcome")
    ]


def _label(known: dict[str, RetentionClass], code: str) -> Text:
    return known[code].label if code in known else code


def with_rows(items: Iterable[DestructionItem], kept: RetentionClass) -> dict[int, Model]:
    """Return item → the row of ``kept`` that it lists, of those that are still there."""
    model = kept.due(date.min).model
    rows = model._base_manager.select_related(*kept.reads) if kept.reads else model._base_manager
    found = rows.in_bulk([item.row for item in items])
    return {item.pk: found[item.row] for item in items if item.row in found}


def destroyed_on(code: str, row: int) -> date | None:
    """Return the Japan date on which a row of a class was destroyed, if a list says so."""
    lists = Destruction.objects.filter(
        items__code=code, items__row=row, items__outcome=Outcome.DESTROYED
    )
    at = lists.order_by("-closed_at").values_list("closed_at", flat=True).first()
    return japan_date(at) if at else None


#: The heads of the record of what was destroyed (廃棄簿).
RECORD_HEAD = (
    _("Number"), _("Month"), _("Class"), _("Number of the record"), _("Kept for (years)"),
    _("What became of it"), _("Decided (Japan time)"), _("Decided by"),
)  # fmt: skip


def record_of_all() -> Iterator[tuple]:
    """Return a line for each row of each list that was decided, the earliest first.

    In the language of whoever asks, also where the lines are read after their page has ended.
    """
    classes = {code: str(kept.label) for code, kept in retention.classes().items()}
    return _record(classes, {code: str(label) for code, label in Outcome.choices})


def _record(classes: dict[str, str], outcomes: dict[str, str]) -> Iterator[tuple]:
    items = DestructionItem.objects.exclude(destruction__closed_at=None)
    ordered = items.select_related("destruction").order_by("destruction__month", "code", "row")
    deciders = _deciders()
    for item in ordered.iterator(chunk_size=BATCH):
        of = item.destruction
        yield (
            of.number, f"{of.month:%Y-%m}", classes.get(item.code, item.code), item.row, item.years,
            outcomes[item.outcome], f"{localtime(of.closed_at, JAPAN):%Y-%m-%d %H:%M}",
            deciders.get(of.pk),
        )  # fmt: skip


def _deciders() -> dict[int, str]:
    """Return list → who decided what becomes of it."""
    decided = Destruction.objects.filter(events__verb__in=Destruction.flow)
    return dict(decided.values_list("pk", "events__by__name").order_by("events__pk"))
