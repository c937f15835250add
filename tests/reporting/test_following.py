"""A report that is being written when the budget of its year is changed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework.edit_numbers import StaleDraft
from casework.services import advance
from grants.reckoning import changed_yen
from reporting import following, services
from reporting.models import Report
from tests import factories
from tests.factories import line
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Rules under which every small change is only noted; invented, like all test data.
FREE = {
    "change_threshold_percent": "90", "change_threshold_of": "total",
    "change_of_content_approved": "no", "change_of_schedule_approved": "no",
    "change_of_amount_approved": "no",
}  # fmt: skip
#: The budget as it is to be: the hall is new, printing costs less.
NEW = [
    line("income", "市の補助", 80_000, from_city=True), line("income", "会費", 20_000),
    line("expenditure", "印刷", 60_000), line("expenditure", "会場", 40_000),
]  # fmt: skip


@remembered
def running():
    return makers.granted_year(**FREE)


def report_of(year) -> Report:
    return Report.objects.get(project_year=year)


def rows(year) -> list:
    lines = report_of(year).settlement_lines.order_by("pk")
    return [(row.label, row.amount_yen) for row in lines]


def as_new() -> list:
    return [(row["label"], row["amount_yen"]) for row in NEW]


def change_it(year, lines=NEW, **fields):
    change = factories.changed(year, lines=lines, **fields)
    if change.weighed().outcome == "major":
        return factories.approved(change, "approve", granted_yen=changed_yen(change))
    return advance(change, "note", by=factories.anyone(Role.OFFICE), at=factories.NOON)


def written(year, lines=None) -> Report:
    """A report whose group has entered what was really spent on printing."""
    lines = lines or [
        *NEW[:2],
        line("expenditure", "印刷", 98_000),
        line("expenditure", "謝礼", 2_000),
    ]
    return makers.written_report(year, lines=lines)


def test_report_that_nobody_wrote_in_follows_at_once():
    year = running()
    loaded = report_of(year).edit_number
    change_it(year)

    report = report_of(year)
    assert (rows(year), report.behind_change) == (as_new(), False)
    origins = report.settlement_lines.order_by("pk").values_list("origin", flat=True)
    assert list(origins) == list(year.budget_lines.order_by("pk").values_list("pk", flat=True))
    with pytest.raises(StaleDraft):  # a page that shows the old lines
        services.save_report(
            report, fields={}, lines=[], edit_number=loaded, by=makers.group_of(year),
            at=makers.LATER,
        )  # fmt: skip


def test_report_follows_the_second_change_too():
    year = running()
    change_it(year)
    change_it(year, [*NEW[:2], line("expenditure", "会場", 100_000)])

    assert rows(year)[2:] == [("会場", 100_000)]


def test_change_of_days_alone_leaves_the_report():
    year = running()
    before = report_of(year)
    factories.changed(year, "note", content="別の内容")

    after = report_of(year)
    assert (after.edit_number, after.behind_change) == (before.edit_number, False)


def test_what_the_group_wrote_stays_until_it_says_so():
    year = running()
    written(year)
    before = rows(year)
    change_it(year)

    report = report_of(year)
    assert (rows(year), report.behind_change) == (before, True)
    apart = following.apart(report)
    assert [row.label for row in apart.missing] == ["会場"]
    assert [row.label for row in apart.surplus] == ["謝礼"]


def test_taking_over_adds_what_is_new_and_keeps_what_was_written():
    year = running()
    written(year)
    change_it(year)
    report = following.take_over_budget(report_of(year), by=makers.group_of(year), at=makers.LATER)

    assert rows(year) == [
        ("市の補助", 80_000), ("会費", 20_000), ("印刷", 98_000), ("謝礼", 2_000), ("会場", 40_000),
    ]  # fmt: skip
    assert not report.behind_change and report.events.filter(verb="take_over_budget").exists()


@pytest.mark.parametrize(("has_receipt", "printing"), [(False, 60_000), (True, 100_000)])
def test_line_that_says_what_the_old_budget_said_follows_unless_it_has_a_receipt(
    has_receipt, printing
):
    year = running()
    report = written(year, lines=[*NEW[:2], line("expenditure", "印刷", 100_000)])
    if has_receipt:
        makers.receipt(report)
    change_it(year)
    following.take_over_budget(report_of(year), by=makers.group_of(year), at=makers.LATER)

    assert dict(rows(year))["印刷"] == printing


def test_lines_can_be_left_as_they_are():
    year = running()
    written(year)
    change_it(year)
    before = rows(year)
    following.keep_own_lines(report_of(year), by=makers.group_of(year), at=makers.LATER)

    assert (rows(year), report_of(year).behind_change) == (before, False)


def test_nobody_else_takes_it_over():
    year = running()
    written(year)
    change_it(year)
    for other in (factories.anyone(Role.OFFICE), factories.member(factories.organization())):
        with pytest.raises(PermissionDenied):
            following.take_over_budget(report_of(year), by=other, at=makers.LATER)


def test_page_says_what_is_apart_and_takes_it_over():
    year = running()
    written(year)
    change_it(year)
    client = Client(headers={"accept-language": "en"})
    client.force_login(makers.group_of(year))
    page = reverse("reporting:report-edit", args=[report_of(year).pk])

    shown = client.get(page).text
    assert "The budget was changed" in shown and "会場" in shown and "謝礼" in shown
    client.post(reverse("reporting:report-budget", args=[report_of(year).pk]), {"take": "over"})
    assert ("会場", 40_000) in rows(year)
    assert "The budget was changed" not in client.get(page).text
    stranger = Client()
    stranger.force_login(factories.user())
    address = reverse("reporting:report-budget", args=[report_of(year).pk])
    assert stranger.post(address).status_code == 404
