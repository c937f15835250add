"""Verified figures: two ways to the same numbers, and each tampered cell named."""

import csv
import hashlib
import io
import json
import re
from datetime import date, timedelta
from fractions import Fraction
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from casework.models import Version
from casework.services import advance
from grants.models import FundEntry, PastAward, ProjectYear
from grants.services import Read, mark_of_measures, read_measures
from guideline.models import Progress
from guideline.public_days import make_public
from reporting import figures, open_data
from reporting.figures.verification import read_live
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.test_public import past_award

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@remembered
def everything() -> ProjectYear:
    """Rows for every figure, with what is easily counted wrong."""
    measure = factories.measure()
    makers.published_collaboration(measures=[measure])
    makers.published_collaboration(fiscal_year=2024, form="patronage")
    year = makers.granted_year(granted_yen=80_000, advance_percent="100")
    factories.paid(year, 80_000)
    makers.granted_year("collaboration", granted_yen=75_000)
    makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE))
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
    past_award("startup-2022-1", adoption_fiscal_year=2022, group_name="前の会")
    past_award("startup-2023-1", group_name="別の会", amount_yen=100_000)
    past_award("predecessor-2015-count", course="predecessor", count=11)
    progress(measure, "partly")
    by = factories.anyone(Role.OFFICE)
    told = {"by": by, "at": NOON, "document": "台帳", "on": date(2024, 5, 1)}
    FundEntry.objects.create(kind="gift", amount_yen=9_000, fiscal_year=2024, **told)
    wrong = FundEntry.objects.create(kind="gift", amount_yen=500, fiscal_year=2024, **told)
    FundEntry.objects.create(
        kind="reversal", of=wrong, amount_yen=500, fiscal_year=2026, reason="誤り", **told
    )
    FundEntry.objects.create(kind="use", amount_yen=2_000, fiscal_year=2026, **told)
    return year


def progress(measure, status: str, day: date = date(2026, 3, 31)) -> Progress:
    row = Progress.objects.create(measure=measure, fiscal_year=2025, as_of=day, status=status)
    make_public(measure.edition, day, source="公開", at=NOON)
    return row


def files() -> dict[str, bytes]:
    return {f.path: "".join(f.parts).encode() for f in open_data.files(fictitious=False, at=NOON)}


def found(published: dict[str, bytes]) -> list[figures.Difference]:
    return figures.differences(published.__getitem__, fictitious=False)


def cells(code: str) -> dict:
    (table,) = (t for t in figures.tables(fictitious=False, at=NOON) if t.code == code)
    return table.cells


def tampered(published: dict[str, bytes], code: str, column: str, value: str, row: int = 0):
    """Return the files with one cell of one table written over."""
    path = f"data/{code}.csv"
    lines = list(csv.reader(io.StringIO(published[path].decode("utf-8-sig"))))
    lines[row + 1][lines[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return {**published, path: out.getvalue().encode("utf-8-sig")}


def rows(published: dict[str, bytes], code: str) -> list[dict]:
    text = published[f"data/{code}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_both_ways_agree_when_there_is_nothing():
    assert found(files()) == []


def test_both_ways_agree_on_every_figure():
    everything()

    published = files()

    assert found(published) == []
    assert {row["table"] for row in rows(published, "figures")} == figures.FIGURES.keys()


def test_figures_are_those_counted_by_hand():
    everything()

    register = cells("register")["this_program"]
    assert register["projects"] == 3 + 3 + 1
    assert register["granted_yen"] == 80_000 + 75_000 + 100_000
    assert (register["ended"], register["predecessor"]) == (1, 1)
    years = cells("amounts")
    assert sum(row["granted_yen"] for row in years.values()) == 155_000
    assert sum(row["paid_yen"] or 0 for row in years.values()) == 80_000
    assert {row["settled_yen"] for row in years.values()} == {None}
    assert [row["partly"] for row in cells("progress").values()] == [1]
    reports = cells("reports")
    assert sorted((row["co_host"], row["patronage"], row["total"]) for row in reports.values()) == [
        (0, 1, 1),
        (1, 0, 1),
    ]
    fund = cells("fund")
    assert [row["balance_yen"] for row in fund.values()] == [9_500, 9_500, 7_000]
    assert [row["gift_yen"] for row in fund.values()] == [9_500, None, -500]


def test_measure_tells_its_projects_in_full_and_beside_it_what_is_for_it_by_weight():
    proposal = everything().proposal
    named, more = proposal.proposal_measures.get().measure, factories.measure()
    weigh(proposal, {named: 67, more: 33})

    told = cells("measures")

    assert told[_name(named)] == {
        "projects": 1,
        "granted_yen": 80_000,
        "shared_yen": 53_600,
        "unknown": 0,
    }
    assert told[_name(more)] == {
        "projects": 1,
        "granted_yen": 80_000,
        "shared_yen": 26_400,
        "unknown": 0,
    }
    assert told["unshared"] == {  # of one of the two nothing is decided
        "projects": 2,
        "granted_yen": 75_000,
        "shared_yen": 75_000,
        "unknown": 1,
    }


def test_figures_and_page_of_cases_count_the_same_projects_as_shared_to_no_measure():
    """Three name a measure and wait for the office; of one the amount is decided."""
    decided = makers.granted_year(granted_yen=50_000).proposal
    office = factories.anyone(Role.OFFICE)
    waiting = [makers.ready_proposal("startup", office=office) for _ in range(2)]
    (edition,) = {
        row.measure.edition.code
        for proposal in (decided, *waiting)
        for row in proposal.proposal_measures.select_related("measure__edition")
    }

    told = cells("measures")["unshared"]
    page = Client().get(f"/guideline/{edition}/cases/")

    assert told == {"projects": 3, "granted_yen": 50_000, "shared_yen": 50_000, "unknown": 2}
    assert page.context["unshared_cases"] == told["projects"]
    assert page.context["unshared"].decided == told["shared_yen"]
    assert "/figures/measures/" in page.content.decode()
    assert found(files()) == []


def test_share_of_an_amount_that_nobody_decided_is_not_known_and_the_project_is_counted():
    granted = makers.granted_year(granted_yen=80_000).proposal
    waiting = makers.ready_proposal("startup", office=factories.anyone(Role.OFFICE))
    both, alone = factories.measure(), factories.measure()
    weigh(granted, {both: 100})
    weigh(waiting, {both: 50, alone: 50})

    told = cells("measures")

    assert told[_name(both)] == {
        "projects": 2, "granted_yen": 80_000, "shared_yen": 80_000, "unknown": 1,
    }  # fmt: skip
    assert told[_name(alone)] == {
        "projects": 1, "granted_yen": None, "shared_yen": None, "unknown": 1,
    }  # fmt: skip
    assert found(files()) == []


def _name(measure) -> str:
    return f"{measure.edition.code}/{measure.number}"


def weigh(proposal, weights: dict) -> None:
    """The office reads a project as about these measures, the first in the place of the one named."""
    (named,) = proposal.proposal_measures.values_list("measure", flat=True)
    first, *more = weights
    reason = "" if first.pk == named else "別の施策"
    rows = [Read(first.pk, weights[first], named, reason=reason)]
    rows += [Read(measure.pk, weights[measure]) for measure in more]
    seen = mark_of_measures(proposal)
    read_measures(proposal, rows, seen=seen, by=factories.anyone(Role.OFFICE), at=NOON)


def _exact(amount: int, weights: list[int]) -> list[int]:
    """Share an amount by giving away one yen after the other to whoever is furthest behind."""
    found = [amount * weight // 100 for weight in weights]
    while sum(found) < amount:
        behind = [Fraction(amount * w, 100) - yen for w, yen in zip(weights, found, strict=True)]
        found[behind.index(max(behind))] += 1
    return found


@pytest.mark.parametrize(
    "weights",
    [
        [100], [34, 33, 33],
        *(pytest.param(more, marks=pytest.mark.long) for more in ([67, 33], [1, 99], [25] * 4)),
        pytest.param([50, 50], marks=pytest.mark.postgres),
    ],
)  # fmt: skip
def test_shares_by_weight_are_the_same_in_figures_files_and_on_the_pages_of_measures(
    client, weights
):
    """A third way: fractions. The yen do not divide, so that who gets the odd one is seen."""
    measures = [factories.measure() for _ in weights]
    granted = [79_999, 77_777, 101]
    for yen in granted:
        proposal = makers.granted_year(granted_yen=yen).proposal
        # the last one stands first: the order of the guideline decides, not that of the page
        shares = dict(zip(measures, weights, strict=True))
        weigh(proposal, dict(reversed(shares.items())))

    told, published = cells("measures"), files()

    by_hand = [sum(column) for column in zip(*(_exact(y, weights) for y in granted), strict=True)]
    assert [told[_name(m)]["shared_yen"] for m in measures] == by_hand
    assert {told[_name(m)]["granted_yen"] for m in measures} == {sum(granted)}
    assert sum(row["shared_yen"] for row in told.values()) == sum(granted)
    assert found(published) == []
    client.cookies["django_language"] = "en"
    for measure, shared in zip(measures, by_hand, strict=True):
        page = re.sub(r"<[^>]*>", "", client.get(measure.get_absolute_url()).content.decode())
        assert f"In full, ¥{sum(granted):,} were granted" in page
        assert f"¥{shared:,} of it are for the measure by weight" in page


def test_yen_by_measure_add_up_to_what_the_open_data_say_was_granted():
    proposal = everything().proposal
    weigh(proposal, {factories.measure(): 1, factories.measure(): 99})

    published = files()

    years = [row for row in rows(published, "amounts") if row["granted_yen"]]
    in_all = sum(int(row["granted_yen"]) for row in years)
    shared = [row for row in rows(published, "figures") if row["column"] == "shared_yen"]
    assert sum(int(row["value"]) for row in shared if row["value"]) == in_all == 155_000
    assert {row["table"] for row in shared} == {"measures"}


@pytest.mark.parametrize(
    ("code", "column", "value", "figure"),
    [
        ("awards", "granted_yen", "1", ("register", "this_program", "granted_yen")),
        ("awards", "counted_projects", "9", ("register", "this_program", "projects")),
        ("awards", "group_name", "別の会", ("register", "this_program", "groups")),
        ("awards", "status", "ended_after_adoption", ("register", "this_program", "ended")),
        ("amounts", "granted_yen", "1", ("amounts", None, "granted_yen")),
        ("amounts", "paid_yen", "1", ("amounts", None, "paid_yen")),
        ("amounts", "asked_yen", "1", ("amounts", None, "asked_yen")),
        ("amounts", "settled_yen", "1", ("amounts", None, "settled_yen")),
        ("measures", "status", "done", ("progress", None, "done")),
        ("measures", "class", "III", ("progress", None, "total")),
        ("project-measures", "number", "99", ("measures", None, "projects")),
        ("project-measures", "weight_percent", "100", ("measures", "unshared", "shared_yen")),
        ("amounts", "granted_yen", "1", ("measures", "unshared", "shared_yen")),
        ("reports", "form", "other", ("reports", None, "other")),
        ("reports", "department", "別の課", ("reports", None, "total")),
        ("fund", "gift_yen", "1", ("fund", "2024", "gift_yen")),
        ("fund", "balance_yen", "", ("fund", "2024", "balance_yen")),
    ],
)
def test_tampered_cell_of_a_published_file_is_named(code, column, value, figure):
    everything()
    published = files()
    told = rows(published, code)
    at = next(i for i, row in enumerate(told) if _is_counted(code, row))

    named = {
        (d.table, d.row, d.column) for d in found(tampered(published, code, column, value, at))
    }

    table, row, name = figure
    assert {(t, c) for t, r, c in named if row in (None, r)} >= {(table, name)}


def _is_counted(code: str, row: dict) -> bool:
    if code == "awards":
        return row["status"] == "adopted" and bool(row["granted_yen"] and row["group_name"])
    if code == "amounts":
        return row["status"] == "granted" and bool(row["paid_yen"])
    return row.get("status") != "" and row.get("fiscal_year") != "2025"


@pytest.mark.parametrize("code", figures.FIGURES)
def test_every_cell_of_the_printed_figures_is_held(code):
    """The file of figures itself: write over each cell of a table in turn."""
    everything()
    published = files()
    for at, row in enumerate(rows(published, "figures")):
        if row["table"] == code:
            value = str(int(row["value"] or 0) + 1)
            (named,) = found(tampered(published, "figures", "value", value, at))
            assert (named.table, named.row, named.column) == (code, row["row"], row["column"])
            assert named.published == int(value)


@pytest.mark.parametrize(
    ("change", "table", "column"),
    [
        (lambda: PastAward.objects.filter(key="startup-2023-1").update(amount_yen=1), "register", "granted_yen"),
        (lambda: PastAward.objects.filter(key="startup-2022-count").update(count=9), "register", "projects"),
        (lambda: ProjectYear.objects.filter(granted_yen=75_000).update(granted_yen=1), "amounts", "granted_yen"),
        (lambda: Progress.published.update(status="done"), "progress", "done"),
        (lambda: ProjectYear.objects.filter(granted_yen=80_000).update(granted_yen=2), "measures", "granted_yen"),
        (lambda: FundEntry.objects.create(kind="gift", amount_yen=7, fiscal_year=2025, on=date(2025, 5, 1), document="台帳", by=factories.anyone(Role.OFFICE), at=NOON), "fund", "gift_yen"),
        (lambda: makers.published_collaboration(fiscal_year=2023), "reports", "total"),
    ],
)  # fmt: skip
def test_row_that_changed_since_the_publication_is_named(change, table, column):
    everything()
    published = files()

    change()

    assert (table, column) in {(d.table, d.column) for d in found(published)}


def test_missing_row_of_a_published_file_is_named():
    everything()
    published = files()
    path = "data/awards.csv"
    lines = published[path].decode().split("\r\n")
    kept = [line for line in lines if ",80000," not in line]
    assert len(kept) == len(lines) - 1

    named = found({**published, path: "\r\n".join(kept).encode()})

    assert ("register", "listed") in {(d.table, d.column) for d in named}
    assert ("measures", "granted_yen") in {(d.table, d.column) for d in named}


def test_figures_are_looked_at_where_only_their_files_are_there():
    everything()
    published = tampered(files(), "awards", "granted_yen", "1")
    names = ("awards", "figures", "figure-sources")
    some = {path: published[path] for path in (f"data/{name}.csv" for name in names)}

    named = figures.differences(some.__getitem__, fictitious=False, codes=["register"])

    assert {d.table for d in named} == {"register"}


# What a table carries


def test_table_carries_its_moment_its_sources_and_its_digest():
    everything()

    for table in figures.tables(fictitious=False, at=NOON):
        assert table.as_of == NOON
        assert table.sources
        assert re.fullmatch(r"[0-9a-f]{64}", table.digest)
    (register, *_rest) = figures.tables(fictitious=False, at=NOON)
    assert "awards:startup-2023-1" in register.sources
    assert len(register.sources) == len(rows(files(), "awards"))


def test_digest_changes_with_a_number_or_a_source_and_not_with_the_moment():
    everything()
    before = {t.code: t.digest for t in figures.tables(fictitious=False, at=NOON)}

    later = {t.code: t.digest for t in figures.tables(fictitious=False, at=makers.LATER)}
    PastAward.objects.filter(key="startup-2022-1").update(key="startup-2022-9")
    after = {t.code: t.digest for t in figures.tables(fictitious=False, at=NOON)}

    assert later == before
    assert {code for code in before if after[code] != before[code]} == {"register", "measures"}


# The command


def test_command_says_how_many_agree_and_changes_nothing():
    everything()
    versions = Version.objects.count()
    out = StringIO()

    call_command("verify_published", stdout=out)
    call_command("verify_published", stdout=out)

    assert out.getvalue().count("0 differences") == out.getvalue().count("違いは0件") == 2
    assert Version.objects.count() == versions


def test_command_reads_an_exported_site_and_names_the_cell(tmp_path):
    everything()
    for path, content in tampered(files(), "fund", "used_yen", "3", 2).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify_published", site=tmp_path, stdout=out)

    assert "data/fund.csv: fund: 2026: used_yen: 3 / 2000" in out.getvalue()


def test_command_says_which_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="ファイルを読めません(.|\n)*figures.csv"):
        call_command("verify_published", site=tmp_path)


@pytest.mark.parametrize(
    ("name", "damage"),
    [("fund", lambda content: b"\x93\xfa"), ("awards", lambda content: content + b'"\r\n')],
    ids=["foreign bytes", "dangling quotation mark"],
)
def test_command_says_what_cannot_be_read(tmp_path, name, damage):
    everything()
    for path, content in files().items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    damaged = tmp_path / f"data/{name}.csv"
    damaged.write_bytes(damage(damaged.read_bytes()))

    with pytest.raises(CommandError, match="ファイルを読めません(.|\n)*cannot be read"):
        call_command("verify_published", site=tmp_path)


# What a figure rests on


@pytest.mark.parametrize("column", ["files", "source_rows", "digest", "as_of"])
def test_origin_that_was_tampered_with_is_named(column):
    everything()
    published = files()
    at = len(rows(published, "figures")) // 2
    code = rows(published, "figures")[at]["table"]

    (named,) = found(tampered(published, "figures", column, "x", at))

    assert (named.file, named.table, named.column) == ("data/figures.csv", code, column)
    assert named.published == "x"


@pytest.mark.parametrize("code", figures.FIGURES)
def test_list_of_source_rows_that_was_tampered_with_is_named(code):
    everything()
    published = files()
    told = rows(published, "figure-sources")
    at = next(place for place, row in enumerate(told) if row["table"] == code)
    for column in ("place", "file", "key", "row"):
        (named,) = found(tampered(published, "figure-sources", column, "x", at))

        assert (named.file, named.table, named.column) == ("data/figure-sources.csv", code, column)
        assert (named.published, named.recomputed) == ("x", told[at][column])


@pytest.mark.parametrize(
    ("file", "column"), [("fund", "balance_yen"), ("measures", "adopted_projects")]
)
def test_sum_that_a_file_tells_of_itself_is_held_against_its_rows(file, column):
    everything()
    published = files()
    last = len(rows(published, file)) - 1

    named = found(tampered(published, file, column, "77", last))

    (one,) = (d for d in named if d.file == f"data/{file}.csv" and d.table == file)
    assert (one.column, one.published) == (column, "77")


def test_whoever_has_the_files_can_count_the_rows_again_and_reckon_the_digest():
    """With the published files and the standard library alone."""
    everything()
    published = files()
    listed, printed = rows(published, "figure-sources"), rows(published, "figures")
    for code in figures.FIGURES:
        told = [row for row in printed if row["table"] == code]
        sources = [row for row in listed if row["table"] == code]
        assert {row["source_rows"] for row in told} == {str(len(sources))}
        for source in sources:
            there = rows(published, source["file"])
            keys = source["key"].split("/")
            assert source["row"] in ["/".join(row[key] for key in keys) for row in there]
        columns = list(dict.fromkeys(row["column"] for row in told))
        numbers = {}
        for row in told:
            numbers.setdefault(row["row"], []).append(int(row["value"]) if row["value"] else None)
        names = [f"{row['file']}:{row['row']}" for row in sources]
        text = json.dumps(
            [code, columns, [list(pair) for pair in numbers.items()], names],
            ensure_ascii=False, separators=(",", ":"),
        )  # fmt: skip
        assert {row["digest"] for row in told} == {hashlib.sha256(text.encode()).hexdigest()}


def test_page_lists_the_source_rows():
    everything()
    (register, *_rest) = figures.tables(fictitious=False, at=NOON)

    page = english("/figures/register/rows/")

    for source in register.sources:
        assert f"<code>{source.partition(':')[2]}</code>" in page
    assert "/figures/register/rows/" in english("/figures/register/")
    assert Client().get("/figures/secrets/rows/").status_code == 404


def test_rows_that_a_page_names_are_those_of_the_files_in_their_order():
    """A page reads only what names the rows; reports of several years, one withdrawn, are told apart by that."""
    everything()
    reports = [
        makers.published_collaboration(title=f"{year}年の会", fiscal_year=year)
        for year in (2024, 2025, 2024)
    ]
    office, later = factories.anyone(Role.OFFICE), NOON + timedelta(days=1)
    made = releases.begin(by=office, at=later)
    key = str(reports[0].pk)
    releases.put_in(made, "report", key, withdraw=True, note="誤り", by=office, at=later)
    draft = releases.propose(made, by=office, at=later)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=later, decided_on=TODAY)
    published = files()

    for table in figures.tables(fictitious=False, at=NOON):
        listed = [
            f"{code}:{'/'.join(row[name] for name in figures.KEYS[code])}"
            for code in figures.FIGURES[table.code].files
            for row in rows(published, code)
        ]
        assert list(table.sources) == listed
    (told,) = (t for t in figures.tables(fictitious=False, at=NOON) if t.code == "reports")
    assert f"reports:{key}" in told.sources and len(told.sources) >= 4


def test_page_of_figures_reads_no_report():
    """What a report says is long; the page of all figures takes as long for many as for few."""
    everything()

    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/figures/").status_code == 200

    assert not read_whole(queries)
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/open-data/reports.csv").getvalue()
    assert read_whole(queries)  # so that the test can fail


def read_whole(queries) -> list[str]:
    """Return the queries that fetch what versions say; what is taken out of it stands in brackets."""
    whole = re.compile(r'(?<!\()"casework_version"\."content"')
    return [query["sql"] for query in queries if whole.search(query["sql"])]


# The public pages


def english(path: str) -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    return client.get(path).getvalue().decode().replace("<wbr>", "")


@pytest.mark.parametrize("code", figures.FIGURES)
def test_page_shows_each_number_with_its_origin(code):
    everything()
    (table,) = (t for t in figures.tables(fictitious=False, at=NOON) if t.code == code)

    page = english(f"/figures/{code}/")

    cells = re.findall(r'<td data-label="[^"]*" class="num">(.*?)</td>', page)
    shown = [re.sub(r"<[^>]*>|[¥,]", "", cell) for cell in cells]
    numbers = [number for _name, row in table.rows for number in row]
    nothing = {"amounts": "not yet", "measures": "not decided yet", "fund": "not recorded"}
    nobody = nothing.get(code, "not known")
    assert shown == [nobody if number is None else str(number) for number in numbers]
    assert table.digest in page and f"<dd>{len(table.sources)}</dd>" in page
    assert table.digest in english("/figures/")


def test_there_is_no_other_table():
    assert Client().get("/figures/secrets/").status_code == 404


def test_totals_of_public_pages_are_sums_over_the_open_data():
    """Reads the published output alone: HTML on the one side, CSV on the other."""
    everything()
    served = {
        path: Client().get(f"/open-data/{path}.csv").getvalue()
        for path in ("awards", "fund", "reports")
    }
    told = {code: rows({f"data/{code}.csv": body}, code) for code, body in served.items()}

    standing = [
        row
        for row in told["awards"]
        if row["status"] == "adopted" and row["course"] != "predecessor"
    ]
    projects = sum(int(row["counted_projects"]) for row in standing)
    yen = sum(int(row["granted_yen"] or 0) for row in standing)
    home, register = english("/"), english("/register/")
    assert f"¥{yen:,}" in home
    assert f"{projects} adopted projects of this program" in register
    for page in (home, register):
        assert f"The register has {len(told['awards'])} rows." in page
    assert f"{len(told['awards'])} rows</p>" in register
    listed = set(re.findall(r'href="/reports/(\d+)/"', english("/reports/")))
    assert listed == {row["id"] for row in told["reports"]}
    fund = english("/fund/")
    for row in told["fund"]:
        for name in ("gift_yen", "used_yen", "balance_yen"):
            if row[name] and int(row[name]) > 0:
                assert f"{int(row[name]):,}" in fund


def test_verifying_asks_as_often_for_many_rows_as_for_few():
    asked = []
    for _ in range(2):
        everything_once_more(len(asked))
        with CaptureQueriesContext(connection) as queries:
            figures.differences(read_live(fictitious=False, at=NOON), fictitious=False)
        asked.append(len(queries))

    assert asked[0] == asked[1]


def everything_once_more(times: int) -> None:
    makers.published_collaboration(fiscal_year=2020 + times)
    makers.granted_year()
    progress(factories.measure(), "done")
    past_award(f"startup-2021-{times}", adoption_fiscal_year=2021)
