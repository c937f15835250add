"""The public pages: nothing unpublished, numbers that add up another way, tables that agree."""

import csv
import io
import json
import re
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from tablib import Dataset

from accounts.models import Organization, Role
from casework.services import advance
from grants.models import FundTarget, PastAward, ProjectYear, Proposal
from grants.resources import PastAwardResource
from reporting import open_data, register, services
from reporting.models import CollaborationReport
from reporting.views.public import PER_PAGE
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers, test_open_data

pytestmark = pytest.mark.django_db

#: Courses, rows and their number, measures (read, named), issues and reports of the rows, years,
#: totals; settings.
REGISTER = 10
PAGES = ["/", "/register/", "/reports/", "/fund/", "/open-data/"]
FILES = [f"/open-data/{code}.{form}" for code in open_data.DATASETS for form in ("csv", "json")]


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def demo(settings):
    settings.DEMO = True


def read(path: str, client: Client | None = None, **headers) -> str:
    response = (client or Client()).get(path, **headers)
    assert response.status_code == 200, path
    return response.getvalue().decode().replace("<wbr>", "")


def in_english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def past_award(key: str, **fields) -> PastAward:
    fields = {"course": "startup", "adoption_fiscal_year": 2023, "status": "adopted",
              "source": "広報", **fields}  # fmt: skip
    return PastAward.objects.create(key=key, **fields)


def test_link_to_an_entry_opens_the_page_of_the_register_on_which_it_stands(client):
    for number in range(PER_PAGE + 1):
        key = f"startup-2024-{number:03}"
        past_award(key, project_title=f"事業{number}", adoption_fiscal_year=2024)
    first, last = "startup-2024-000", f"startup-2024-{PER_PAGE:03}"

    for key in (first, last, "unknown"):
        path = register.address(key, "startup", 2024).partition("#")[0]
        page = client.get(path).content.decode()

        assert (f'id="entry-{last}"' in page) == (key == last)
        assert (f'id="entry-{first}"' in page) == (key != last)


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_public_page_is_there_before_there_is_anything(path):
    assert read(path)


@pytest.mark.parametrize("path", PAGES)
def test_public_page_speaks_both_languages(path):
    assert 'lang="ja"' in read(path)
    assert 'lang="en"' in read(path, in_english())


# Nothing unpublished


SECRET = "公開前の言葉"


@pytest.fixture
def measure():
    return factories.measure()


def everything_public(measure) -> str:
    pages = [*PAGES, *FILES, measure.get_absolute_url()]
    return "".join(read(path) for path in pages)


@pytest.mark.parametrize("verbs", [(), ("submit",), ("submit", "accept")])
def test_report_before_its_publication_is_nowhere(measure, verbs):
    report = makers.collaboration(title=SECRET, measures=[measure])
    who = {
        "submit": makers.department_clerk(report.department),
        "accept": factories.user(Role.OFFICE),
    }
    for verb in verbs:
        report = advance(report, verb, by=who[verb], at=NOON)

    assert SECRET not in everything_public(measure)
    for person in (None, *who.values()):
        client = Client()
        if person:
            client.force_login(person)
        for name in ("report", "report-pdf"):
            path = reverse(f"reporting:{name}", args=[report.pk])
            assert client.get(path).status_code == 404


def test_correction_before_its_approval_is_nowhere(measure):
    other = factories.measure()
    report = makers.published_collaboration(measures=[measure])
    services.save_collaboration_report(
        report, fields={"title": SECRET, "results": SECRET},
        measures=[{"measure": other, "how": SECRET}], edit_number=report.edit_number,
        by=factories.user(Role.OFFICE), at=NOON,
    )  # fmt: skip

    everything = everything_public(other) + everything_public(measure)

    assert SECRET not in everything + read(f"/reports/{report.pk}/")
    assert "川の自然観察会" in read(measure.get_absolute_url())
    assert "川の自然観察会" not in read(other.get_absolute_url())


def test_proposal_is_on_the_register_only_when_it_is_selected():
    group = factories.member(factories.organization())
    proposal = factories.draft("startup", by=group)
    office = factories.user(Role.OFFICE)
    makers.sender()
    for verb, by in (("submit", group), ("accept", office), ("refer", office)):
        assert proposal.title not in read("/register/")
        proposal = advance(proposal, verb, by=by, at=NOON)
    assert proposal.title not in read("/register/") + read("/open-data/awards.csv")

    factories.approved(proposal, "select", assessed_yen=80_000)

    assert proposal.title in read("/register/")
    assert group.organizations.get().name in read("/open-data/awards.csv")


def test_ended_project_stays_as_a_tombstone_without_its_words():
    makers.sender()
    proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    name = proposal.organization.name
    assert name in read("/register/")

    advance(proposal, "renounce", by=makers.group_of(proposal), at=NOON)

    page = read("/register/") + read("/open-data/awards.json")
    assert name not in page
    assert proposal.title not in page
    assert proposal.number in page
    assert register.totals(fictitious=False).projects == 0


def test_published_report_is_there_with_its_pdf(client, measure):
    report = makers.published_collaboration(measures=[measure], results="<script>1</script>")

    page = read(report.get_absolute_url())

    assert "川を守る会" in page
    assert "<script>1</script>" not in page
    assert measure.title in page
    pdf = client.get(reverse("reporting:report-pdf", args=[report.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert "川の自然観察会" in read("/reports/")
    assert "川の自然観察会" in read(measure.get_absolute_url())


def test_corrected_report_says_so_with_date_and_note():
    report = makers.published_collaboration()
    report = services.save_collaboration_report(
        report, fields={"results": "61人"}, measures=[], edit_number=report.edit_number,
        by=factories.user(Role.OFFICE), at=NOON,
    )  # fmt: skip
    factories.approved(report, "correct", note="人数の訂正")

    page = read(report.get_absolute_url())

    assert "人数の訂正" in page
    assert 'datetime="2026-11-20"' in page
    assert json.loads(read("/open-data/reports.json"))[0]["corrected_on"] == "2026-11-20"


def test_reports_are_filtered_by_year_and_department():
    one = makers.published_collaboration(fiscal_year=2024, title="六年度の協働")
    makers.published_collaboration(fiscal_year=2025, title="七年度の協働")

    assert "七年度の協働" not in read("/reports/?fiscal_year=2024")
    assert "七年度の協働" not in read(f"/reports/?department={one.department_id}")
    assert "六年度の協働" in read(f"/reports/?fiscal_year=2024&department={one.department_id}")
    assert "七年度の協働" in read("/reports/?fiscal_year=xx&department=%EF%BC%91")


def test_report_on_a_project_of_an_invented_group_shows_only_in_a_demonstration():
    year = makers.granted_year("collaboration")
    makers.sent_report(year)
    report = CollaborationReport.objects.get(project_year=year)
    clerk = makers.department_clerk(report.department)
    report = services.save_collaboration_report(
        report, fields=makers.WORDS, measures=[], edit_number=report.edit_number, by=clerk,
        at=makers.LATER,
    )  # fmt: skip
    report = advance(report, "submit", by=clerk, at=makers.LATER)
    report = advance(report, "accept", by=factories.user(Role.OFFICE), at=makers.LATER)
    report = factories.approved(report, "publish", at=makers.LATER)
    public = CollaborationReport.objects.public
    assert list(public(fictitious=False)) == [report]
    assert not report.fictitious

    Organization.objects.filter(pk=year.organization_id).update(fictitious=True)

    assert list(public(fictitious=False)) == []
    assert list(public(fictitious=True)) == [report]
    assert CollaborationReport.objects.get(pk=report.pk).fictitious
    assert list(register.adopted_cases(fictitious=False)) == []


def test_fictitious_rows_show_only_in_a_demonstration_and_say_so(settings):
    makers.sender()
    department = factories.department(fictitious=True)
    report = makers.published_collaboration(department)
    proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    edition = proposal.round.edition
    type(edition).objects.filter(pk=edition.pk).update(fictitious=True)
    paths = ["/register/", "/reports/", "/open-data/awards.csv", "/open-data/reports.json"]

    real = "".join(read(path) for path in (*paths, "/"))
    assert proposal.title not in real
    assert "川の自然観察会" not in real
    assert proposal.round.name not in real
    assert Client().get(report.get_absolute_url()).status_code == 404

    settings.DEMO = True
    for path in ("/register/", "/reports/", report.get_absolute_url(), "/"):
        assert "Fictitious" in read(path, in_english()) or "fictitious" in read(path, in_english())
    assert json.loads(read("/open-data/reports.json"))[0]["fictitious"] is True
    assert register.totals(fictitious=True).invented


# Numbers


def test_totals_of_the_front_page_agree_with_another_way_of_counting():
    makers.granted_year(granted_yen=80_000)
    makers.granted_year("collaboration", granted_yen=75_000)
    makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
    past_award("startup-2022-1", adoption_fiscal_year=2022, group_name="前の会")
    past_award("startup-2023-1", group_name="別の会", amount_yen=100_000)
    past_award("predecessor-2015-1", course="predecessor", group_name="昔の会", amount_yen=9)
    past_award("startup-2023-2", status="unknown")

    totals = register.totals(fictitious=False)

    adopted = Proposal.objects.filter(state__in=("selected", "coordinating", "ready"))
    granted = ProjectYear.objects.filter(granted_yen__isnull=False)
    assert totals.projects == adopted.count() + 3 + 1 == 7
    assert totals.granted_yen == sum(y.granted_yen for y in granted) + 100_000 == 255_000
    assert totals.groups == len({p.organization_id for p in adopted}) + 2
    assert totals.unknown == 7 - 3
    page = read("/", in_english())
    assert "¥255,000" in page


def test_what_was_revoked_is_in_no_total(measure):
    kept = makers.granted_year(granted_yen=80_000)
    revoked = makers.granted_year(granted_yen=75_000)
    factories.approved(revoked, "revoke", reason="虚偽の申請")

    totals = register.totals(fictitious=False)

    amounts = {year.pk: year.granted_yen for year in ProjectYear.objects.all()}
    in_force = amounts.keys() - {revoked.pk}
    assert amounts[revoked.pk] == 75_000
    assert (totals.projects, totals.groups, totals.unknown) == (len(in_force), 1, 0)
    assert totals.granted_yen == sum(amounts[pk] for pk in in_force) == 80_000
    rows = {row["id"]: row for row in json.loads(read("/open-data/awards.json"))}
    assert rows[kept.proposal.number]["status"] == "adopted"
    ended = rows[revoked.proposal.number]
    assert (ended["status"], ended["group_name"]) == ("ended_after_adoption", "")
    assert (ended["granted_yen"], ended["confirmed_yen"]) == (None, None)
    adopted = json.loads(read("/open-data/measures.json"))
    assert sum(row["adopted_projects"] for row in adopted) == 1


@pytest.mark.parametrize("verb", ["refuse", "withdraw", "not_fund", "not_continue"])
def test_project_that_got_no_grant_is_in_no_total_and_stays_with_what_became_of_it(verb):
    kept = makers.granted_year(granted_yen=80_000)
    ended = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    name, year = ended.organization.name, ended.project_years.get()
    if verb == "withdraw":
        year = advance(year, verb, by=makers.group_of(year), at=NOON)
    else:
        year = makers.applied(year) if verb == "refuse" else year
        year = factories.approved(year, verb, reason="試験")

    totals = register.totals(fictitious=False)

    got_money = {y.proposal_id for y in ProjectYear.objects.all() if y.granted_yen}
    assert got_money == {kept.proposal_id}
    assert (totals.projects, totals.groups, totals.unknown) == (len(got_money), 1, 0)
    assert (totals.granted_yen, totals.ended, totals.listed) == (80_000, 1, 2)
    rows = {row["id"]: row for row in json.loads(read("/open-data/awards.json"))}
    row = rows[ended.number]
    assert (row["status"], row["group_name"]) == ("ended_after_adoption", "")
    assert row["became"] == year.state
    assert rows[kept.proposal.number]["became"] == ""
    page = read("/register/", in_english())
    assert name not in page
    assert str(year.get_state_display()) in page
    adopted = json.loads(read("/open-data/measures.json"))
    assert sum(row["adopted_projects"] for row in adopted) == 1


def test_totals_count_a_longer_project_whose_second_year_was_not_continued():
    year = makers.granted_year("collaboration", granted_yen=75_000, years=2)
    second = year.proposal.project_years.get(position=2)
    factories.approved(second, "not_continue", reason="試験")

    totals = register.totals(fictitious=False)

    assert (totals.projects, totals.granted_yen, totals.ended) == (1, 75_000, 0)


def test_revoked_year_of_a_longer_project_takes_only_its_amount():
    year = makers.granted_year("collaboration", granted_yen=75_000)
    ProjectYear.objects.create(
        proposal=year.proposal, position=2, fiscal_year=2027, title=year.title, granted_yen=50_000,
    )  # fmt: skip
    factories.approved(year, "revoke", reason="虚偽の申請")

    totals = register.totals(fictitious=False)

    assert (totals.projects, totals.granted_yen) == (1, 50_000)


def test_totals_of_the_front_page_equal_sums_over_the_open_data():
    makers.granted_year(granted_yen=80_000)
    past_award("startup-2023-1", group_name="別の会", amount_yen=100_000)
    past_award("startup-2023-2", group_name="また別の会")

    rows = [r for r in json.loads(read("/open-data/awards.json")) if r["status"] == "adopted"]

    totals = register.totals(fictitious=False)
    assert totals.projects == sum(row["projects"] for row in rows)
    assert totals.granted_yen == sum(row["granted_yen"] or 0 for row in rows)
    assert totals.groups == len({row["group_name"] for row in rows})


@pytest.mark.parametrize("told", [2, 5])
def test_counted_projects_of_the_published_file_add_up_to_the_front_page(told):
    makers.granted_year()
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    for number in range(3):
        past_award(f"startup-2022-{number}", adoption_fiscal_year=2022, group_name="前の会")
    past_award("startup-2022-count", adoption_fiscal_year=2022, count=told)
    past_award("startup-2022-later-count", adoption_fiscal_year=2022, count=told)
    past_award("predecessor-2015-count", course="predecessor", count=11)

    rows = csv_rows("/open-data/awards.csv")

    added = sum(int(row["counted_projects"]) for row in rows)
    assert added == register.totals(fictitious=False).projects == 1 + max(3, told)
    assert added < sum(int(row["projects"]) for row in rows)
    assert "(projects: 11)" in read("/", in_english())


@pytest.mark.parametrize("column", ["amount_yen", "confirmed_amount_yen"])
def test_published_number_of_projects_has_no_yen_of_its_own(column):
    with pytest.raises(IntegrityError), transaction.atomic():
        past_award("startup-2022-count", adoption_fiscal_year=2022, count=3, **{column: 100_000})

    past_award("startup-2022-count", adoption_fiscal_year=2022, count=1)
    past_award("startup-2022-1", adoption_fiscal_year=2022, amount_yen=100_000)
    totals = register.totals(fictitious=False)
    assert (totals.projects, totals.unknown, totals.granted_yen) == (1, 0, 100_000)


def test_table_of_past_awards_says_that_a_published_number_has_no_yen():
    told = Dataset(
        headers=["key", "course", "adoption_fiscal_year", "status", "source", "amount_yen"]
    )
    told.append(["startup-2022-count", "startup", 2022, "adopted", "広報", 100_000])

    with override("en"):
        result = PastAwardResource().import_data(told, dry_run=True)

    [row] = result.invalid_rows
    assert "has no yen of its own" in str(row.error)


def test_register_filters_and_says_what_is_not_known():
    past_award("startup-2023-1", group_name="別の会")
    past_award("revitalization-2024-1", course="revitalization", adoption_fiscal_year=2024,
               project_title="海辺の掃除")  # fmt: skip

    english = read("/register/?course=startup", in_english())
    assert "別の会" in english
    assert "海辺の掃除" not in english
    assert "not known" in english
    assert "別の会" not in read("/register/?fiscal_year=2024")
    assert read("/register/?fiscal_year=abcd&page=99")


def test_register_tells_moment_rows_and_digest_of_what_it_shows():
    def told() -> tuple[str, str]:
        shown = read("/register/", in_english())
        assert "2026-11-20" in shown[shown.index("Counted as of</dt>") :]
        assert reverse("reporting:figure-rows", args=["register"]) in shown
        rows = re.search(r"Rows of the table</dt><dd>(\d+)", shown)[1]
        return rows, re.search(r'class="digest">(\w{64})<', shown)[1]

    past_award("startup-2023-1", group_name="別の会")
    rows, digest = told()
    assert told() == (rows, digest) and rows == "1"

    PastAward.objects.update(amount_yen=100_000)
    assert told()[1] != digest
    past_award("startup-2023-2")
    assert told()[0] == "2"


@remembered
def project_with_public_pages() -> tuple[ProjectYear, CollaborationReport]:
    year = makers.granted_year("collaboration")
    report = makers.published_collaboration(year.department)
    CollaborationReport.objects.filter(pk=report.pk).update(project_year=year)
    return year, report


def test_register_links_what_is_public_of_a_project():
    year, report = project_with_public_pages()
    named = year.proposal.proposal_measures.get().measure

    page = read("/register/")

    assert f'href="{report.get_absolute_url()}"' in page
    assert f'href="{named.get_absolute_url()}"' in page
    assert f"{named.number}. {named.name}（{named.edition.name}）</a>" in page


def test_register_names_a_department_in_the_language_of_the_page():
    year, _report = project_with_public_pages()
    type(year.department).objects.filter(pk=year.department_id).update(name_en="Green Division")
    client = Client()

    for language, told in (("en", "Green Division"), ("ja", year.department.name)):
        client.cookies["django_language"] = language
        page = client.get("/register/").content.decode()
        assert f">{told}</td>" in page


def test_register_does_not_link_a_report_before_its_publication():
    year = makers.granted_year("collaboration")
    report = makers.accepted_collaboration(year.department)
    CollaborationReport.objects.filter(pk=report.pk).update(project_year=year)

    assert report.get_absolute_url() not in read("/register/")


@pytest.mark.parametrize("count", [1, 3])
def test_register_asks_as_often_for_three_rows_as_for_one(count, django_assert_num_queries):
    for _ in range(count):
        project_with_public_pages()
    read("/register/")

    with django_assert_num_queries(REGISTER):
        read("/register/")


def test_register_pages_hold_every_row_once():
    for number in range(60):
        past_award(f"startup-2023-{number:03d}", group_name=f"第{number:03d}の会")

    pages = [read(f"/register/?page={page}") for page in (1, 2, 3)]

    for number in range(60):
        assert sum(page.count(f"第{number:03d}の会") for page in pages) == 1


# Open data


def csv_rows(path: str) -> list[dict]:
    text = read(path)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def as_cell(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@remembered
def fill_with_everything() -> None:
    measure = factories.measure()
    makers.published_collaboration(measures=[measure], title="=HYPERLINK(1)", results="+1\n二行目")
    FundTarget.objects.create(fiscal_year=2026, amount_yen=1, source="=1+1")
    test_open_data.everything()
    past_award("startup-2023-1", group_name='"引用", と改行\n', note="-")


@pytest.mark.parametrize("code", open_data.DATASETS)
def test_csv_and_json_agree_row_by_row(code):
    fill_with_everything()

    table, records = csv_rows(f"/open-data/{code}.csv"), json.loads(read(f"/open-data/{code}.json"))

    assert len(table) == len(records) > 0
    for line, record in zip(table, records, strict=True):
        assert list(line) == list(record) == open_data.DATASETS[code].names
        for name, value in record.items():
            assert line[name] in (as_cell(value), f"'{value}"), name


def test_csv_escapes_what_a_spreadsheet_would_run():
    fill_with_everything()

    row = csv_rows("/open-data/reports.csv")[0]

    assert row["title"] == "'=HYPERLINK(1)"
    assert row["results"] == "'+1\n二行目"
    assert json.loads(read("/open-data/reports.json"))[0]["title"] == "=HYPERLINK(1)"


def test_columns_are_those_the_page_documents():
    page = read("/open-data/")

    for data_set in open_data.FACTS:
        for name in data_set.names:
            assert f"<code>{name}</code>" in page
    assert open_data.DATASETS["awards"].names == [
        "municipality_code", "id", "course", "adopted_fiscal_year", "first_project_fiscal_year",
        "group_name", "project_title", "department", "granted_yen", "confirmed_yen", "status",
        "projects", "fictitious", "source", "became", "counted_projects",
    ]  # fmt: skip


def test_measures_count_adopted_projects_and_published_reports():
    measure = factories.measure()
    makers.published_collaboration(measures=[measure])
    makers.accepted_collaboration(measures=[measure])
    year = makers.granted_year()
    named = year.proposal.proposal_measures.get().measure

    rows = {row["number"]: row for row in json.loads(read("/open-data/measures.json"))}

    assert rows[measure.number]["published_reports"] == 1
    assert rows[measure.number]["adopted_projects"] == 0
    assert rows[named.number]["adopted_projects"] == 1


def test_municipality_code_is_empty_until_it_is_set():
    from casework import city

    fill_with_everything()
    assert {row["municipality_code"] for row in csv_rows("/open-data/awards.csv")} == {""}

    city.set_value(
        "municipality_code", "000000", source="試験", by=factories.user(Role.OFFICE), at=NOON
    )
    assert {row["municipality_code"] for row in csv_rows("/open-data/reports.csv")} == {"000000"}


def test_unknown_data_set_is_not_found(client):
    assert client.get("/open-data/secrets.csv").status_code == 404


# Front page


def test_front_page_shows_open_and_coming_calls_and_no_others():
    open_call, closed = factories.call(), factories.call("revitalization")
    type(closed).objects.filter(pk=closed.pk).update(
        closes_at=NOON, opens_at=NOON - timezone.timedelta(days=1)
    )

    page = read("/")

    assert open_call.name in page
    assert closed.name not in page
    assert open_call.last_day.isoformat() in page


def test_front_page_leads_a_member_to_the_desk_with_a_count(client):
    group = factories.member(factories.organization())
    factories.draft(by=group)
    client.force_login(group)

    page = read("/", client)

    assert 'href="/my/"' in page


def test_front_page_without_anything_says_none_yet_and_no_amount():
    page = read("/", in_english())

    assert "none yet" in page and "¥0" not in page
    assert "No call is open now, and the next one is not announced yet." in page
    assert "None yet. When a department’s report is published" in page
    assert "The register has" not in page


def test_front_page_with_unknown_amounts_alone_says_not_known():
    past_award("startup-2023-1", group_name="別の会")

    page = read("/", in_english())

    assert "not known" in page and "¥0" not in page


def test_numbers_of_the_front_page_say_how_they_differ_from_the_register():
    makers.granted_year()
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")
    past_award("startup-2022-count", adoption_fiscal_year=2022, count=3)
    past_award("startup-2022-1", adoption_fiscal_year=2022, group_name="前の会")
    past_award("predecessor-2015-1", course="predecessor", group_name="昔の会", amount_yen=9)

    totals = register.totals(fictitious=False)

    rows = len(register.entries(fictitious=False))
    assert (totals.projects, totals.past, totals.listed) == (1 + 3, 3, rows) == (4, 3, 5)
    assert (totals.predecessor, totals.ended, totals.summaries) == (1, 1, 1)
    for path in ("/", "/register/"):
        page = read(path, in_english())
        assert "3 of the adopted projects are from before this system" in page
        assert "The register has 5 rows." in page
        assert "1 row is of the program before this one" in page
    assert "The register has" not in read("/register/?course=startup", in_english())


def test_front_page_names_the_last_call_while_none_is_open_or_announced():
    call = factories.call()
    type(call).objects.filter(pk=call.pk).update(
        closes_at=NOON, opens_at=NOON - timezone.timedelta(days=1)
    )

    page = read("/", in_english())

    assert "The last call:" in page and call.name in page
    assert "2026-11-20" in page


def test_front_page_shows_the_latest_reports_with_their_day():
    for number in range(4):
        makers.published_collaboration(title=f"第{number}の協働")

    page = read("/")

    assert [f"第{number}の協働" in page for number in range(4)].count(True) == 3
    assert "令和8年11月20日" in page


def test_browsers_find_the_icon_where_they_look_for_it(client):
    response = client.get("/favicon.ico")

    assert (response.status_code, response["Content-Type"]) == (200, "image/x-icon")
    assert response.getvalue()[:4] == b"\x00\x00\x01\x00"


def test_front_page_shows_a_member_the_next_date(client):
    group = factories.member(factories.organization())
    draft = factories.draft(by=group)
    client.force_login(group)
    client.cookies["django_language"] = "en"

    page = read("/", client)

    assert draft.title in page and "10 days left" in page


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_public_page_asks_the_database_as_often_for_three_rows_as_for_one(path):
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            makers.published_collaboration(measures=[factories.measure()])
            past_award(f"startup-{PastAward.objects.count()}")
            factories.call()
        with CaptureQueriesContext(connection) as queries:
            read(path)
        asked.append(len(queries))

    # The figures are added up from all the other tables.
    assert asked[0] == asked[1] <= (60 if "/figure" in path else 8)


def test_first_publication_date_survives_a_correction():
    report = makers.published_collaboration()
    factories.approved(report, "correct", note="誤字", at=makers.LATER)

    (row,) = json.loads(read("/open-data/reports.json"))

    assert (row["published_on"], row["corrected_on"]) == ("2026-11-20", "2027-02-01")
    assert date.fromisoformat(row["published_on"])


def test_front_page_and_committee_tell_the_first_publication_and_the_correction(client):
    report = makers.published_collaboration()
    factories.approved(report, "correct", note="誤字", at=makers.LATER)
    client.force_login(factories.user(Role.COMMITTEE))

    for page in (read("/"), read("/committee/?since=2026-12-01", client)):
        assert page.index("2026-11-20") < page.index("2027-02-01")
        assert "訂正" in page
    assert "badge-action" not in page  # a correction makes no report new


def test_reports_of_an_impossible_department_are_all_reports(client):
    assert client.get(f"/reports/?department={'9' * 40}").status_code == 200
