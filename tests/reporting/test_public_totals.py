"""Totals on every public page are sums over the open data: published pages and files alone are read.

Every page that the table of doors opens to everyone is declared here, with what checks its totals.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from html.parser import HTMLParser

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from accounts.models import Role
from grants.models import MeasureReading
from guideline import reference_data
from guideline.models import Measure
from reporting.figures import FIGURES
from tests import factories
from tests.doors import doors
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers, test_figures, test_open_data, test_site

pytestmark = pytest.mark.django_db

Row = dict[str, str]
#: What pages say where the open data have an empty cell.
NOBODY_KNOWS = ("not known", "not yet", "not decided yet", "not recorded")
STATUSES = ("not_started", "in_progress", "partly", "done", "ongoing")


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


# Reading what is published


class Reader(HTMLParser):
    """The text of a page, and its tables as rows of cells."""

    def __init__(self, page: str):
        super().__init__()
        self.words, self.tables, self.cell = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.cell = []

    def handle_endtag(self, tag):
        if tag in ("th", "td") and self.tables[-1]:
            self.tables[-1][-1].append(" ".join("".join(self.cell).split()))
            self.cell = None

    def handle_data(self, data):
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def table_with(self, heading: str) -> list[list[str]]:
        """Return the rows below the head of the table that has a column of this name."""
        return next(rows[1:] for rows in self.tables if heading in rows[0])


class Published:
    """What everybody gets: pages in English, and the files of open data."""

    def __init__(self, folder: str = "/open-data/"):
        self.client, self.folder, self.read = Client(), folder, {}
        self.client.cookies["django_language"] = "en"

    def page(self, path: str) -> Reader:
        answer = self.client.get(path)
        assert answer.status_code == 200, path
        text = answer.getvalue().decode().replace("<wbr>", "")
        return Reader(re.sub(r"<(style|svg)\b.*?</\1>", "", text, flags=re.DOTALL))

    def rows(self, code: str) -> list[Row]:
        if code not in self.read:
            body = self.client.get(f"{self.folder}{code}.csv").getvalue().decode("utf-8-sig")
            self.read[code] = list(csv.DictReader(io.StringIO(body, newline="")))
        return self.read[code]


def whole(cell: str) -> int:
    return int(re.sub(r"[¥,]", "", cell))


def yen(rows: Iterable[Row], column: str) -> int:
    return sum(int(row[column]) for row in rows if row[column])


def says(page: Reader, words: str) -> None:
    assert words in page.text, (words, page.text[:3000])


def tells_origin(page: Reader, rows: list) -> None:
    """A table tells when it was counted, how many rows it has, and a digest of them."""
    told = re.search(r"Counted as of .+? Rows of the table (\d+) .*?Digest \(SHA-256\) [0-9a-f]{64}\b", page.text)  # fmt: skip
    assert told and int(told[1]) == len(rows), (len(rows), page.text[-1500:])


# What there is to add up


@remembered
def filled() -> None:
    """Rows of every table, and every fate that is easily counted wrong."""
    test_figures.everything()
    test_open_data.everything()
    makers.applied(
        makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE)).project_years.get(
            position=1
        )
    )
    year = makers.granted_year(granted_yen=70_001)
    other, event = factories.measure(), year.proposal.events.latest("pk")
    named = year.proposal.proposal_measures.get().measure
    told = {"proposal": year.proposal, "event": event}
    MeasureReading.objects.create(measure=named, named=named, weight=33, **told)
    MeasureReading.objects.create(measure=other, weight=67, **told)
    gone = factories.released(makers.accepted_collaboration(title="終わる会"))
    test_site.release(("report", str(gone.pk)), withdraw=True, note="相手の求めによる")
    day, adopted_in = test_open_data.DAY.isoformat(), str(year.proposal.fiscal_year)
    of_day = Measure.objects.filter(progress__as_of=day).first().edition.code
    test_site.release(("progress", f"{of_day}/{day}"))
    test_site.release(("register", "all"), ("figures", adopted_in))
    call_command("rebuild_search", stdout=io.StringIO())


# The pages


def register_in_numbers(public: Published) -> dict[str, int]:
    awards = public.rows("awards")
    own = [row for row in awards if row["course"] != "predecessor"]
    standing = [row for row in own if row["status"] == "adopted"]
    projects = yen(standing, "counted_projects")
    return {
        "projects": projects,
        "groups": len({row["group_name"] for row in standing} - {""}),
        "yen": yen(standing, "granted_yen"),
        "unknown": projects - sum(bool(row["granted_yen"]) for row in standing),
        "past": yen([row for row in standing if row["source"]], "counted_projects"),
        "listed": len(awards),
        "summaries": sum(row["id"].endswith("-count") for row in awards),
        "ended": len(own) - len(standing),
        "before": len(awards) - len(own),
        "projects_before": yen([row for row in awards if row not in own], "projects"),
    }


def both_pages_of_the_register(page: Reader, told: dict[str, int]) -> None:
    says(page, f"{told['past']} of the adopted projects are from before this system")
    says(page, f"The register has {told['listed']} rows.")
    says(page, f"{told['summaries']} rows tell only how many were adopted")
    says(
        page,
        f"{told['before']} row is of the program before this one (projects: {told['projects_before']})",
    )
    says(page, f"{told['ended']} rows are projects that ended" if told["ended"] != 1 else "1 row is a project that ended")  # fmt: skip


def home(public: Published) -> None:
    page, told = public.page("/"), register_in_numbers(public)
    says(page, f"Adopted projects {told['projects']} ")
    says(page, f"Groups known by name {told['groups']} ")
    says(page, f"¥{told['yen']:,}")
    says(page, f"The amounts of {told['unknown']} projects are not known")
    both_pages_of_the_register(page, told)


def register(public: Published) -> None:
    page, told = public.page("/register/"), register_in_numbers(public)
    says(page, f"{told['listed']} rows")
    says(page, f"{told['projects']} adopted projects of this program")
    both_pages_of_the_register(page, told)
    for course, rows in Counter(row["course"] for row in public.rows("awards")).items():
        says(public.page(f"/register/?course={course}"), f" {rows} row")


def reports(public: Published) -> None:
    told = Counter(row["fiscal_year"] for row in standing_reports(public))
    for year, number in {**told, "": sum(told.values())}.items():
        page = public.client.get(f"/reports/?fiscal_year={year}").getvalue().decode()
        assert len(set(re.findall(r'href="/reports/(\d+)/"', page))) == number


def standing_reports(public: Published) -> list[Row]:
    return [row for row in public.rows("reports") if row["state"] != "withdrawn"]


def report(public: Published) -> None:
    """A report tells what its department wrote; its cost is a cell, and so is what a partner bore."""
    for row in standing_reports(public):
        says(public.page(f"/reports/{row['id']}/"), f"¥{int(row['cost_yen']):,}")


def plain_site(public: Published) -> None:
    """Pages below /public/ against the files below /public/data/."""
    site = Published("/public/data/")
    told, front = register_in_numbers(site), site.page("/public/en/register/index.html")
    says(front, f"{told['projects']} adopted projects")
    says(front, f"¥{told['yen']:,}")
    for year, number in Counter(row["fiscal_year"] for row in standing_reports(site)).items():
        says(site.page(f"/public/en/reports/{year}/index.html"), f"{number} report")
    released = released_days(site)
    assert released
    for edition, day in released:
        page = site.page(f"/public/en/guideline/{edition}/{day}.html")
        held = [
            row for row in site.rows("progress") if (row["edition"], row["as_of"]) == (edition, day)
        ]
        assert held
        assert [row[-1] for row in page.tables[0][1:]] == totals_by_class(held)
    of_year = [row for row in site.rows("awards") if row["adopted_fiscal_year"] == "2026"]
    (total,) = [
        row for row in site.page("/public/en/figures/2026.html").tables[0] if row[0] == "Total"
    ]
    adding = [row for row in of_year if int(row["counted_projects"])]
    assert whole(total[1]) == yen(adding, "counted_projects")
    assert whole(total[2]) == yen(adding, "granted_yen")


def released_days(site: Published) -> set[tuple[str, str]]:
    """Return edition and day of each progress table that the site says it has."""
    sitemap = site.client.get("/public/sitemap.xml").getvalue().decode()
    return set(re.findall(r"/public/en/guideline/([\w-]+)/([\d-]+)\.html", sitemap))


def totals_by_class(rows: list[Row]) -> list[str]:
    counts = Counter(row["class"] for row in rows)
    order = ("I", "II-a", "II-i", "III")
    return [str(counts[one]) for one in (*order, *sorted(counts.keys() - {*order})) if counts[one]]


def search(public: Published) -> None:
    projects = [row for row in public.rows("awards") if "居場所" in row["project_title"]]
    said = ("title", "purpose", "content", "results")
    found = [r for r in standing_reports(public) if any("観察会" in r[name] for name in said)]
    says(public.page("/search/?q=居場所"), f"{len(projects)} things found")
    says(public.page("/search/?q=観察会"), f"{len(found)} things found")


def open_data(public: Published) -> None:
    says(public.page("/open-data/"), f"{len(public.rows('left-out'))} records are left out")


def figure_list(public: Published) -> None:
    page = public.page("/figures/")
    for code in FIGURES:
        told = [row for row in public.rows("figures") if row["table"] == code]
        named = len({row["row"] for row in told})
        sources = [row for row in public.rows("figure-sources") if row["table"] == code]
        says(page, f"Rows of the table {named} Rows of open data that it adds up {len(sources)} ")


def figure(public: Published) -> None:
    for code in FIGURES:
        shown = [cell for row in public.page(f"/figures/{code}/").tables[0][1:] for cell in row[1:]]
        told = [row["value"] for row in public.rows("figures") if row["table"] == code]
        assert ["" if cell in NOBODY_KNOWS else str(whole(cell)) for cell in shown] == told


def figure_rows(public: Published) -> None:
    for code in FIGURES:
        listed = [row["row"] for row in public.rows("figure-sources") if row["table"] == code]
        shown = [row[0] for row in public.page(f"/figures/{code}/rows/").tables[0][1:]]
        assert shown == listed[:50]


def measure_cases(public: Published) -> None:
    adopted = {row["id"] for row in public.rows("awards") if row["status"] == "adopted"}
    years = [row for row in public.rows("amounts") if row["project_id"] in adopted]
    columns = ("asked_yen", "granted_yen", "paid_yen", "confirmed_yen")
    printed = {row["row"]: row for row in public.rows("figures") if row["column"] == "shared_yen"}
    groups = {row["id"]: row["group_name"] for row in public.rows("awards")}
    for edition in {row["edition"] for row in public.rows("project-measures")}:
        own = [row for row in public.rows("project-measures") if row["edition"] == edition]
        page = public.page(f"/guideline/{edition}/cases/")
        rows = page.table_with("Groups")
        tells_origin(page, rows[:-1])  # but for the sum
        for measure, confirmed, named, of_groups, _asked, decided, *_rest in rows[:-1]:
            number = measure.partition(".")[0]
            of_measure = [row for row in own if row["number"] == number]
            if not number.isdigit():
                continue
            weighed = [row for row in of_measure if row["weight_percent"]]
            assert (int(confirmed), int(named)) == (len(weighed), len(of_measure) - len(weighed))
            assert int(of_groups) == len({groups[row["project_id"]] for row in of_measure})
            told = printed[f"{edition}/{number}"]["value"]
            if decided == "not decided yet":  # 0 of it where yen are known and none are shared out
                assert told == "" or (told, weighed) == ("0", [])
            else:
                assert whole(decided) == int(told)
        for cell, column in zip(rows[-1][-4:], columns, strict=True):
            if any(row[column] for row in years):
                assert whole(cell) == yen(years, column), column
            else:
                assert cell == "not yet", column


def city_issues(public: Published) -> None:
    told = Counter(row["fiscal_year"] for row in public.rows("city-issues"))
    for year, number in {**told, "": sum(told.values())}.items():
        page = public.client.get(f"/city-issues/?year={year}").getvalue().decode()
        assert len(set(re.findall(r'href="/city-issues/(\d+)/"', page))) == number


def fund(public: Published) -> None:
    page = public.page("/fund/")
    rows = page.table_with("Left at the end")
    tells_origin(page, rows)
    names = ("gift_yen", "interest_yen", "other_yen", "used_yen", "balance_yen")
    told = sorted(public.rows("fund"), key=lambda row: row["fiscal_year"], reverse=True)
    assert len(rows) == len(told)
    for shown, row in zip(rows, told, strict=True):
        for cell, name in zip(shown[2:], names, strict=True):
            assert cell.startswith(f"{'-' if row[name].startswith('-') else ''}¥{abs(int(row[name])):,}" if row[name] else "not recorded")  # fmt: skip


def edition(public: Published) -> None:
    for path in ("/guideline/first/", "/guideline/"):
        last = max(row["as_of"] for row in public.rows("progress") if row["edition"] == "first")
        counts_of_day(public, public.page(path), last, STATUSES)


def progress_on(public: Published) -> None:
    days = {row["as_of"] for row in public.rows("progress") if row["edition"] == "first"}
    for day in days:
        page = public.page(f"/guideline/first/progress/{day}/")
        counts_of_day(public, page, day, STATUSES)
        disagreeing(public, page, day)


def counts_of_day(public: Published, page: Reader, day: str, statuses: tuple[str, ...]) -> None:
    rows = [r for r in public.rows("progress") if (r["edition"], r["as_of"]) == ("first", day)]
    found = Counter((row["class"], row["status"]) for row in rows)
    order = [
        one for one in ("I", "II-a", "II-i", "III") if any(row["class"] == one for row in rows)
    ]
    told = [
        [str(number) for number in (*counts, sum(counts))]
        for counts in ([found[one, status] for status in statuses] for one in order)
    ]
    assert [row[1:] for row in page.table_with("Total")] == told


def disagreeing(public: Published, page: Reader, day: str) -> None:
    """The page names every count that the document prints otherwise than the rows give it."""
    rows = [r for r in public.rows("progress") if (r["edition"], r["as_of"]) == ("first", day)]
    for cell in page.table_with("Counted from the rows"):
        number, of = map(int, re.findall(r"\d+", cell[3]))
        code = {"I (priority)": "I"}.get(cell[0], cell[0])
        of_class = [row for row in rows if row["class"] == code]
        assert of == len(of_class)
        printed = [
            f"{row['printed']} of {row['out_of']}"
            for row in public.rows("printed-counts")
            if (row["edition"], row["as_of"], row["class"]) == ("first", day, code)
        ]
        assert cell[2] == "not named" or cell[2] in printed
        assert number <= of


def statuses(public: Published) -> None:
    """The status of a year is what was written for it, and else that of its last day on record."""
    held = {(row["edition"], row["number"]): row["class"] for row in public.rows("measures")}
    of_year = {}
    for row in sorted(public.rows("progress"), key=lambda row: row["as_of"]):
        of_year[row["edition"], row["number"], row["fiscal_year"]] = row["status"]
    for row in public.rows("measure-years"):
        if row["status"]:
            of_year[row["edition"], row["number"], row["fiscal_year"]] = row["status"]
    found = Counter(
        (held[edition, number], f"FY {year}", status)
        for (edition, number, year), status in of_year.items()
        if edition == "first"
    )
    page = public.page("/guideline/first/years/")
    rows = page.table_with("Total")
    assert rows
    tells_origin(page, rows)
    for name, year, *cells in rows:
        code = {"I (priority)": "I"}.get(name, name)
        counts = [found[code, year, status] for status in STATUSES]
        assert list(map(int, cells)) == [*counts, sum(counts)]


def comparison(public: Published) -> None:
    told = Counter(
        row["kind"]
        for row in public.rows("crosswalk")
        if row["from_edition"] in ("first", "") and row["to_edition"] in ("second", "")
    )
    page = public.page("/guideline/compare/first/second/")
    names = {"kept": "Kept", "renamed": "Renamed", "reclassed": "Class changed", "merged": "Merged",
             "split": "Split", "dropped": "Dropped", "new": "New"}  # fmt: skip
    says(page, " ".join(f"{name} {told[kind]}" for kind, name in names.items()))


def crosswalk(public: Published) -> None:
    waiting = sum(row["confirmed"] == "false" for row in public.rows("crosswalk"))
    says(public.page("/guideline/crosswalk/"), f"{waiting} rows were read from the documents")


def measure(public: Published) -> None:
    """What a measure's page adds up: published reports by year, and figures as they are told."""
    for row in public.rows("measures"):
        page = public.page(f"/guideline/{row['edition']}/{row['number']}/")
        key = f"{row['edition']}-{row['number']}"
        told = [r for r in standing_reports(public) if key in r["measures"].split()]
        assert int(row["published_reports"]) == len(told)
        for table in page.tables:
            if table[0][-1] == "Published reports":
                shown = [line for line in table[1:] if line[0].startswith("FY")]
                assert sum(int(line[-1]) for line in shown) == len(told)
        for one in public.rows("measure-figures"):
            if (one["edition"], one["number"]) == (row["edition"], row["number"]):
                says(page, f"{int(one['value']):,}")


#: Page → what checks its totals; ``None`` where it tells no number of ours.
PAGES: dict[str, Callable[[Published], None] | None] = {
    "reporting:home": home,
    "reporting:search": search,
    "reporting:register": register,
    "reporting:reports": reports,
    "reporting:report": report,
    "reporting:public-root": plain_site,
    "reporting:public-file": plain_site,
    "reporting:open-data": open_data,
    "reporting:figures": figure_list,
    "reporting:figure": figure,
    "reporting:figure-rows": figure_rows,
    "reporting:measure-cases": measure_cases,
    "grants:city-issues": city_issues,
    "grants:city-issue": None,
    "grants:calls": None,
    "grants:call": None,
    "grants:fund": fund,
    "guideline:index": edition,
    "guideline:edition": edition,
    "guideline:comparison": comparison,
    "guideline:crosswalk": crosswalk,
    "guideline:measure": measure,
    "guideline:progress-on": progress_on,
    "guideline:statuses": statuses,
    "casework:accessibility": None,
    "casework:privacy": None,
    "casework:demo": None,
    "accounts:invitation": None,
}


def test_every_page_that_everyone_may_read_is_declared_here():
    pages = [row for row in doors.TABLE.rows() if row["anonymous"] == "200"]
    open_to_all = {row["door"] for row in pages if row["answer"] == "page"}
    plain = {"reporting:public-root", "reporting:public-file"}  # without the frame of the others

    assert open_to_all | plain == PAGES.keys()


def test_totals_of_every_public_page_are_sums_over_the_open_data():
    reference_data.load(at=NOON)
    filled()
    public, faults = Published(), {}
    for check in filter(None, dict.fromkeys(PAGES.values())):
        try:
            check(public)
        except AssertionError as fault:
            faults[check.__name__] = str(fault)

    assert faults == {}, "\n".join(f"{name}: {words}" for name, words in faults.items())
