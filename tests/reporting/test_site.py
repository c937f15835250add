"""The public site: the same bytes live and exported, whole files only, nothing else touched."""

import csv
import io
import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import chain
from pathlib import PurePosixPath
from urllib.parse import urldefrag
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Role
from casework.services import advance
from guideline.models import Progress
from reporting import services
from reporting.models import PublicEntry, Release, ReleaseItem
from reporting.publishing import contents, drawing, releases
from reporting.publishing import export as exporting
from reporting.publishing.addresses import address
from reporting.publishing.export import MANIFEST, export
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.test_public import past_award
from tests.spoken import unmarked, words_of

pytestmark = pytest.mark.django_db

BASE = "https://example.jp/yell/"
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def release(*things: tuple[str, str], at=NOON, **said) -> Release:
    office = factories.anyone(Role.OFFICE)
    made = releases.begin(by=office, at=at)
    for kind, key in things:
        releases.put_in(made, kind, key, by=office, at=at, **said)
    draft = releases.propose(made, by=office, at=at)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=TODAY)
    return Release.objects.get(pk=made.pk)


@remembered
def everything() -> list:
    """Two reports, one of them corrected, a withdrawn one, and one of each table."""
    year = makers.granted_year()
    measure = factories.measure()
    reports = [
        makers.accepted_collaboration(title=title) for title in ("川の会", "海の会", "山の会")
    ]
    for report in reports:
        factories.released(report)
    factories.released(reports[1], note="人数の訂正", at=TOMORROW)
    release(("report", str(reports[2].pk)), withdraw=True, note="相手の求めによる", at=TOMORROW)
    Progress.objects.create(
        measure=measure, fiscal_year=2026, as_of=TODAY, status="done", result="20件の相談"
    )
    release(
        ("register", "all"),
        ("figures", str(year.proposal.fiscal_year)),
        ("progress", f"{measure.edition.code}/{TODAY.isoformat()}"),
    )
    return reports


def site() -> Site:
    return Site(BASE, fictitious=False)


def files() -> dict[str, bytes]:
    return dict(site().files())


# One site, live and as files


def test_live_pages_are_the_exported_bytes(settings, tmp_path):
    everything()
    settings.SITE_URL = "https://example.jp"
    call_command("export_site", str(tmp_path), stdout=io.StringIO())

    exported = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }

    assert len(exported) > 30
    for path, body in exported.items():
        answer = Client().get(f"/public/{path}")
        assert answer.getvalue() == body, path
        gone = (
            "This page was withdrawn" in body.decode()
            or "このページは公開を終えました" in body.decode()
        )
        assert answer.status_code == (410 if gone else 200), path


@pytest.mark.parametrize("language", ["", "en/"])
def test_root_is_the_front_page_in_each_language(language):
    root, page = (Client().get(f"/public/{language}{name}") for name in ("", "index.html"))

    assert root.status_code == 200
    assert (root.content, root["Content-Type"]) == (page.content, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    ["reports/2025/999999.html", "reports/1999/index.html", "reports/2025/page-2.html", "x.html",
     "guideline/first/2023-12-20.html", "figures/1999.html", "data/secrets.csv", "en/data/awards.csv",
     "../manage.py", "reports/2025/index.jsonld"],
)  # fmt: skip
def test_nothing_stands_at_another_address(path):
    assert Client().get(f"/public/{path}").status_code == 404


def test_what_machines_read_stands_at_one_address_alone():
    makers.published_collaboration()
    found = files()
    read_once = {path for path in found if not path.endswith(".html")}

    assert {"feed.xml", "style.css", "sitemap.xml", "reports/2025/index.jsonld"} <= read_once
    for path in read_once:
        assert f"en/{path}" not in found
        assert Client().get(f"/public/en/{path}").status_code == 404


def test_every_link_inside_the_site_leads_to_a_file_of_it():
    everything()
    found = files()
    for path, body in found.items():
        if path.endswith(".html"):
            for link in links_of(body):
                target = resolved(path, link)
                assert target in found, f"{path}: {link}"


def links_of(body: bytes) -> list[str]:
    reader = Reader()
    reader.feed(body.decode())
    return [link for link in reader.links if not link.startswith("#")]


def resolved(path: str, link: str) -> str:
    parts = list(PurePosixPath(path).parent.parts)
    for step in PurePosixPath(urldefrag(link).url).parts:
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)


class Reader(HTMLParser):
    """What stands in a page: links, tags, attributes."""

    def __init__(self):
        super().__init__()
        self.links, self.tags, self.handlers = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        self.handlers += [name for name, _value in attrs if name.startswith("on")]
        self.handlers += [name for name, _value in attrs if name == "style"]


def test_pages_have_no_script_no_form_and_both_languages():
    everything()
    pages = {path: body for path, body in files().items() if path.endswith(".html")}
    for path, body in pages.items():
        reader = Reader()
        reader.feed(body.decode())
        assert not reader.tags & {"script", "form", "iframe", "input", "button", "style"}, path
        assert not reader.handlers, path
        assert f'<html lang="{"en" if path.startswith("en/") else "ja"}">' in body.decode()
    japanese = {path for path in pages if not path.startswith("en/")}
    assert {path.removeprefix("en/") for path in pages} == japanese
    assert "not translated" not in str(pages)


def test_page_is_the_same_each_time_and_in_whatever_language_it_is_asked_for():
    everything()
    english = Client(headers={"accept-language": "en"})

    assert files() == files()
    for path in ("index.html", "register/index.html"):
        answers = [browser.get(f"/public/{path}") for browser in (english, Client())]
        assert answers[0].getvalue() == answers[1].getvalue()


# What pages tell


def test_corrected_page_tells_day_and_note_and_the_first_day():
    reports = everything()
    page = site().read(f"reports/2025/{reports[1].pk}.html").body.decode()

    assert "人数の訂正" in page
    assert 'datetime="2026-11-21"' in page and 'datetime="2026-11-20"' in page


def test_withdrawn_page_leaves_a_tombstone_with_day_and_reason_and_no_words():
    reports = everything()
    found = site().read(f"reports/2025/{reports[2].pk}.html")
    page = found.body.decode()

    assert found.gone
    assert "相手の求めによる" in page and 'datetime="2026-11-21"' in page and "山の会" in page
    for words in ("観察会を3回開いた", "のべ60人", "川を守る会"):
        assert words not in page
    assert "川を守る会" not in _row_of(
        site().read("reports/2025/index.html").body.decode(), reports[2]
    )
    old = Client().get(f"/reports/{reports[2].pk}/")
    assert (old.status_code, old["Location"]) == (302, f"/public/reports/2025/{reports[2].pk}.html")


def _row_of(page: str, report) -> str:
    return re.search(rf"<tr>(?:(?!</tr>).)*/{report.pk}\.html.*?</tr>", page)[0]


@pytest.mark.parametrize("count", [1, 2])
def test_list_of_a_year_stays_when_its_reports_are_withdrawn_and_names_the_tombstones(count):
    reports = [makers.published_collaboration(title=f"会{n}") for n in range(count)]
    release(("report", str(reports[0].pk)), withdraw=True, note="誤り", at=TOMORROW)
    said = files()

    for language, words in (("", "公開を終えた日"), ("en/", "Withdrawn on")):
        page = said[f"{language}reports/2025/index.html"].decode()
        row = _row_of(page, reports[0])
        assert words in row and reports[0].title in words_of(row)  # as on the tombstone
        assert page.count("</tr>") - 1 == count
        assert Client().get(f"/public/{language}reports/2025/index.html").status_code == 200
    assert (f"{count - 1} report" in page) and "reports/2025/index.html" in said[
        "reports/index.html"
    ].decode()
    listed = json.loads(said["reports/2025/index.jsonld"])["hasPart"]
    assert [one["name"] for one in listed] == [report.title for report in reports[1:]]


def test_tombstone_stays_out_of_search_engines_and_other_pages_do_not():
    reports = everything()
    found = files()
    gone = f"reports/2025/{reports[2].pk}.html"

    marked = {path for path, body in found.items() if b'name="robots"' in body}
    assert marked == {gone, f"en/{gone}"}


def test_table_tells_moment_of_its_rows_their_number_and_its_digest():
    year, (measure, second) = makers.granted_year(), (factories.measure(), factories.measure())
    for one in (measure, second):
        Progress.objects.create(measure=one, fiscal_year=2026, as_of=TODAY, status="done")
    day = f"{measure.edition.code}/{TODAY.isoformat()}"
    things = {"register": "all", "figures": str(year.proposal.fiscal_year), "progress": day}
    office = factories.anyone(Role.OFFICE)
    made = releases.begin(by=office, at=NOON)
    for kind, key in things.items():
        releases.put_in(made, kind, key, by=office, at=NOON)
    draft = releases.propose(made, by=office, at=NOON)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=TOMORROW, decided_on=TODAY)

    for kind, key in things.items():
        page = files()[address(kind, key, None)].decode()
        item = made.items.get(kind=kind)
        assert f"<code>{item.digest}</code>" in page
        assert 'datetime="2026-11-20T12:00+09:00"' in page
        assert 'datetime="2026-11-21"' in page
        rows = {"register": 1, "figures": 1, "progress": 2}[kind]
        assert f">{rows} (" in page


#: Released tables in the order in which each becomes public.
ORDERS = [("register",), ("progress",), ("figures",), ("figures", "register", "progress"),
          ("progress", "register", "figures"), ("register", "progress", "withdraw")]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize("language", ["", "en/"])
def test_list_of_source_rows_holds_just_those_that_each_table_names(tmp_path, order, language):
    year, (measure, second) = makers.granted_year(), (factories.measure(), factories.measure())
    past_award("startup-2020-1", adoption_fiscal_year=2020)
    for one in (measure, second):
        Progress.objects.create(measure=one, fiscal_year=2026, as_of=TODAY, status="done")
    day = f"{measure.edition.code}/{TODAY.isoformat()}"
    things = {"register": "all", "figures": str(year.proposal.fiscal_year), "progress": day}
    for number, kind in enumerate(order):
        at = NOON + timedelta(days=number)
        if kind == "withdraw":
            release(("progress", day), withdraw=True, note="誤り", at=at)
        else:
            release((kind, things[kind]), at=at)
    export(site().files(), tmp_path)

    pages = {
        address(kind, key, None).removesuffix(".html"): kind
        for kind, key in things.items()
        if kind in order and not (kind == "progress" and "withdraw" in order)
    }
    listed = [row for row in rows_in(tmp_path, "figure-sources") if "/" in row["table"]]
    assert {row["table"] for row in listed} == set(pages)
    for page, kind in pages.items():
        told = (tmp_path / f"{language}{page}.html").read_text()
        own = [row for row in listed if row["table"] == page]
        link = re.search(r'<a href="([^"]+)">(\d+) \([^<]+\)</a>[^<]*<code>([^<]+)</code>', told)
        assert (link[2], link[3]) == (str(len(own)), page)
        assert resolved(f"{language}{page}.html", link[1]) == "data/figure-sources.csv"
        assert len(own) == {"register": 2, "figures": 1, "progress": 2}[kind]
        assert [row["place"] for row in own] == [str(n) for n in range(1, len(own) + 1)]
        file = own[0]["file"]
        if (tmp_path / f"data/{file}.csv").exists():
            there = [
                "/".join(row[name] for name in own[0]["key"].split("/"))
                for row in rows_in(tmp_path, file)
            ]
            assert {row["row"] for row in own} <= set(there)
        if kind in ("register", "progress"):
            assert {row["row"] for row in own} == set(there)


def rows_in(folder, code: str) -> list[dict]:
    text = (folder / f"data/{code}.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    as_json = json.loads((folder / f"data/{code}.json").read_text())
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in as_json] == [
        {k: {"true": "True", "false": "False"}.get(v, v) for k, v in row.items()} for row in rows
    ]
    return rows


def test_day_of_the_committee_is_told_everywhere_as_it_was_released_until_a_correction():
    report = makers.published_collaboration()
    office, address_ = factories.anyone(Role.OFFICE), f"reports/2025/{report.pk}.html"
    before = files()
    later = NOON + timedelta(days=5)
    live = [f"/reports/{report.pk}/", "/open-data/reports.csv"]

    services.record_tabling(report, tabled_on=date(2026, 11, 21), by=office, at=later)

    assert files() == before
    for path in live:
        assert "2026-11-21" not in told_at(path)
    release(("report", str(report.pk)), at=later, note="委員会に報告した日を加えた")
    (row,) = csv.DictReader(io.StringIO(files()["data/reports.csv"].decode("utf-8-sig")))
    assert row["tabled_on"] == "2026-11-21"
    assert "2026-11-21" in files()[address_].decode()
    for path in live:
        assert "2026-11-21" in told_at(path)


def told_at(path: str) -> str:
    answer = Client().get(path)
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def test_old_address_leads_to_the_released_page():
    reports = everything()
    page = Client().get(f"/reports/{reports[0].pk}/").content.decode()

    assert f"/public/reports/2025/{reports[0].pk}.html" in page


def test_totals_of_the_pages_are_the_sums_of_the_open_data():
    everything()
    found = {path: body.decode("utf-8-sig") for path, body in files().items()}
    awards = list(csv.DictReader(io.StringIO(found["data/awards.csv"])))
    projects = sum(int(row["counted_projects"]) for row in awards)
    granted = sum(
        int(row["granted_yen"])
        for row in awards
        if int(row["counted_projects"]) and row["granted_yen"]
    )
    reports = json.loads(found["data/reports.json"])

    text = re.sub(r"<[^>]+>", "", found["en/register/index.html"])
    assert f"{projects} adopted project" in text
    assert f"{granted:,}" in text
    of_year = [row for row in reports if row["fiscal_year"] == 2025 and row["state"] != "withdrawn"]
    assert f"{len(of_year)} reports" in found["en/reports/2025/index.html"] and len(of_year) == 2
    year = awards[0]["adopted_fiscal_year"]
    figures = re.sub(r"<[^>]+>", " ", found[f"en/figures/{year}.html"].partition("<tfoot>")[2])
    assert figures.split()[:2] == ["Total", str(projects)]


def test_what_nobody_knows_or_decided_is_no_zero_in_register_and_figures():
    makers.sender()
    office = factories.anyone(Role.OFFICE)
    makers.ready_proposal("startup", office=office)
    past_award("startup-2024-1", adoption_fiscal_year=2024, amount_yen=None)
    release(("register", "all"), ("figures", "2024"), ("figures", "2026"))
    found = files()

    def texts(path: str) -> list[list[str]]:
        body = found[f"en/{path}"].decode().partition("<tbody>")[2]
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
        return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]

    decided, told = texts("register/index.html")
    assert decided[-2:] == ["not decided yet", "not yet"]
    assert told[-2:] == ["not known", "not known"]
    own = ["1", "not decided yet", "not yet", "1"]
    assert texts("figures/2026.html") == [own, own]
    assert texts("figures/2024.html") == [["1", "not known", "not known", "1"]] * 2
    assert "0円" not in found["figures/2024.html"].decode() + found["register/index.html"].decode()


def test_figures_tell_of_how_many_projects_the_confirmed_amount_is_known():
    known = {"course_code": "startup", "adopted_in": 2024, "outcome": "adopted", "projects": 1,
             "told_by": "", "entry_key": "S-1", "granted_yen": 5, "confirmed_yen": 4}  # fmt: skip
    (row,) = contents.figures_of([known, {**known, "entry_key": "S-2", "confirmed_yen": None}])
    item = ReleaseItem(
        kind="figures", key="2024", fiscal_year=2024,
        content={"rows": [row], "courses": {}, "fiscal_year": 2024},
    )  # fmt: skip
    page = drawing.thing(
        item, "en", about=site().about, published_on=TODAY, first_on=TODAY
    ).decode()

    assert (row["granted_yen"], row["confirmed_yen"], row["confirmed"]) == (10, 4, 1)
    assert "of 1 project" in page and "¥4" in page


def test_cells_of_tables_bear_the_name_of_their_column_for_narrow_screens():
    everything()
    found = files()
    for path in ("register/index.html", f"figures/{NOON.year}.html", "reports/2025/index.html",
                 next(path for path in found if path.startswith("guideline/"))):  # fmt: skip
        page = found[path].decode()
        heads = set(re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page))
        labels = re.findall(r'<td[^>]* data-label="(.*?)"', page)
        assert labels and set(labels) <= heads, path
        assert page.count("<td") == len(labels), path


@pytest.mark.parametrize(
    "order",
    [("register", "report"), ("both",), ("register", "report", "withdraw"), ("report", "register"),
     ("report", "withdraw", "register"), ("register", "progress"), ("register",),
     ("all",)],
)  # fmt: skip
def test_exported_site_agrees_with_itself_whatever_was_released_when(order, tmp_path):
    measure = factories.measure()
    makers.granted_year()
    report = makers.accepted_collaboration(measures=[measure])
    Progress.objects.create(measure=measure, fiscal_year=2026, as_of=TODAY, status="done")
    register, one = ("register", "all"), ("report", str(report.pk))
    progress = ("progress", f"{measure.edition.code}/{TODAY.isoformat()}")
    steps = {
        "register": lambda at: release(register, at=at),
        "report": lambda at: release(one, at=at),
        "both": lambda at: release(register, one, at=at),
        "withdraw": lambda at: release(one, withdraw=True, note="誤り", at=at),
        "progress": lambda at: release(progress, at=at),
        "all": lambda at: release(register, one, progress, at=at),
    }
    for number, step in enumerate(order):
        steps[step](NOON + timedelta(days=number))

    export(site().files(), tmp_path)
    call_command("verify_published", site=tmp_path, stdout=io.StringIO())

    told = json.loads((tmp_path / "data/measures.json").read_text())
    (row,) = [row for row in told if row["number"] == measure.number]
    stands = {"report", "both", "all"} & set(order) and "withdraw" not in order
    assert row["published_reports"] == int(bool(stands))
    assert row["status"] == ("done" if {"progress", "all"} & set(order) else "")
    text = (tmp_path / "data/measures.csv").read_text(encoding="utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in told
    ]


def test_what_is_invented_is_shown_only_in_a_demonstration():
    report = makers.published_collaboration(factories.department(fictitious=True))

    assert f"reports/2025/{report.pk}.html" not in files()
    shown = dict(Site(BASE, fictitious=True).files())
    assert "架空" in shown[f"reports/2025/{report.pk}.html"].decode()


def test_list_names_department_and_partners_as_they_were_released():
    department = factories.department(name="みどり課", name_en="Green Division")
    report = makers.published_collaboration(department, partner_names="川を守る会")
    makers.CollaborationReport.objects.filter(pk=report.pk).update(partner_names="後から")
    found = files()

    assert "みどり課" in found["reports/2025/index.html"].decode()
    assert "Green Division" in found["en/reports/2025/index.html"].decode()
    assert "川を守る会" in found["reports/2025/index.html"].decode()
    (listed,) = json.loads(found["reports/2025/index.jsonld"])["hasPart"]
    assert (listed["author"]["name"], listed["about"]) == ("みどり課", "川を守る会")


def test_register_names_departments_in_the_language_of_the_page():
    factories.department(name="みどり課", name_en="Green Division")
    past_award("startup-2024-1", department="みどり課")
    release(("register", "all"))
    found = files()

    assert ">みどり課</td>" in found["register/index.html"].decode()
    assert ">Green Division</td>" in found["en/register/index.html"].decode()


def test_long_list_has_pages(monkeypatch):
    monkeypatch.setattr("reporting.publishing.site.PER_PAGE", 1)
    reports = [makers.published_collaboration(title=f"第{n}") for n in range(3)]
    found = files()

    assert "第0" in found["reports/2025/index.html"].decode()
    assert "第2" in found["reports/2025/page-3.html"].decode()
    assert len(
        [path for path in found if re.match(r"reports/2025/(index|page-\d)\.html", path)]
    ) == len(reports)


def test_japanese_words_on_english_pages_are_marked_and_japanese_pages_are_left_alone():
    everything()
    for path, body in files().items():
        if path.startswith("en/") and path.endswith(".html"):
            assert unmarked(body.decode(), within="body") == [], path
        elif path.endswith(".html"):
            assert b'<span lang="ja">' not in body


def test_english_front_page_names_tables_in_english():
    everything()
    text = re.sub(r"<[^>]+>", "", files()["en/index.html"].decode())

    assert "Adopted projects" in text and "2026-11-20" in text
    assert not [line for line in text.splitlines() if "進捗状況" in line or "事業の数字" in line]
    assert "進捗状況" in files()["index.html"].decode()


# For machines


def test_feed_tells_what_became_public_was_corrected_and_was_withdrawn():
    reports = everything()
    feed = ElementTree.fromstring(site().read("feed.xml").body)
    name = "{http://www.w3.org/2005/Atom}"
    told = {
        entry.findtext(f"{name}id"): entry.findtext(f"{name}summary")
        for entry in feed.iter(f"{name}entry")
    }

    place = f"{BASE}reports/2025/"
    assert told[f"{place}{reports[0].pk}.html"] == "公開"
    assert told[f"{place}{reports[1].pk}.html"] == "訂正：人数の訂正"
    assert told[f"{place}{reports[2].pk}.html"] == "公開終了：相手の求めによる"
    assert feed.findtext(f"{name}updated") == "2026-11-21T03:00:00Z"
    assert len(told) == 6


def test_sitemap_names_every_page_that_stands_and_no_other():
    reports = everything()
    tree = ElementTree.fromstring(site().read("sitemap.xml").body)
    named = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]

    gone = {f"{start}reports/2025/{reports[2].pk}.html" for start in ("", "en/")}
    pages = {path for path in files() if path.endswith(".html")} - gone
    assert {url.removeprefix(BASE) for url in named} == pages
    assert len(named) == len(set(named))


def test_json_ld_lists_reports_and_data():
    reports = everything()
    listed = json.loads(site().read("reports/2025/index.jsonld").body)
    catalog = json.loads(site().read("data/catalog.jsonld").body)

    assert [part["name"] for part in listed["hasPart"]] == ["川の会", "海の会"]
    assert listed["hasPart"][1]["dateModified"] == "2026-11-21"
    assert reports[2].title not in json.dumps(listed, ensure_ascii=False)
    urls = {file["contentUrl"] for one in catalog["dataset"] for file in one["distribution"]}
    assert urls == {BASE + path for path in files() if re.match(r"data/.*(csv|json)$", path)}


# Files


FILES = {"a.html": b"a", "b/c.html": b"c", "b/d.csv": b"d"}


def test_second_run_touches_nothing(tmp_path):
    first = export(FILES.items(), tmp_path)
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in (*FILES, MANIFEST)}
    second = export(FILES.items(), tmp_path)

    assert (first.written, second.written, second.unchanged) == (3, 0, 3)
    assert {path: (tmp_path / path).stat().st_mtime_ns for path in (*FILES, MANIFEST)} == before


def test_only_what_changed_is_written_and_what_went_is_removed(tmp_path):
    export(FILES.items(), tmp_path)
    kept = (tmp_path / "a.html").stat().st_mtime_ns

    outcome = export({"a.html": b"a", "b/c.html": b"other"}.items(), tmp_path)

    assert (outcome.written, outcome.unchanged, outcome.removed) == (1, 1, 1)
    assert (tmp_path / "a.html").stat().st_mtime_ns == kept
    assert (tmp_path / "b/c.html").read_bytes() == b"other"
    assert not (tmp_path / "b/d.csv").exists()


def test_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "a.html").write_bytes(b"from the city")
    (tmp_path / "logo.png").write_bytes(b"logo")

    outcome = export(FILES.items(), tmp_path)

    assert outcome.foreign == ["a.html"]
    assert (tmp_path / "a.html").read_bytes() == b"from the city"
    export({}.items(), tmp_path)
    assert (tmp_path / "a.html").read_bytes() == b"from the city"
    assert (tmp_path / "logo.png").read_bytes() == b"logo"


def test_file_that_went_but_was_changed_by_somebody_is_told_by_each_run_until_it_is_gone(tmp_path):
    """A content management system that makes pictures smaller, and a photo that somebody objected to."""
    export(FILES.items(), tmp_path)
    (tmp_path / "b/c.html").write_bytes(b"smaller")

    for _run in range(2):
        outcome = export({"a.html": b"a"}.items(), tmp_path)
        assert outcome.kept == ["b/c.html"] and (tmp_path / "b/c.html").exists()
    (tmp_path / "b/c.html").unlink()

    assert export({"a.html": b"a"}.items(), tmp_path).kept == []
    assert "b/c.html" not in (tmp_path / MANIFEST).read_text()


def test_folder_that_is_empty_without_what_went_goes_along_and_no_other(tmp_path):
    export({"x/y/z/1.jpg": b"1", "x/2.html": b"2", "v/3.jpg": b"3"}.items(), tmp_path)
    (tmp_path / "v/own.txt").write_text("own")

    export({"x/2.html": b"2"}.items(), tmp_path)

    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {
        "x", "x/2.html", "v", "v/own.txt", MANIFEST
    }  # fmt: skip


@pytest.mark.parametrize("place", ["b", "a.html"])
def test_file_for_a_folder_or_a_folder_for_a_file_is_told_and_the_rest_is_written(tmp_path, place):
    if place == "b":
        (tmp_path / place).write_text("own")
    else:
        (tmp_path / place).mkdir()

    for _run in range(2):
        outcome = export(FILES.items(), tmp_path)
        barred = sorted(path for path in FILES if path.startswith(place))
        assert outcome.foreign == barred
        assert outcome.written + outcome.unchanged == len(FILES) - len(barred)
    assert (tmp_path / place).is_dir() == (place == "a.html")


def test_run_that_died_is_taken_up(tmp_path):
    def dying():
        yield "a.html", b"a"
        yield "b/c.html", b"c"
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        export(dying(), tmp_path)

    outcome = export(FILES.items(), tmp_path)
    assert (outcome.written, outcome.unchanged, outcome.foreign) == (1, 2, [])


def test_file_that_died_while_it_was_written_is_never_seen(tmp_path, monkeypatch):
    def fails(source, target):
        raise OSError("disk")

    monkeypatch.setattr(exporting.os, "replace", fails)
    with pytest.raises(OSError, match="disk"):
        export(FILES.items(), tmp_path)
    assert not (tmp_path / "a.html").exists()
    assert list(tmp_path.rglob("*.unfinished"))
    monkeypatch.undo()

    rest = {path: body for path, body in FILES.items() if path != "a.html"}  # it was withdrawn
    assert export(rest.items(), tmp_path).written == 2
    assert not list(tmp_path.rglob("*.unfinished"))


def test_own_file_that_somebody_changed_is_written_again(tmp_path):
    export(FILES.items(), tmp_path)
    (tmp_path / "a.html").write_bytes(b"defaced")

    assert export(FILES.items(), tmp_path).written == 1
    assert (tmp_path / "a.html").read_bytes() == b"a"


def test_command_says_what_it_left_alone(tmp_path):
    (tmp_path / "index.html").write_text("own")

    with pytest.raises(CommandError, match=r"index\.html"):
        call_command("export_site", str(tmp_path), "--base-url", BASE, stdout=io.StringIO())
    assert (tmp_path / "style.css").exists()


def test_command_names_what_is_still_there_and_what_to_do_in_both_languages(tmp_path):
    report = makers.published_collaboration()
    call_command("export_site", str(tmp_path), "--base-url", BASE, stdout=io.StringIO())
    PublicEntry.objects.all().delete()
    page = tmp_path / f"reports/2025/{report.pk}.html"
    page.write_text("touched")

    with pytest.raises(CommandError) as refused:
        call_command("export_site", str(tmp_path), "--base-url", BASE, stdout=io.StringIO())

    told = str(refused.value)
    assert f"reports/2025/{report.pk}.html" in told
    assert "Remove them by hand" in told and "手で削除" in told
    assert page.read_text() == "touched"


def test_command_given_a_file_says_so_in_both_languages(tmp_path):
    file = tmp_path / "site"
    file.write_text("own")

    with pytest.raises(CommandError, match="is a file") as refused:
        call_command("export_site", str(file), "--base-url", BASE, stdout=io.StringIO())

    assert "ファイルです" in str(refused.value)


def test_export_says_that_an_address_of_this_machine_leads_nobody_there(tmp_path, settings):
    settings.SITE_URL = "http://127.0.0.1:8000"
    said = {}
    for name, more in (("here", ()), ("given", ("--base-url", BASE))):
        stderr = io.StringIO()
        call_command("export_site", str(tmp_path), *more, stdout=io.StringIO(), stderr=stderr)
        said[name] = stderr.getvalue()

    assert "http://127.0.0.1:8000/public/" in said["here"] and "--base-url" in said["here"]
    assert said["given"] == ""


def test_withdrawn_page_is_replaced_by_its_tombstone(tmp_path):
    report = makers.published_collaboration()
    path = tmp_path / f"reports/2025/{report.pk}.html"
    export(site().files(), tmp_path)
    assert "川を守る会" in path.read_text()

    release(("report", str(report.pk)), withdraw=True, note="誤り", at=TOMORROW)
    export(site().files(), tmp_path)

    assert "川を守る会" not in path.read_text()
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or "川を守る会" not in file.read_text(), file
    assert PublicEntry.objects.get().item.withdraws


def test_what_grows_with_the_reports_is_never_whole_in_memory(tmp_path):
    """Reports and their answers are yielded row by row, and are written so."""
    everything()
    parts = {path: list(told) for path, told in site().parts()}

    for code, rows in (("reports", 3), ("report-answers", None)):
        whole = parts[f"data/{code}.csv"]
        told = list(csv.reader(io.StringIO(b"".join(whole).decode("utf-8-sig"), newline="")))
        assert len(whole) == len(told) == (rows + 1 if rows else len(told))
    assert {path: b"".join(told) for path, told in parts.items()} == files()


def test_large_file_is_written_whole_once_and_left_alone_the_second_time(tmp_path):
    def large(last: bytes):
        return [("data/large.csv", (bytes([n % 256]) * 1_000_000 for n in range(5)), last)]

    def run(last: bytes):
        return export([(path, chain(parts, [end])) for path, parts, end in large(last)], tmp_path)

    assert run(b"a").written == 1
    assert run(b"a").unchanged == 1
    assert run(b"b").written == 1
    whole = (tmp_path / "data/large.csv").read_bytes()
    assert (len(whole), whole[-1:]) == (5_000_001, b"b")
    assert not list(tmp_path.rglob("*.unfinished"))
