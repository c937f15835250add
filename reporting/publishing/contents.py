"""What the public would read of one thing as it stands now: plain JSON, to be frozen by a release."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.dateparse import parse_date

from accounts.models import Department
from casework.calendar import fiscal_year, wareki, wareki_year
from casework.plain_words import one_line, plain_throughout
from grants.models import CourseEdition
from guideline.models import (
    Claim,
    Edition,
    Measure,
    MeasureYearVersion,
    PrintedCount,
    Progress,
)
from guideline.models.of_a_day import OfADay
from guideline.table_words import RING
from guideline.years import standing_at
from reporting import open_data, register
from reporting.beside_report import Beside, gather
from reporting.figures import FIGURES
from reporting.models import CollaborationReport, Kind
from reporting.versions import content_of_collaboration

#: The one key of the register: it is released as a whole.
ALL = "all"
#: Where a content holds files of open data, and the moment as of which its rows were read.
FILES, AS_OF = "files", "as_of"
#: Where the figures of a year hold the keys of the rows that they add up.
SOURCES = "sources"
#: The ids of the versions of plans and results that a content shows.
YEAR_VERSIONS = "year_versions"
#: Open data that is made of published reports, and therefore never frozen beside them.
FROM_REPORTS = ("reports", "report-answers")
#: Open data that is made of published tables of progress, and of what becomes public and ends with them.
FROM_PROGRESS = "progress"
WITH_PROGRESS = ("measure-years", "measure-months", "printed-counts")
#: Figures of the measures: the register freezes those that documents give; those of years are of progress.
FIGURES_OF_MEASURES = "measure-figures"
#: Open data that the office makes public row by row, each by a move of its own.
FROM_OFFICE = "city-issues"
#: What a release of the register never freezes.
NEVER_FROZEN = (*FROM_REPORTS, FROM_PROGRESS, *WITH_PROGRESS, FROM_OFFICE)
#: Columns of the measures that tell of other releases: of reports, and of tables of progress.
MEASURES, MOVED_OF_MEASURES = "measures", ("status", "status_as_of", "published_reports")
#: Figures that rest on published reports, and are therefore added up anew with them.
MOVING = tuple(code for code, figure in FIGURES.items() if {*FROM_REPORTS} & {*figure.files})
#: Open data of which the register freezes fewer rows than there are.
_FROZEN_ROWS = {FIGURES_OF_MEASURES: open_data.measure_years.figures_of_documents}


class NoSuchThing(LookupError):
    """There is nothing of this kind under this key."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that can be released, as it stands now.

    :param title: in Japanese, as all that is stored; in lists and on a tombstone.
    :param content: what the public would read, as plain JSON.
    """

    title: str
    fiscal_year: int | None
    fictitious: bool
    content: dict


def thing(kind: str, key: str, *, at: datetime) -> Thing:
    """Return what the public would read under ``kind`` and ``key``, if it were released now.

    :param at: the moment as of which tables are made.

    :raises NoSuchThing: if there is nothing.
    """
    return _plain(_MADE_BY[Kind(kind)](key, at))


def things(wanted: Iterable[tuple[str, str]], *, at: datetime) -> dict[tuple[str, str], Thing]:
    """Return what :func:`thing` does, of many; what is not there is left out.

    Reports are read together, in as many queries as one.
    """
    wanted = list(wanted)
    keys = [int(key) for kind, key in wanted if kind == Kind.REPORT and key.isdigit()]
    found = {(str(Kind.REPORT), str(pk)): one for pk, one in _reports(keys).items()}
    for kind, key in wanted:
        if kind != Kind.REPORT:
            with suppress(NoSuchThing):
                found[str(kind), key] = thing(kind, key, at=at)
    return found


def _plain(found: Thing) -> Thing:
    # Files of open data keep what stands in them: the rows of a table end where its lines end.
    words = {name: value for name, value in found.content.items() if name != FILES}
    content = found.content | plain_throughout(words)
    return replace(found, title=one_line(found.title), content=content)


def _report(key: str, at: datetime) -> Thing:
    found = _reports([int(key)]) if key.isdigit() else {}
    if not found:
        raise NoSuchThing(key)
    return found[int(key)]


def _reports(keys: list[int]) -> dict[int, Thing]:
    """Return the reports of these keys that are there, as they stand."""
    read = CollaborationReport.objects.select_related("department", "report_form")
    reports = read.in_bulk(keys)
    beside = gather(reports.values()) if reports else {}
    return {pk: _plain(_thing_of(report, beside[pk])) for pk, report in reports.items()}


def _thing_of(report: CollaborationReport, beside: Beside) -> Thing:
    text = content_of_collaboration(report, public=True, beside=beside)
    tabled = report.tabled_on.isoformat() if report.tabled_on else None
    content = {"id": report.pk, "text": text, "tabled_on": tabled}
    return Thing(report.title, report.fiscal_year, report.fictitious, content)


def _register(key: str, at: datetime) -> Thing:
    if key != ALL:
        raise NoSuchThing(key)
    rows = list(register.entries(fictitious=settings.DEMO))
    in_english = dict(Department.objects.order_by("pk").values_list("name", "name_en"))
    for row, counts in zip(rows, register.counted(rows), strict=True):
        row["counted"] = counts
        row["partner_department_en"] = in_english.get(row["partner_department"], "")
        row["invented"] = bool(row["invented"])
        row["became_ja"], row["became_en"] = _in_both(register.became_label, row["became"])
    content = {
        AS_OF: at.isoformat(),
        "columns": list(register.COLUMNS),
        "rows": rows,
        "courses": _courses(),
        FILES: _files(at),
    }
    return Thing("採択事業の一覧とオープンデータ", None, False, content)


def _courses() -> dict[str, list[str]]:
    """Return the names of the courses, Japanese and English."""
    found: dict[str, list[str]] = {}
    for edition in CourseEdition.objects.order_by("fictitious", "-first_fiscal_year", "course"):
        found.setdefault(edition.course, _in_both(lambda edition: edition.label, edition))
    return found


def _in_both(say: Callable, about) -> list[str]:
    words = []
    for language in ("ja", "en"):
        with translation.override(language):
            words.append(str(say(about)))
    return words


def _files(at: datetime) -> dict[str, str]:
    """Return the files of open data that are frozen with the register, by their names."""
    with translation.override("ja"):
        return {
            file.name: "".join(file.parts)
            for file in open_data.files(
                fictitious=settings.DEMO, at=at, without=NEVER_FROZEN, rows=_FROZEN_ROWS
            )
        }


def edition_and_day(key: str) -> tuple[str, date]:
    """Return the code of the edition and the day that ``key`` of a progress table names.

    :raises NoSuchThing: if it names none.
    """
    code, _slash, written = key.partition("/")
    try:
        day = parse_date(written)
    except ValueError:
        day = None
    if day is None:
        raise NoSuchThing(key)
    return code, day


def _progress(key: str, at: datetime) -> Thing:
    code, day = edition_and_day(key)
    told = progress_of_day(code, day)
    edition = Edition.objects.get(code=code)
    content = {
        AS_OF: at.isoformat(),
        "edition": code,
        "edition_title": edition.title,
        "edition_title_en": edition.title_en,
        "day": day.isoformat(),
        **told,
        **_years(edition, day),
    }
    title = f"{edition.title}　具体施策の進捗状況（{wareki(day)}現在）"
    return Thing(title, fiscal_year(day), False, content)


def progress_of_day(code: str, day: date, *, is_public: bool = False) -> dict[str, list[dict]]:
    """Return what is on record for a day of an edition: rows, counts as printed, and what they claim.

    All that is copied for the public, each with its source and what it rests on.

    :param is_public: of the copies that the public reads, instead of what the office writes.
    :raises NoSuchThing: if nothing is.
    """

    def of(model: type[OfADay]):
        return model.published if is_public else model.objects

    of_day = {"measure__edition__code": code, "as_of": day}
    rows = of(Progress).filter(**of_day).select_related("measure__section")
    rows = [_progress_row(row) for row in rows.order_by("measure__number")]
    if not rows:
        raise NoSuchThing(f"{code}/{day}")
    printed = of(PrintedCount).filter(edition__code=code, as_of=day)
    claims = of(Claim).filter(**of_day).order_by("measure__number", "subject", "place", "pk")
    said = {"number": F("measure__number"), "edition": F("about__code")}
    return {
        "rows": rows,
        "printed": [
            {
                "name": f"{count.classification} {count.status}",
                "count": count.count,
                "denominator": count.denominator,
                "source": count.source,
                "level": count.level,
            }
            for count in printed.order_by("classification", "status")
        ],
        "claims": list(
            claims.values("subject", "place", "as_printed", "value", "source", "level", **said)
        ),
    }


def _progress_row(row: Progress) -> dict:
    measure = row.measure
    return {
        "number": measure.number,
        "title": measure.title,
        "title_en": measure.title_en,
        "section": measure.section.title,
        "section_en": measure.section.title_en,
        "class": measure.classification,
        "status": row.status,
        "result": row.result,
        "next_class": row.next_class,
        "reason": row.reason,
        "fiscal_year": row.fiscal_year,
        "source": row.source,
        "level": row.level,
    }


def _years(edition: Edition, day: date) -> dict[str, object]:
    """Return plan and result of each fiscal year that becomes public with ``day``, the latest first.

    With the ids of the versions that say so: the guideline’s pages show the public these very ones.
    """
    versions = standing_at(edition, day)
    return {"years": years_of(versions), YEAR_VERSIONS: [version.pk for version in versions]}


def years_of(versions: Iterable[MeasureYearVersion]) -> dict[str, list[dict]]:
    """Return what versions say, by fiscal year, in their order."""
    years: dict[str, list[dict]] = {}
    for version in versions:
        rows = years.setdefault(str(version.year.fiscal_year), [])
        rows.append(_year_row(version.year.measure, version.content))
    return years


def _year_row(measure: Measure, said: dict) -> dict:
    """Return what a version says of a measure: its months as month → words, a ring where there are none."""
    months = {
        name: {str(month): said.get(words, {}).get(str(month), RING) for month in said[ticked]}
        for name, words, ticked in (
            ("planned", "plan_by_month", "plan_months"),
            ("done", "result_by_month", "result_months"),
        )
    }
    words = {name: said[name] for name in ("target", "plan", "result", "status", "next_plan")}
    return {
        "number": measure.number, "title": measure.title, "title_en": measure.title_en,
        **words, **months, "figures": said["figures"],
    }  # fmt: skip


def _figures(key: str, at: datetime) -> Thing:
    if not (key.isdigit() and len(key) == 4):
        raise NoSuchThing(key)
    rows = list(register.entries(fictitious=settings.DEMO, fiscal_year=int(key)))
    if not rows:
        raise NoSuchThing(key)
    content = {
        AS_OF: at.isoformat(),
        "fiscal_year": int(key),
        "courses": _courses(),
        "rows": figures_of(rows),
        "source_rows": len(rows),
        SOURCES: [row["entry_key"] for row in rows],
    }
    return Thing(f"{wareki_year(int(key))}に採択した事業の数字", int(key), False, content)


def figures_of(rows: Iterable[dict]) -> list[dict]:
    """Add up rows of the register by course: projects, and yen where any is known.

    ``unknown`` counts the projects whose grant is in no sum, ``confirmed`` those whose confirmed
    amount is in one, ``here`` those that this system carries, whose amounts it will know.
    """
    rows = list(rows)
    sums: dict[str, dict] = {}
    for row, counts in zip(rows, register.counted(rows), strict=True):
        own = sums.setdefault(
            row["course_code"],
            {
                "course": row["course_code"],
                "projects": 0,
                "here": 0,
                "granted_yen": None,
                "unknown": 0,
                "confirmed_yen": None,
                "confirmed": 0,
            },
        )
        own["projects"] += counts
        own["here"] += 0 if row["told_by"] else counts
        for name in ("granted_yen", "confirmed_yen") if counts else ():
            if row[name] is not None:
                own[name] = (own[name] or 0) + row[name]
        own["unknown"] += counts if row["granted_yen"] is None else 0
        own["confirmed"] += counts if row["confirmed_yen"] is not None else 0
    return [sums[course] for course in sorted(sums)]


_MADE_BY: dict[Kind, Callable[[str, datetime], Thing]] = {
    Kind.REPORT: _report,
    Kind.REGISTER: _register,
    Kind.PROGRESS: _progress,
    Kind.FIGURES: _figures,
}
