"""Cases, groups, yen and reports on the page of a measure, and of all measures of an edition."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from grants.models import CourseEdition, ProjectYear
from grants.services import Read, mark_of_measures, read_measures
from reporting.measure_chart import WIDTH, chart
from tests import factories
from tests.casework.cases import in_selection
from tests.factories import NOON
from tests.grants.test_measure_years import granted, named, read
from tests.reporting import makers
from tests.reporting.makers import LATER, group_of
from tests.reporting.test_measure_outcomes import Outcome, measure_of, tell, written

pytestmark = pytest.mark.django_db
ALL = "/guideline/invented/cases/"


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"


def page_of(client, measure) -> str:
    return client.get(measure.get_absolute_url()).content.decode()


def row_of(page: str, name: str) -> list[str]:
    """Return the cells of the row that begins with ``name``, as text."""
    row = next(r for r in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if name in r)
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_public_reads_by_year_what_adopted_projects_bring_and_from_which_cases(client, office):
    proposal = granted()
    first, more = named(proposal), factories.measure()
    read(proposal, Read(first.pk, 70, first.pk), Read(more.pk, 30), by=office)

    page = page_of(client, more)

    assert row_of(page, "FY 2026") == [
        "FY 2026", "1", "0", "1", "¥24,000", "¥24,000", "¥0", "not yet", "0",
    ]  # fmt: skip
    assert proposal.title in page
    assert reverse("casework:case", args=[proposal.pk]) not in page
    client.force_login(office)
    assert f'href="{reverse("casework:case", args=[proposal.pk])}"' in page_of(client, more)


def test_case_that_is_revoked_leaves_its_cell_and_stays_readable_for_the_office(client, office):
    year = makers.granted_year()
    proposal, first = year.proposal, named(year.proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    assert row_of(page_of(client, first), "FY 2026")[5] == "¥80,000"

    factories.approved(year, "revoke", reason="虚偽の申請")

    page = page_of(client, first)
    assert "FY 2026" not in page
    assert proposal.title not in page
    client.force_login(office)
    assert "Other cases that name it" in page_of(client, first)


def test_what_is_not_adopted_is_read_by_those_who_may_see_it_alone(client, office):
    proposal = in_selection(title="選考中の事業")
    first = named(proposal)
    for person, reads in ((None, False), (factories.user(Role.COMMITTEE), False), (office, True)):
        client.logout()
        if person:
            client.force_login(person)
        assert (proposal.title in page_of(client, first)) is reads


def test_invented_project_is_in_no_figure_outside_a_demonstration(client, settings):
    proposal = granted()
    first = named(proposal)
    CourseEdition.objects.filter(pk=proposal.round.edition_id).update(fictitious=True)
    assert proposal.title not in page_of(client, first)
    settings.DEMO = True
    assert proposal.title in page_of(client, first)


def test_what_a_group_reports_of_a_measure_is_not_public(client, office):
    report = written()
    first = named(report.project_year.proposal)
    assert first.pk == measure_of(report)
    tell(report, Outcome(first.pk, "相談が増えた。", "相談", 20, "件"))
    client.force_login(office)
    assert "相談が増えた。" not in page_of(client, first)  # it is not sent yet

    advance(report, "submit", by=group_of(report), at=LATER)

    assert "相談 20件" in page_of(client, first)
    client.logout()
    assert "相談" not in page_of(client, first)


# All measures of an edition


def test_page_of_an_edition_adds_up_to_what_the_program_decided(client, office):
    for yen in (79_999, 50_000):
        proposal = granted(yen)
        first, more = named(proposal), factories.measure()
        read(proposal, Read(first.pk, 67, first.pk), Read(more.pk, 33), by=office)
    granted(40_000)  # nobody confirmed what it names

    page = client.get(ALL).content.decode()

    body = page[page.index("<tbody>") : page.index("</tbody>")]
    decided = [
        int(re.sub(r"\D", "", row_of(r, "<t")[5]) or 0)
        for r in re.findall(r"<tr>.*?</tr>", body, re.S)
    ]
    in_all = sum(ProjectYear.objects.values_list("granted_yen", flat=True))
    assert sum(decided) == in_all == 169_999
    assert "¥169,999" in row_of(page, "Together")
    assert row_of(page, "Not confirmed")[5] == "¥40,000"


def test_year_that_is_chosen_narrows_the_page_and_a_foreign_one_does_not(client, office):
    proposal = granted()
    read(proposal, Read(named(proposal).pk, 100, named(proposal).pk), by=office)
    assert client.get(ALL, {"year": "2026"}).context["year"] == 2026
    for asked in ("1999", "x", "²", "-1", ""):
        answer = client.get(ALL, {"year": asked})
        assert (answer.status_code, answer.context["year"]) == (200, None)


def test_edition_without_cases_says_so_and_an_unknown_one_is_not_found(client):
    factories.measure()
    assert "No adopted project" in client.get(ALL).content.decode()
    assert client.get("/guideline/none/cases/").status_code == 404


def test_edition_leads_to_the_page(client):
    factories.measure()
    assert f'href="{ALL}"' in client.get("/guideline/invented/").content.decode()


def test_pages_ask_as_often_for_three_cases_as_for_one(client, office, django_assert_num_queries):
    proposal, counts = granted(), {}
    first = named(proposal)
    read(proposal, Read(first.pk, 100, first.pk), by=office)
    client.force_login(office)
    for address in (first.get_absolute_url(), ALL):
        with django_assert_num_queries(counts.get(address, 99), exact=False) as asked:
            client.get(address)
        counts[address] = len(asked)
    for _ in range(2):
        other = granted()
        seen = mark_of_measures(other)
        rows = [Read(first.pk, 100, named(other).pk, reason="同じ施策")]
        read_measures(other, rows, seen=seen, by=office, at=NOON)
    for address, count in counts.items():
        with django_assert_num_queries(count):
            client.get(address)


def test_longest_bar_is_as_wide_as_the_chart_and_the_others_in_proportion(client, office):
    big, small = granted(80_000), granted(20_000)
    for proposal in (big, small):
        read(proposal, Read(named(proposal).pk, 100, named(proposal).pk), by=office)

    bars = chart(client.get(ALL).context["rows"]).bars

    widths = {bar.measure.pk: bar.yen_width for bar in bars}
    assert widths == {named(big).pk: WIDTH, named(small).pk: WIDTH // 4}
    assert {bar.cases_width for bar in bars} == {WIDTH}
