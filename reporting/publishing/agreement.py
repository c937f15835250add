"""Whether the tables that stand beside each other agree: the figures of a year, and the register that they add up.

Each is a release of its own, so that one may be released anew while the other stands. What would
disagree then is refused, whichever comes last: when it is proposed, and when it becomes public.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.figures import Difference
from reporting.models import Action, Kind, PublicEntry, Release, ReleaseItem

from .addresses import path_of
from .contents import ALL

#: What the figures of a year tell of a course, each as the page calls it.
COLUMNS = {
    "projects": gettext_lazy("Adopted projects"),
    "granted_yen": gettext_lazy("Granted amount"),
    "confirmed_yen": gettext_lazy("Confirmed amount"),
    "unknown": gettext_lazy("Projects whose amount is not known or not decided yet"),
    "confirmed": gettext_lazy("Projects whose confirmed amount is known"),
}

Number = int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the figures of a year that the register does not bear out.

    :param told: what the figures say; ``None`` where they know nothing.
    :param counted: what the rows of the register add up to.
    """

    course: str
    column: str
    told: Number
    counted: Number

    @property
    def place(self) -> str:
        return f"{self.course}, {COLUMNS[self.column]}"

    @property
    def words(self) -> str:
        return _("The page says %(told)s, the rows of the register add up to %(counted)s.") % {
            "told": _or_unknown(self.told),
            "counted": _or_unknown(self.counted),
        }


def _or_unknown(number: Number) -> Number | str:
    return _("not known") if number is None else number


def differing(figures: dict, rows: Iterable[dict] | None) -> Iterator[Cell]:
    """Yield the cells in which the figures of a year are not what rows of the register add up to.

    :param figures: their content.
    :param rows: ``None`` where no register stands beside them.
    """
    if rows is None:
        return
    year = figures["fiscal_year"]
    counted = _counted([row for row in rows if row["adopted_in"] == year])
    told = {row["course"]: row for row in figures["rows"]}
    for course in sorted({*told, *counted}):
        says, adds = told.get(course, {}), counted.get(course, {})
        for column in COLUMNS:
            if says.get(column) != adds.get(column):
                yield Cell(course, column, says.get(column), adds.get(column))


def _counted(rows: list[dict]) -> dict[str, dict[str, Number]]:
    """Return what rows of a year add up to, by course."""
    found = {}
    for course in {row["course_code"] for row in rows}:
        own = [row for row in rows if row["course_code"] == course and row["counted"]]
        granted = [row["granted_yen"] for row in own if row["granted_yen"] is not None]
        settled = [row for row in own if row.get("confirmed_yen") is not None]
        found[course] = {
            "projects": sum(row["counted"] for row in own),
            "granted_yen": sum(granted) if granted else None,
            "confirmed_yen": sum(row["confirmed_yen"] for row in settled) if settled else None,
            "unknown": sum(row["counted"] for row in own if row["granted_yen"] is None),
            "confirmed": sum(row["counted"] for row in settled),
        }
    return found


def rows_of_standing_register() -> list[dict] | None:
    """Return the rows of the register that is public now; ``None`` if none is."""
    found = PublicEntry.objects.standing().filter(kind=Kind.REGISTER, key=ALL)
    return found.values_list("item__content__rows", flat=True).first()


def figures_beside(release: Release) -> list[ReleaseItem]:
    """Return the figures that are public now, and that a release leaves as they are."""
    own = release.items.filter(kind=Kind.FIGURES).values("key")
    found = PublicEntry.objects.standing().filter(kind=Kind.FIGURES).exclude(key__in=own)
    return [entry.item for entry in found.select_related("item").order_by("key")]


def contradictions() -> Iterator[Difference]:
    """Yield the cells in which the figures that are public and the register that is disagree."""
    rows = rows_of_standing_register()
    found = PublicEntry.objects.standing().filter(kind=Kind.FIGURES).select_related("item")
    for entry in found.order_by("key"):
        path = path_of(entry.item)
        for cell in differing(entry.item.content, rows):
            yield Difference("figures", cell.course, cell.column, cell.told, cell.counted, path)


def why_not(release: Release) -> str | None:
    """Return which cell would be public in two ways once a frozen release is; ``None`` if none would."""
    items = release.items.filter(kind__in=(Kind.REGISTER, Kind.FIGURES))
    staying = items.exclude(action=Action.WITHDRAW)
    kinds = set(items.values_list("kind", flat=True))
    if not kinds:
        return None
    figures = list(staying.filter(kind=Kind.FIGURES).order_by("key"))
    if Kind.REGISTER in kinds:  # where it is withdrawn, nothing contradicts the figures any more
        own = staying.filter(kind=Kind.REGISTER)
        rows = own.values_list("content__rows", flat=True).first()
        figures += figures_beside(release)
    else:
        rows = rows_of_standing_register()
    for item in figures:
        if item.content:  # frozen
            for cell in differing(item.content, rows):
                return f"{item.title}: {cell.place}: {cell.words}"
    return None
