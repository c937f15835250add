"""The public site: every path there is now, and the bytes of each, made of what releases froze."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from itertools import chain

from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework import city
from grants.issue_projects import with_projects
from guideline.models import fiscal_year_name, in_language
from reporting import open_data, public_photos
from reporting.figures import FIGURES
from reporting.models import Action, Kind, PublicEntry, ReleaseItem

from . import drawing, issues, machine, sources
from .addresses import ENGLISH, address, index_of_year, photo
from .contents import (
    FIGURES_OF_MEASURES,
    FROM_OFFICE,
    FROM_PROGRESS,
    FROM_REPORTS,
    MEASURES,
    MOVED_OF_MEASURES,
    MOVING,
    NEVER_FROZEN,
    WITH_PROGRESS,
    edition_and_day,
)
from .drawing import LANGUAGES, days_of

#: Reports on one page of a list.
PER_PAGE = 100
#: What the front page and the feed tell of at most.
NEWEST, FED = 20, 50
#: The list of the rows that tables rest on.
SOURCES = "figure-sources"
#: Files of open data about the verified figures.
OF_FIGURES = ("figures", SOURCES)
#: Figures that are added up anew with each release, whatever it is of.
MADE_NOW = (*MOVING, "progress")
#: Entries that are read at a time.
BATCH = 100

#: The end of a path → what it is; a folder shows its index.
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".csv": open_data.CSV,
    ".json": open_data.JSON,
    ".jsonld": "application/ld+json; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}


def here() -> str:
    """Return the address under which this system shows the site itself."""
    return settings.SITE_URL + reverse("reporting:public-root")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a path.

    :param parts: its bytes one after the other, made while they are read; once.
    :param gone: whether it is the tombstone of something that was withdrawn.
    """

    parts: Iterable[bytes]
    gone: bool = False

    @classmethod
    def whole(cls, body: bytes, *, gone: bool = False) -> "Found":
        return cls((body,), gone)

    @property
    def body(self) -> bytes:
        """All of it; only for who needs it whole."""
        return b"".join(self.parts)


@dataclass(frozen=True)
class Site:
    """What is public at this moment.

    :param base_url: the address of the root, ending in a slash, for feed, sitemap and JSON-LD.
    :param fictitious: whether what is invented is shown too; only in a demonstration.
    """

    base_url: str
    fictitious: bool

    @cached_property
    def about(self) -> dict:
        """What every page tells of the city and its program."""
        return city.values("program_name", "city_name", "open_data_licence", "office_contact")

    @cached_property
    def entries(self):
        return PublicEntry.objects.shown(fictitious=self.fictitious)

    @property
    def _standing(self):
        return self.entries.standing()

    def _of(self, kind: Kind):
        return self.entries.filter(kind=kind)

    def read(self, path: str) -> Found | None:
        """Return what stands at ``path``, or ``None``."""
        language, own = _language(path)
        if language != "ja" and not (own == "" or own.endswith(".html")):
            return None  # what machines read is there once
        for pattern, find in _ROUTES:
            if told := pattern.fullmatch(own):
                return find(self, language, path, **told.groupdict())
        return None

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of every file of the site, one after the other."""
        return ((path, b"".join(parts)) for path, parts in self.parts())

    def parts(self) -> Iterator[tuple[str, Iterable[bytes]]]:
        """Yield path and parts of every file: no file is in memory whole that grows with the reports."""
        yield from ((path, (body,)) for path, body in self._things())
        yield from ((path, (body,)) for path, body in self._issues())
        for path in self.other_paths():
            found = self.read(path)
            if found:
                yield path, found.parts

    def _things(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages of all things; their contents are read a few at a time."""
        entries = self.entries.select_related("item").annotate(at=F("item__release__published_at"))
        for entry in entries.order_by("pk").iterator(chunk_size=BATCH):
            for language in LANGUAGES:
                body = drawing.thing(entry.item, language, about=self.about, **days_of(entry))
                yield _in(language, _address(entry)), body
            yield from _photos(entry.item)

    def _issues(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pages of the city issues, and the tombstones of those that were withdrawn."""
        for issue in self._standing_issues().order_by("pk").iterator(chunk_size=BATCH):
            for language in LANGUAGES:
                body = issues.draw(issue, language, about=self.about)
                yield _in(language, issues.address(issue)), body
        gone = issues.withdrawn(fictitious=self.fictitious).order_by("pk")
        for issue in gone.iterator(chunk_size=BATCH):
            for language in LANGUAGES:
                body = issues.draw_tombstone(issue, language, about=self.about)
                yield _in(language, issues.address(issue)), body

    def _standing_issues(self):
        """The city issues that have a page, with the projects that came of each."""
        found = issues.standing(fictitious=self.fictitious)
        return with_projects(found, fictitious=self.fictitious)

    def other_paths(self) -> Iterator[str]:
        """Yield the paths of what is not the page of one thing."""
        yield from ("style.css", "feed.xml", "sitemap.xml", "data/catalog.jsonld")
        yield from (f"data/{name}" for name in self.data_names())
        for path in self.list_paths():
            yield from (_in(language, path) for language in LANGUAGES)
        yield from (f"reports/{row['year']}/index.jsonld" for row in self.years)

    def list_paths(self) -> Iterator[str]:
        """Yield the paths of lists, in Japanese."""
        yield from ("index.html", "reports/index.html", "data/index.html")
        if not self._one(Kind.REGISTER, "all"):
            yield "register/index.html"
        yield from issues.indexes(fictitious=self.fictitious)
        for row in self.years:
            for number in range(1, _pages(row["listed"]) + 1):
                yield index_of_year(row["year"], number)

    @cached_property
    def years(self) -> list[dict]:
        """Return the fiscal years of reports, the latest first, with how many stand and are listed.

        A year whose reports were all withdrawn keeps its page, which names their tombstones.
        """
        reports = self._of(Kind.REPORT).values(year=F("item__fiscal_year"))
        stands = ~Q(item__action=Action.WITHDRAW)
        found = reports.annotate(listed=Count("pk"), count=Count("pk", filter=stands)).order_by(
            "-year"
        )
        return [{**row, "path": index_of_year(row["year"])} for row in found]

    def _years_named(self) -> list[dict]:
        return [{**row, "label": fiscal_year_name(row["year"])} for row in self.years]

    def page_paths(self) -> Iterator[tuple[str, object]]:
        """Yield path and last moment of every page of a thing that stands, for the sitemap."""
        entries = self._standing.listed().order_by("pk")
        for entry in entries.iterator(chunk_size=1000):
            yield _address(entry), entry.at
        for issue in issues.standing(fictitious=self.fictitious).order_by("pk"):
            yield issues.address(issue), issue.at

    def table_paths(self) -> Iterator[str]:
        """Yield the paths of the pages of tables that stand, in each language."""
        for entry in self._tables.listed().order_by("kind", "key"):
            yield from (_in(language, _address(entry)) for language in LANGUAGES)

    def newest(self, number: int, *, withdrawn: bool):
        """Return the entries that changed last."""
        entries = self.entries if withdrawn else self._standing
        return entries.listed().order_by("-item__release__published_at", "-pk")[:number]

    def _one(self, kind: str, key: str):
        return self.entries.filter(kind=kind, key=key).listed().first()

    # Pages

    def _index(self, language: str, path: str) -> Found:
        with translation.override(language):
            context = {
                "title": _("What is public"),
                "newest": self._news(),
                "years": self._years_named(),
                "register": self._one(Kind.REGISTER, "all"),
                "progress": self._listed_of(Kind.PROGRESS),
                "figures": self._listed_of(Kind.FIGURES),
            }
        return Found.whole(
            drawing.page("index", "index.html", language, about=self.about, **context)
        )

    def _news(self) -> list[dict]:
        """Return what changed last and still stands: what was released, and city issues."""
        entries = _named(self.newest(NEWEST, withdrawn=False))
        told = [(entry.at, _listed(entry)) for entry in entries]
        public = issues.standing(fictitious=self.fictitious).order_by("-at", "-pk")[:NEWEST]
        told += [(issue.at, issues.listed(issue)) for issue in public]
        told.sort(key=lambda one: one[0], reverse=True)
        return [row for _at, row in told[:NEWEST]]

    def _listed_of(self, kind: Kind) -> list[dict]:
        found = self._standing.filter(kind=kind).listed().order_by("-key")
        return [_listed(entry) for entry in _named(found)]

    def _report_years(self, language: str, path: str) -> Found:
        with translation.override(language):
            context = {"title": _("Collaboration reports"), "years": self._years_named()}
        own = "reports/index.html"
        return Found.whole(drawing.page("report_years", own, language, about=self.about, **context))

    def reports_of(self, fiscal_year: int):
        """Return what lists say of the reports of a fiscal year, as dicts; of withdrawn ones, too."""
        of_year = self._of(Kind.REPORT).filter(item__fiscal_year=fiscal_year)
        return of_year.order_by("pk").values(
            "key", "first_at", title=F("item__title"), fictitious=F("item__fictitious"),
            fiscal_year=F("item__fiscal_year"), at=F("item__release__published_at"),
            department=_text_of_report("department"),
            department_en=_text_of_report("department_en"),
            partners=_text_of_report("partner_names"), action=F("item__action"),
        )  # fmt: skip

    def _report_list(self, language: str, path: str, year: str, number: str = "1") -> Found | None:
        found, wanted = self.reports_of(int(year)), int(number)
        count = next((row for row in self.years if row["year"] == int(year)), None)
        if count is None or not 1 <= wanted <= _pages(count["listed"]):
            return None
        rows = found[(wanted - 1) * PER_PAGE : wanted * PER_PAGE]
        with translation.override(language):
            context = {
                "title": _("Collaboration reports of %(year)s") % {"year": fiscal_year_name(int(year))},
                "rows": [
                    {**row, "path": address(Kind.REPORT, row["key"], row["fiscal_year"]),
                     "is_withdrawn": row["action"] == Action.WITHDRAW,
                     "department": in_language(row["department"] or "", row["department_en"] or "")}
                    for row in rows
                ],
                "count": count["count"],
                "pages": [
                    (n, index_of_year(int(year), n)) for n in range(1, _pages(count["listed"]) + 1)
                ],
                "number": wanted,
                "data_of_list": f"reports/{year}/index.jsonld",
            }  # fmt: skip
        own = index_of_year(int(year), wanted)
        return Found.whole(drawing.page("report_list", own, language, about=self.about, **context))

    def _thing(
        self, language: str, path: str, kind: Kind, key: str, year: str = ""
    ) -> Found | None:
        entries = self.entries.select_related("item").annotate(at=F("item__release__published_at"))
        entry = entries.filter(kind=kind, key=key).first()
        if entry is None or (year and entry.item.fiscal_year != int(year)):
            return None
        body = drawing.thing(entry.item, language, about=self.about, **days_of(entry))
        return Found.whole(body, gone=entry.item.withdraws)

    def _report(self, language: str, path: str, year: str, key: str) -> Found | None:
        return self._thing(language, path, Kind.REPORT, key, year)

    def _photo(self, language: str, path: str, year: str, key: str) -> Found | None:
        """Return a picture of a report that stands; only under the one path that its page names."""
        found = self._standing.filter(kind=Kind.REPORT, key=key, item__fiscal_year=int(year))
        entry = found.select_related("item").first()
        if entry is None:
            return None
        return next((Found.whole(body) for own, body in _photos(entry.item, only=path)), None)

    def _register(self, language: str, path: str) -> Found:
        found = self._thing(language, path, Kind.REGISTER, "all")
        if found:
            return found
        with translation.override(language):
            context = {"title": _("Adopted projects")}
        own = "register/index.html"
        return Found.whole(drawing.page("not_yet", own, language, about=self.about, **context))

    def _issue_list(self, language: str, path: str, number: str = "1") -> Found | None:
        told = {"about": self.about, "fictitious": self.fictitious}
        body = issues.draw_index(int(number), language, **told)
        return Found.whole(body) if body else None

    def _issue(self, language: str, path: str, year: str, key: str) -> Found | None:
        asked = {"pk": int(key), "fiscal_year": int(year)}
        if issue := self._standing_issues().filter(**asked).first():
            return Found.whole(issues.draw(issue, language, about=self.about))
        if gone := issues.withdrawn(fictitious=self.fictitious).filter(**asked).first():
            body = issues.draw_tombstone(gone, language, about=self.about)
            return Found.whole(body, gone=True)
        return None

    def _progress(self, language: str, path: str, key: str) -> Found | None:
        return self._thing(language, path, Kind.PROGRESS, key)

    def _figures(self, language: str, path: str, key: str) -> Found | None:
        return self._thing(language, path, Kind.FIGURES, key)

    # Data

    @cached_property
    def _frozen_files(self) -> dict[str, str]:
        entry = self._standing.filter(kind=Kind.REGISTER).select_related("item").first()
        files = entry.item.content["files"] if entry else {}
        return {name: text for name, text in files.items() if _code(name) not in NEVER_FROZEN}

    def data_names(self) -> list[str]:
        """Return the names of the files of open data that are public now."""
        there = bool(self._frozen_files)
        made = []
        if there or self._of(Kind.REPORT).exists():
            made += FROM_REPORTS
        if there or self._of(Kind.PROGRESS).exists():
            made += (FROM_PROGRESS, *WITH_PROGRESS, FIGURES_OF_MEASURES)
        if there or issues.standing(fictitious=self.fictitious).exists():
            made.append(FROM_OFFICE)
        if self._tables.exists():
            made.append(SOURCES)
        names = [f"{code}.{form}" for code in made for form in open_data.FORMS]
        return sorted({*self._frozen_files, *names})

    def _data_index(self, language: str, path: str) -> Found:
        with translation.override(language):
            context = {"title": _("Open data"), "sets": self._data_sets()}
        own = "data/index.html"
        return Found.whole(drawing.page("data", own, language, about=self.about, **context))

    def _data_sets(self) -> list[dict]:
        files: dict[str, list[str]] = defaultdict(list)
        for name in self.data_names():
            files[_code(name)].append(name)
        known = open_data.DATASETS
        return [
            {"label": known[code].label, "columns": known[code].columns, "files": files[code]}
            for code in known
            if code in files
        ] + [
            {"label": code, "columns": (), "files": files[code]}
            for code in sorted(files.keys() - known.keys())
        ]

    def _data(self, language: str, path: str, name: str) -> Found | None:
        if language != "ja" or name not in self.data_names():
            return None
        code, _dot, form = name.partition(".")
        if code in OF_FIGURES:
            return Found(_in_japanese(lambda: self._figures_now(code, form)))
        if code == MEASURES and name in self._frozen_files:
            return Found(_in_japanese(lambda: self._measures_now(form)))
        if code == FIGURES_OF_MEASURES:
            return Found(_in_japanese(lambda: self._figures_of_measures_now(form)))
        if name in self._frozen_files:
            return Found.whole(self._frozen_files[name].encode())
        return Found(_in_japanese(lambda: self._made_now(code, form)))

    def _figures_now(self, code: str, form: str) -> Iterator[str]:
        """Return a file of the figures, with the rows of released tables in the list of source rows."""
        data_set = open_data.DATASETS[code]
        told = chain(
            self._of_figures(data_set) if self._frozen_files else (),
            self._of_tables(data_set) if code == SOURCES else (),
        )
        return open_data.as_csv(data_set, told) if form == "csv" else open_data.as_json(told)

    def _of_figures(self, data_set) -> list[dict]:
        """Return the rows as frozen, but for those that rest on other releases, too."""
        frozen = json.loads(self._frozen_files[f"{data_set.code}.json"])
        kept = [row for row in frozen if row["table"] not in MADE_NOW]
        rows = data_set.rows(fictitious=self.fictitious, at=self.changed_at, codes=MADE_NOW)
        moved = [dict(zip(data_set.names, row, strict=True)) for row in rows]
        order = list(FIGURES)
        return sorted(kept + moved, key=lambda row: order.index(row["table"]))

    @property
    def _tables(self):
        """The entries whose pages are tables, and stand."""
        return self._standing.filter(kind__in=sources.TABLES)

    def _of_tables(self, data_set) -> Iterator[dict]:
        """Yield the source rows of each released table."""
        entries = self._tables.select_related("item").order_by("kind", "key")
        for entry in entries.iterator(chunk_size=1):
            for row in sources.listed(entry.item):
                yield dict(zip(data_set.names, row, strict=True))

    def _measures_now(self, form: str) -> Iterator[str]:
        """Return the measures: as frozen, but for what other releases tell of them."""
        data_set = open_data.DATASETS[MEASURES]
        live = open_data.records(
            data_set, municipality_code="", fictitious=self.fictitious, at=self.changed_at
        )
        now = {(row["edition"], row["number"]): row for row in live}
        told = (
            row | {name: there[name] for name in MOVED_OF_MEASURES}
            for row in json.loads(self._frozen_files[f"{MEASURES}.json"])
            for there in [now.get((row["edition"], row["number"]), row)]
        )
        return open_data.as_csv(data_set, told) if form == "csv" else open_data.as_json(told)

    def _figures_of_measures_now(self, form: str) -> Iterator[str]:
        """Return the figures of the years that are public now, and those of documents as frozen."""
        data_set = open_data.DATASETS[FIGURES_OF_MEASURES]
        of_years = replace(data_set, rows=open_data.measure_years.figures_of_years)
        live = open_data.records(
            of_years, municipality_code=city.value("municipality_code"),
            fictitious=self.fictitious, at=self.changed_at,
        )  # fmt: skip
        frozen = json.loads(self._frozen_files.get(f"{FIGURES_OF_MEASURES}.json", "[]"))
        of_documents = (row for row in frozen if row["told_in"] == open_data.measure_years.DOCUMENT)
        told = chain(live, of_documents)
        return open_data.as_csv(data_set, told) if form == "csv" else open_data.as_json(told)

    def _made_now(self, code: str, form: str) -> Iterable[str]:
        """Return a file of what is public by something else than the release of the register."""
        rows = {
            FROM_PROGRESS: self._progress_rows,
            FROM_OFFICE: open_data.city_issues.rows_for_any_day,
        }.get(code)
        at = self.changed_at
        return open_data.file(code, form, fictitious=self.fictitious, at=at, rows=rows).parts

    def _progress_rows(self, *, fictitious: bool, at) -> Iterator[tuple]:
        """Yield the rows of the tables that were released, as frozen, and of days that no release made public."""
        released: dict[tuple[str, str], list[tuple]] = {}
        for entry in self._of(Kind.PROGRESS).select_related("item"):
            edition, day = edition_and_day(entry.key)
            year, withdrawn = entry.item.fiscal_year, entry.item.withdraws
            said = [] if withdrawn else entry.item.content["rows"]
            found = [open_data.progress.row_of(edition, day, year, row) for row in said]
            released[edition, day.isoformat()] = found
        others = open_data.progress.rows(fictitious=fictitious, at=at)
        found = [row for row in others if (row[0], row[1]) not in released]
        yield from sorted([*found, *(row for rows in released.values() for row in rows)])

    # For machines

    def _feed(self, language: str, path: str) -> Found:
        newest = issues.standing(fictitious=self.fictitious).order_by("-at", "-pk")[:FED]
        told = self.newest(FED, withdrawn=True)
        return Found.whole(machine.feed(self, told, newest, most=FED))

    def _sitemap(self, language: str, path: str) -> Found:
        return Found.whole(machine.sitemap(self))

    def _catalog(self, language: str, path: str) -> Found:
        with translation.override("ja"):
            return Found.whole(machine.catalog(self, self._data_sets()))

    def _list_for_machines(self, language: str, path: str, year: str) -> Found | None:
        if not any(row["year"] == int(year) for row in self.years):
            return None
        rows = self.reports_of(int(year)).exclude(item__action=Action.WITHDRAW)
        return Found.whole(machine.reports(self, int(year), rows))

    def _style(self, language: str, path: str) -> Found:
        return Found.whole(
            resources.files("reporting.publishing").joinpath("style.css").read_bytes()
        )

    @cached_property
    def changed_at(self):
        """The moment at which something became public last, or ``None``."""
        return self.entries.aggregate(last=Max("item__release__published_at"))["last"]


def _text_of_report(name: str) -> KeyTextTransform:
    """Return what a frozen report says under ``name``; the short form of this cannot follow a relation."""
    return KeyTextTransform(name, KeyTransform("text", "item__content"))


def _in_japanese(make: Callable[[], Iterable[str]]) -> Iterator[bytes]:
    """Yield the parts of a text, each made in Japanese, whatever language whoever reads them is in."""
    with translation.override("ja"):
        parts = iter(make())
    while True:
        with translation.override("ja"):
            part = next(parts, None)
        if part is None:
            return
        yield part.encode()


def _language(path: str) -> tuple[str, str]:
    if path.startswith(ENGLISH):
        return "en", path.removeprefix(ENGLISH)
    return "ja", path


def _in(language: str, path: str) -> str:
    return path if language == "ja" else ENGLISH + path


def _address(entry: PublicEntry) -> str:
    return address(entry.kind, entry.key, entry.item.fiscal_year)


def _named(entries):
    """Fetch the names of editions along, which lists tell in the language of the page."""
    told = {
        name: KeyTextTransform(name, "item__content")
        for name in ("edition_title", "edition_title_en")
    }
    return entries.annotate(**told)


def _listed(entry: PublicEntry) -> dict:
    """Return what a list says of an entry.

    :param entry: of :func:`_named`.
    """
    return {
        "item": entry.item, "path": _address(entry), "title": _title(entry), **days_of(entry)
    }  # fmt: skip


def _title(entry: PublicEntry) -> str:
    """Return what a thing is called in the language of the page; a report bears its own name."""
    if get_language() == "ja":
        return entry.item.title
    match Kind(entry.kind):
        case Kind.REPORT:
            return entry.item.title
        case Kind.REGISTER:
            return _("Adopted projects")
        case Kind.PROGRESS:
            _code, day = edition_and_day(entry.key)
            edition = in_language(entry.edition_title, entry.edition_title_en)
            return f"{edition}: {_('Progress of the measures')}, {day.isoformat()}"
        case Kind.FIGURES:
            return drawing.adopted_in(int(entry.key))


def _photos(item: ReleaseItem, *, only: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of the photos of a report that may be shown now, one after the other."""
    if item.kind != Kind.REPORT or item.withdraws:
        return
    for told in public_photos.standing(item.content["text"]):
        path = photo(item.fiscal_year, item.key, told)
        body = public_photos.bytes_of(told) if only in ("", path) else None
        if body is not None:
            yield path, body


def _code(name: str) -> str:
    """Return which table a file of open data holds."""
    return name.partition(".")[0]


def _pages(count: int) -> int:
    return -(-count // PER_PAGE)


def _route(pattern: str, find: Callable) -> tuple[re.Pattern, Callable]:
    return re.compile(pattern, re.ASCII), find


_YEAR, _KEY = r"(?P<year>\d{4})", r"(?P<key>[0-9]{1,18})"
_ROUTES = (
    _route(r"(index\.html)?", Site._index),
    _route(r"reports/index\.html", Site._report_years),
    _route(rf"reports/{_YEAR}/index\.html", Site._report_list),
    _route(rf"reports/{_YEAR}/page-(?P<number>[2-9]|[1-9]\d{{1,5}})\.html", Site._report_list),
    _route(rf"reports/{_YEAR}/{_KEY}\.html", Site._report),
    _route(rf"reports/{_YEAR}/{_KEY}/photo-[0-9]{{1,18}}\.(?:jpg|png)", Site._photo),
    _route(rf"reports/{_YEAR}/index\.jsonld", Site._list_for_machines),
    _route(r"register/index\.html", Site._register),
    _route(r"guideline/(?P<key>[\w-]+/\d{4}-\d\d-\d\d)\.html", Site._progress),
    _route(r"figures/(?P<key>\d{4})\.html", Site._figures),
    _route(r"issues/index\.html", Site._issue_list),
    _route(r"issues/page-(?P<number>[2-9]|[1-9]\d{1,5})\.html", Site._issue_list),
    _route(rf"issues/{_YEAR}/{_KEY}\.html", Site._issue),
    _route(r"data/index\.html", Site._data_index),
    _route(r"data/catalog\.jsonld", Site._catalog),
    _route(r"data/(?P<name>[\w-]+\.(csv|json))", Site._data),
    _route(r"feed\.xml", Site._feed),
    _route(r"sitemap\.xml", Site._sitemap),
    _route(r"style\.css", Site._style),
)
