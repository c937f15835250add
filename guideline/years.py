"""Writing and reading what is planned for measures in a fiscal year, and what came.

The office writes one row a measure and year; each time the whole of it is kept as a version. The office,
approvers, auditors and the committee read the row as it stands. Everybody else reads the version that
a release kept when it made a day of that fiscal year, or of a later one, public: what is written after that
waits for the next.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.dateparse import parse_date

from accounts.permissions import require
from casework import calendar
from casework.edit_numbers import take_next
from casework.history import digest_of

from .figures import are_more
from .models import (
    BY_MONTH,
    TONES,
    Edition,
    Figure,
    Measure,
    MeasureYear,
    MeasureYearVersion,
    PublicDay,
    SaysMonths,
    Status,
    fiscal_year_name,
    in_language,
    reads_all_progress,
    unit_of,
)
from .prefill import FIELDS, Suggestion
from .services import Overtaken

#: Everything that a version keeps of a year's row, besides its figures.
KEPT = (
    "target", "plan", "plan_months", "plan_by_month", "result", "result_months",
    "result_by_month", "status", "next_plan",
)  # fmt: skip
#: What a figure says in a version, besides its parts.
FIGURE_FIELDS = ("label", "label_en", "value", "unit", "unit_en", "parts_exceed")


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A figure of a year and its parts, as somebody reads it."""

    label: str
    label_en: str
    value: int
    unit: str
    unit_en: str
    parts_exceed: bool
    as_of: date | None
    parts: tuple["FigureShown", ...] = ()
    pk: int | None = None

    @property
    def name(self) -> str:
        return in_language(self.label, self.label_en)

    @property
    def number(self) -> str:
        return f"{self.value:,}"

    @property
    def measured_in(self) -> str:
        return unit_of(self.label_en, self.unit, self.unit_en)

    @property
    def is_flagged(self) -> bool:
        """Whether its parts are more than it."""
        return are_more(self.value, (part.value for part in self.parts))


@dataclass(frozen=True, slots=True)
class YearShown(SaysMonths):
    """Plan and result of a measure in a fiscal year, as somebody reads it.

    :param plan_by_month: number of a month as text → words; so ``result_by_month``.
    :param made_public_at: when the release that shows it became public; ``None`` for who reads it as it stands.
    """

    measure_id: int
    fiscal_year: int
    target: str
    plan: str
    plan_months: tuple[int, ...]
    result: str
    result_months: tuple[int, ...]
    status: str
    next_plan: str
    plan_by_month: Mapping[str, str] = field(default_factory=dict)
    result_by_month: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[FigureShown, ...] = ()
    made_public_at: datetime | None = None

    @property
    def name(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label) if self.status else ""

    @property
    def tone(self) -> str:
        return TONES[Status(self.status)] if self.status else "neutral"


def content_of(year: MeasureYear, figures: Iterable[Figure]) -> dict:
    """Return the whole of a year's row and its figures, as a version keeps it."""
    rows = sorted(figures, key=lambda figure: figure.pk)
    wholes = [
        {**_said(row), "parts": [_said(part) for part in rows if part.part_of_id == row.pk]}
        for row in rows
        if row.part_of_id is None
    ]
    return {**{name: getattr(year, name) for name in KEPT}, "figures": wholes}


def _said(figure: Figure) -> dict:
    as_of = figure.as_of.isoformat() if figure.as_of else None
    return {**{name: getattr(figure, name) for name in FIGURE_FIELDS}, "as_of": as_of}


def shown_from(
    content: Mapping, measure_id: int, fiscal_year: int, made_public_at: datetime | None = None
) -> YearShown:
    """Return what a version says of a measure and a year."""
    words = {name: content[name] for name in FIELDS if not name.endswith("_months")}
    by_month = {name: content.get(name, {}) for name in BY_MONTH}  # versions from before have none
    return YearShown(
        measure_id, fiscal_year, made_public_at=made_public_at,
        plan_months=tuple(content["plan_months"]), result_months=tuple(content["result_months"]),
        figures=tuple(figure_from(said) for said in content["figures"]), **words, **by_month,
    )  # fmt: skip


def figure_from(said: Mapping) -> FigureShown:
    """Return a figure as a version keeps it."""
    fields = {name: said[name] for name in FIGURE_FIELDS}
    as_of = parse_date(said["as_of"]) if said["as_of"] else None
    parts = tuple(figure_from(part) for part in said.get("parts", []))
    return FigureShown(as_of=as_of, parts=parts, **fields)


def years_shown(measures: QuerySet[Measure], user) -> list[YearShown]:
    """Return the years of ``measures`` as ``user`` may read them, by measure and year.

    At most three queries, however many years there are.
    """
    if reads_all_progress(user):
        rows = MeasureYear.objects.filter(measure__in=measures).prefetch_related("figures")
        found = [
            shown_from(content_of(row, row.figures.all()), row.measure_id, row.fiscal_year)
            for row in rows
        ]
    else:
        found = list(_released(measures))
    return sorted(found, key=lambda year: (year.measure_id, year.fiscal_year))


def _released(measures: QuerySet[Measure]) -> Iterator[YearShown]:
    """Yield each year as the release kept it that was put together last of those that cover it."""
    kept = _covering().filter(year_versions__year__measure__in=measures)
    told = kept.values_list("year_versions__year", "year_versions", "released_at")
    newest = {year: (version, moment) for year, version, moment in told}
    moments = dict(newest.values())
    for version in MeasureYearVersion.objects.filter(pk__in=moments).select_related("year"):
        year = version.year
        yield shown_from(version.content, year.measure_id, year.fiscal_year, moments[version.pk])


def _covering() -> QuerySet[PublicDay]:
    """Return the days whose release kept versions of years; the one that counts comes last."""
    kept = PublicDay.objects.standing().filter(frozen_at__isnull=False)
    return kept.order_by("frozen_at", "pk")


def standing_at(edition: Edition, day: date) -> list[MeasureYearVersion]:
    """Return what everybody would read of the years that ``day`` covers, if it were made public now.

    By fiscal year, the latest first, and by number of the measure.
    """
    covered = MeasureYearVersion.objects.filter(
        year__measure__edition=edition, year__fiscal_year__lte=calendar.fiscal_year(day)
    )
    newest = dict(covered.order_by("number").values_list("year", "pk"))
    found = MeasureYearVersion.objects.filter(pk__in=newest.values())
    rows = found.select_related("year__measure")
    return list(rows.order_by("-year__fiscal_year", "year__measure__number"))


def released_at(year: MeasureYear) -> datetime | None:
    """Return when what everybody reads of a year’s row became public; ``None`` if no release kept a version of it."""
    found = _covering().filter(year_versions__year=year.pk).last() if year.pk else None
    return found.released_at if found else None


@transaction.atomic
def write(
    measure: Measure, fiscal_year: int, values: Mapping, *, edit_number: int,
    taken: Iterable[Suggestion] = (), by, at: datetime,
) -> MeasureYear:  # fmt: skip
    """Write words, months and status of a year; what changes nothing leaves no trace.

    :param values: by the names in :data:`KEPT`; what is not named stays as it is.
    :param edit_number: the number the page was loaded with; 0 where there was no row.
    :param taken: the suggestions that were taken into what is written.
    :raises PermissionDenied: if ``by`` does not write the years.
    :raises StaleDraft: if somebody else wrote meanwhile.
    :raises ValidationError: if a value cannot be.
    """
    require_writer(by, at)
    year = _locked(measure, fiscal_year)
    changed = [name for name, value in values.items() if getattr(year, name) != value]
    take_next(year, edit_number)
    if not changed and year.pk:
        return year
    for name, value in values.items():
        setattr(year, name, value)
    year.full_clean()
    year.save()
    _keep(year, taken=taken, by=by, at=at)
    return year


def require_writer(by, at: datetime) -> None:
    """Refuse whoever does not write the years of measures at ``at``.

    :raises PermissionDenied: if ``by`` may not.
    """
    require(by.act_on(calendar.japan_date(at)), "guideline.enter_years")


def _locked(measure: Measure, fiscal_year: int) -> MeasureYear:
    """Return the row of a year, held by the lock of its measure; a new one is not saved yet."""
    held = Measure.objects.select_for_update().get(pk=measure.pk)
    found = MeasureYear.objects.filter(measure=held, fiscal_year=fiscal_year).first()
    return found or MeasureYear(measure=held, fiscal_year=fiscal_year)


def _keep(year: MeasureYear, *, taken: Iterable[Suggestion] = (), by, at: datetime) -> None:
    last = year.versions.order_by("-number").values_list("number", flat=True).first() or 0
    MeasureYearVersion.objects.create(
        year=year, number=last + 1, content=content_of(year, year.figures.all()), by=by, at=at,
        taken=[{"field": one.field, "why": str(one.why), "address": one.address} for one in taken],
    )  # fmt: skip


def mark_of(figure: Figure) -> str:
    """Return what marks a figure as it stands now; empty for one that is not written yet."""
    return digest_of([figure.pk, _said(figure)])[:16] if figure.pk else ""


@transaction.atomic
def write_figure(
    measure: Measure, fiscal_year: int, figure: Figure, *, seen: str = "", by, at: datetime
) -> Figure:
    """Write a figure of a year, or a part of one; the year gets its row if it has none.

    :param seen: the mark of the figure that the person saw; empty for a new one.
    :raises PermissionDenied: if ``by`` does not write the years.
    :raises Overtaken: if it is another one by now, or no more.
    :raises ValidationError: if its parts are more than the whole, or its label is there twice.
    """
    require_writer(by, at)
    year = _locked(measure, fiscal_year)
    there = Figure.objects.in_bulk([pk for pk in (figure.pk, figure.part_of_id) if pk])
    if figure.pk and (figure.pk not in there or seen != mark_of(there[figure.pk])):
        raise Overtaken
    if figure.part_of_id:
        if figure.part_of_id not in there:
            raise Overtaken
        figure.part_of = there[figure.part_of_id]  # as it stands under the lock
    if year.pk is None:
        year.save()
    figure.measure, figure.of_year, figure.fiscal_year = year.measure, year, fiscal_year
    figure.full_clean()
    figure.save()
    _keep(year, by=by, at=at)
    return figure


def mark_with_parts(figure: Figure) -> str:
    """Return what marks a figure and its parts as they stand now."""
    parts = [] if figure.part_of_id else sorted(figure.parts.all(), key=lambda part: part.pk)
    return digest_of([mark_of(figure), [mark_of(part) for part in parts]])[:16]


@transaction.atomic
def strike_figure(figure: Figure, *, seen: str, by, at: datetime) -> None:
    """Take a figure and its parts out of a year's row; the versions keep them.

    :param seen: the mark of the figure and its parts that the person saw (:func:`mark_with_parts`).
    :raises PermissionDenied: if ``by`` does not write the years.
    :raises Overtaken: if it is another one by now, or no more.
    """
    require_writer(by, at)
    year = _locked(figure.measure, figure.fiscal_year)
    standing = Figure.objects.filter(pk=figure.pk).first()
    if standing is None or seen != mark_with_parts(standing):
        raise Overtaken
    standing.delete()
    _keep(year, by=by, at=at)
