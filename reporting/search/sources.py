"""What there is to find: each kind says what of it is published now, in the words it is shown with.

A kind reads through the same querysets as the public pages, so what is not shown cannot be found.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from casework.calendar import first_day
from casework.flow import Text
from grants.models import CityIssue, Proposal
from guideline.models import Measure, Progress
from reporting import register
from reporting.models import CollaborationReport
from reporting.public_text import read_part

T = TypeVar("T")

#: Rows that are read, and written, at a time.
BATCH = 500

#: Questions of a report whose answers are no words of its own: the title stands apart, a form is a code.
NO_WORDS = ("line", "choice")
MEASURE_WORDS = ("title", "how", "came_of_it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One thing to find.

    :param key: which one of its kind.
    :param text: its words besides the title, all published, a line for each field.
    :param text_en: our English translation of some of them.
    :param measures: ids of the measures that it names.
    :param fictitious: invented, for a demonstration.
    """

    key: str
    address: str
    title: str
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    fiscal_year: int | None = None
    course: str = ""
    department: int | None = None
    measures: tuple[int, ...] = ()
    fictitious: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of things to find.

    :param label: what one of them is called.
    :param documents: gives the published ones; those with the keys alone, where some are given.
    """

    kind: str
    label: Text
    documents: Callable[[frozenset[str] | None], Iterator[Document]]


#: Kind → what gives its documents, in the order in which kinds are named.
SOURCES: dict[str, Source] = {}


def source(kind: str, label: Text):
    """Register the decorated function: it gives the published documents of a kind."""

    def register_it(function):
        SOURCES[kind] = Source(kind, label, function)
        return function

    return register_it


def in_batches(things: Iterable[T]) -> Iterator[list[T]]:
    """Give ``things`` in lists of ``BATCH``."""
    left = iter(things)
    while batch := list(islice(left, BATCH)):
        yield batch


@source("report", _("Collaboration report"))
def reports(keys: frozenset[str] | None) -> Iterator[Document]:
    """Give what the public reads of each report: the version that was published, never the draft."""
    found = CollaborationReport.objects.public(fictitious=settings.DEMO)
    if keys is not None:
        found = found.filter(pk__in=keys)
    for report in found.with_publication().order_by("pk").iterator(chunk_size=BATCH):
        content = report.publication.version.content
        named = content["measures"]
        year = report.project_year
        yield Document(
            key=str(report.pk),
            address=report.get_absolute_url(),
            title=content["title"],
            text=_joined(_said_in(content)),
            text_en=_joined([content["department_en"], *(row["title_en"] for row in named)]),
            fiscal_year=content["fiscal_year"],
            course=year.proposal.round.edition.course if year else "",
            department=report.department_id,
            measures=tuple(row["id"] for row in named),
            fictitious=report.fictitious,
        )


def _said_in(content: dict) -> Iterator[str]:
    """Yield all that the page of a report says in words; what was published holds nothing else."""
    yield from (content["partner_names"], content["department"])
    for part in content["parts"]:
        said = read_part(content, part)["value"]
        if isinstance(said, str) and part["kind"] not in NO_WORDS:
            yield said
    for row in content["measures"]:
        yield from (str(row.get(name) or "") for name in MEASURE_WORDS)
    yield from (figure["label"] for figure in content["figures"])
    yield from (answer["words"] for view in content["views"] for answer in view["answers"])
    yield from content["committee"]


@source("project", _("Adopted project"))
def projects(keys: frozenset[str] | None) -> Iterator[Document]:
    """Give the adopted projects that stand in the register by name."""
    known = list(Department.objects.order_by("pk"))
    for rows in in_batches(_entries(keys)):
        own = [row["entry_key"] for row in rows if not row["told_by"]]
        links = register.links(own, fictitious=settings.DEMO)
        filed = Proposal.objects.filter(number__in=own).order_by()
        in_charge = dict(filed.values_list("number", "department"))
        for row in rows:
            linked = links.get(row["entry_key"]) if not row["told_by"] else None
            named = linked.measures if linked else []
            words = [row["group"], row["partner_department"]]
            words += [measure.title for measure in named]
            yield Document(
                key=row["entry_key"],
                address=register.address(row["entry_key"], row["course_code"], row["adopted_in"]),
                title=row["project"] or row["group"],
                text=_joined(words),
                text_en=_joined(measure.title_en for measure in named),
                fiscal_year=row["adopted_in"] or None,
                course=row["course_code"],
                department=_department(row, known, in_charge),
                measures=tuple(measure.pk for measure in named),
                fictitious=row["invented"],
            )


def _department(
    row: dict, known: list[Department], in_charge: dict[str, int | None]
) -> int | None:  # fmt: skip
    """Return the department of a row: the project's own, or the only one that bore the name that is told.

    Of several of one name it is the one that bore it when the fiscal year of the adoption began;
    ``None`` where that does not tell which.
    """
    if not row["partner_department"]:
        return None
    if not row["told_by"]:
        return in_charge.get(row["entry_key"])
    named = [one for one in known if one.name == row["partner_department"]]
    if len(named) > 1 and row["adopted_in"]:
        named = [one for one in named if one.is_valid_on(first_day(row["adopted_in"]))]
    return named[0].pk if len(named) == 1 else None


def _entries(keys: frozenset[str] | None) -> Iterator[dict]:
    for row in _rows(keys):
        named = row["entry_key"] and (row["project"] or row["group"])
        wanted = keys is None or row["entry_key"] in keys
        if named and wanted and not register.is_summary(row):
            yield row


def _rows(keys: frozenset[str] | None) -> Iterator[dict]:
    """Return the rows of the register; of some proposals, those of their courses and years."""
    places: Iterable[dict] = ({},)
    if keys is not None:
        own = Proposal.objects.filter(number__in=keys).order_by()
        places = [
            {"course": course, "fiscal_year": year}
            for course, year in own.values_list("round__edition__course", "fiscal_year").distinct()
        ]
    for place in places:
        yield from register.entries(fictitious=settings.DEMO, **place)


@source("measure", _("Measure"))
def measures(keys: frozenset[str] | None) -> Iterator[Document]:
    """Give the measures of all editions, with the results of those days that were made public."""
    told = Prefetch("progress_set", Progress.published.order_by("as_of"))
    found = Measure.objects.select_related("edition", "section").prefetch_related(told)
    found = found.order_by("pk")
    if keys is not None:
        found = found.filter(pk__in=keys)
    for measure in found.iterator(chunk_size=BATCH):
        edition, section = measure.edition, measure.section
        yield Document(
            key=str(measure.pk),
            address=measure.get_absolute_url(),
            title=measure.title,
            title_en=measure.title_en,
            text=_joined(
                [
                    measure.text,
                    measure.previous_actions,
                    section.title,
                    edition.title,
                    *(day.result for day in measure.progress_set.all()),
                ]
            ),
            text_en=_joined([section.title_en, edition.title_en]),
            measures=(measure.pk,),
        )


@source("issue", _("City issue"))
def issues(keys: frozenset[str] | None) -> Iterator[Document]:
    """Give the city issues that the office has published."""
    found = CityIssue.objects.public(fictitious=settings.DEMO).select_related("department")
    if keys is not None:
        found = found.filter(pk__in=keys)
    for issue in found.order_by("pk").iterator(chunk_size=BATCH):
        department = issue.department
        words = [issue.problem, issue.offers, issue.seeks, department.name]
        yield Document(
            key=str(issue.pk),
            address=issue.get_absolute_url(),
            title=issue.title,
            text=_joined(words),
            text_en=department.name_en,
            fiscal_year=issue.fiscal_year,
            department=department.pk,
            fictitious=department.fictitious,
        )


def _joined(words: Iterable[str]) -> str:
    return "\n".join(word for word in words if word.strip())
