"""Changes of a running project year: written, noted or approved, and what they do to the year."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance, correct
from grants import agreements, change_letters, grounds, ledger_faults, services
from grants.models import ChangeRequest
from tests import factories
from tests.case_pages import whole_page
from tests.factories import NOON, line
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Rules under which small changes need no approval; invented, like all test data.
SMALL = {
    "change_threshold_percent": "20", "change_threshold_of": "total",
    "change_of_content_approved": "no", "change_of_schedule_approved": "no",
    "change_of_amount_approved": "no", "advance_percent": "100",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@remembered
def running(course: str = "startup", **rules):
    return makers.granted_year(course, **{**SMALL, **rules})


def budget(asked: int, own: int = 20_000) -> list[dict]:
    return [
        line("income", "市の補助", asked, from_city=True), line("income", "会費", own),
        line("expenditure", "印刷", asked + own),
    ]  # fmt: skip


def fresh(year):
    return type(year).objects.get(pk=year.pk)


def rows(year) -> list:
    return list(year.budget_lines.order_by("pk").values_list("label", "amount_yen"))


def sums_are_right() -> bool:
    return list(ledger_faults.faults()) == []


def test_minor_change_takes_effect_when_it_is_noted():
    year = running()
    report = year.deadlines.open().get(kind="report")

    change = factories.changed(
        year, "note", ends_on=date(2027, 1, 20), lines=budget(80_000, 25_000)
    )

    after = fresh(year)
    assert (change.state, change.is_open) == ("noted", False)
    assert (change.granted_before_yen, change.granted_yen) == (80_000, 80_000)
    assert (after.granted_yen, after.ends_on) == (80_000, date(2027, 1, 20))
    assert rows(after) == [("市の補助", 80_000), ("会費", 25_000), ("印刷", 105_000)]
    assert after.versions.order_by("-number").first().content["budget"][1]["amount_yen"] == 25_000
    moved = year.deadlines.open().get(kind="report")
    assert (report.due_on - moved.due_on).days == 11
    assert after.program_budget().decided_yen == 0  # without its own part
    assert sums_are_right()


def lowered(year, granted_yen: int = 70_000):
    """A change that lowers the grant, as its group filed it and the approver approved it."""
    change = factories.changed(year, lines=budget(granted_yen))
    return factories.approved(change, "approve", granted_yen=granted_yen)


@pytest.mark.parametrize(
    ("lines", "after"), [(budget(70_000), 70_000), (budget(80_000, 1_000), 80_000)]
)
def test_change_of_the_grant_is_never_minor(lines, after):
    year = running()

    change = factories.changed(year, lines=lines)

    codes = [reason.code for reason in change.weighed().reasons]
    assert ("grant" in codes) == (after != 80_000)
    if after == 80_000:
        return
    with pytest.raises(NotPossible):
        advance(change, "note", by=factories.anyone(Role.OFFICE), at=NOON)
    assert fresh(year).granted_yen == 80_000
    change = factories.approved(change, "approve", granted_yen=after)
    year = fresh(year)
    assert (year.granted_yen, year.reckoning["amount_yen"]) == (after, after)
    words = pdf_text(bytes(change.letters.get(kind="change_approved").pdf))
    assert "変更決定通知書" in words and "80,000円" in words and "70,000円" in words
    assert [reason.code for reason in ChangeRequest.objects.get().weighed().reasons][0] == "grant"
    assert sums_are_right()


def test_group_is_told_when_a_change_counts():
    year = running()
    factories.paid(year, 80_000)
    person = makers.group_of(year)

    noted = factories.changed(year, "note", ends_on=date(2027, 1, 20))
    approved = lowered(year)

    told = {n.case_id: n for n in person.notices.filter(kind="change_in_effect")}
    assert set(told) == {noted.pk, approved.pk}
    assert "80,000円のまま" in told[noted.pk].body
    assert "80,000円から70,000円" in told[approved.pk].body
    assert "10,000円を市に返還" in told[approved.pk].body


def test_group_reads_what_its_change_would_do_to_the_grant(as_person):
    year = running()
    factories.paid(year, 80_000)
    change = services.start_change(year, asks_for="change", by=makers.group_of(year), at=NOON)
    client = as_person(makers.group_of(year))
    client.cookies["django_language"] = "en"
    page = reverse("grants:change-edit", args=[change.pk])
    assert "The grant stays as it is: ¥80,000" in strip_tags(client.get(page).text)

    services.save_change(
        change, fields={}, lines=budget(70_000), edit_number=0, by=makers.group_of(year), at=NOON
    )

    shown = strip_tags(client.get(page).text)
    assert "This change changes the grant: ¥70,000 in place of ¥80,000" in shown
    assert "¥10,000 would have to come back to the city" in shown
    assert "How this is reckoned" in shown


def test_running_year_names_first_what_has_to_come_back(as_person):
    year = running()
    factories.paid(year, 80_000)
    lowered(year)
    client = as_person(makers.group_of(year))
    client.cookies["django_language"] = "en"

    page = client.get(reverse("casework:case", args=[year.pk])).text

    box = page[page.index("next-step") :]
    assert box.index("Your group has to pay back 10,000 yen") < box.index("Write the report")


def test_days_alone_leave_the_grant_as_it_was_decided():
    year = makers.granted_year(granted_yen=50_000, **SMALL)

    factories.changed(year, "note", ends_on=date(2027, 1, 20))

    assert fresh(year).granted_yen == 50_000


def test_change_the_rules_are_silent_about_can_go_either_way():
    year = makers.granted_year()
    change = factories.changed(year, content="別の内容")

    assert change.weighed().outcome == "unset"
    assert advance(change, "note", by=factories.anyone(Role.OFFICE), at=NOON).state == "noted"
    assert fresh(year).content == "別の内容"


def test_major_change_is_approved_with_its_letter():
    year = running()
    change = factories.changed(year, lines=budget(90_000))
    with pytest.raises(NotPossible):
        advance(change, "note", by=factories.anyone(Role.OFFICE), at=NOON)
    with pytest.raises(NotPossible):
        advance(change, "approve", by=factories.anyone(Role.APPROVER), at=NOON, granted_yen=80_000)

    factories.approved(change, "approve", granted_yen=80_000)

    after = fresh(year)
    assert (after.granted_yen, after.requested_yen) == (80_000, 90_000)
    letter = change.letters.get(kind="change_approved")
    words = pdf_text(bytes(letter.pdf))
    assert "変更承認通知書" in words and "80,000円" in words
    assert sums_are_right()


def test_days_are_written_in_the_japanese_calendar_in_letter_and_page(as_person):
    year = running()
    change = factories.changed(year, ends_on=date(2027, 1, 20), lines=budget(90_000))
    page = as_person(factories.anyone(Role.OFFICE)).get(reverse("casework:case", args=[change.pk]))
    assert "<strong>new:</strong> 20 January 2027" in page.content.decode()

    drafted = as_person(factories.anyone(Role.OFFICE)).get(f"/cases/{change.pk}/draft/approve/")
    assert "<strong>new:</strong> 20 January 2027" in drafted.content.decode()

    with translation.override("en"):
        approved = factories.approved(change, "approve", granted_yen=80_000)

    assert ["最終日", "令和9年1月31日", "令和9年1月20日"] in change_letters._days(approved)["rows"]
    words = pdf_text(bytes(approved.letters.get(kind="change_approved").pdf))
    assert "令和9年1月20日" in words and "2027-01-20" not in words


def test_approval_above_a_limit_leaves_nothing_behind():
    year = running()
    before = rows(year)
    change = factories.changed(year, lines=budget(90_000))

    with pytest.raises(NotPossible, match="assessed"):
        factories.approved(change, "approve", granted_yen=85_000)

    assert ChangeRequest.objects.get().state == "filed"
    assert (fresh(year).granted_yen, rows(year)) == (80_000, before)
    assert not change.letters.exists() and not year.events.filter(verb="apply_change").exists()


def test_less_than_was_paid_comes_back():
    year = running()
    factories.paid(year, 80_000)

    lowered(year)

    after = fresh(year)
    assert (after.balance_yen, after.deadlines.open().filter(kind="repayment").count()) == (
        -10_000,
        1,
    )
    assert sums_are_right()
    factories.paid(after, kind="repayment")
    assert fresh(year).balance_yen == 0
    assert not year.deadlines.open().filter(kind="repayment").exists()
    assert sums_are_right()


def test_claim_for_more_than_is_left_goes_back():
    year = running()
    claim = factories.claimed(year, amount_yen=80_000)

    lowered(year)

    assert type(claim).objects.get().state == "returned"


def test_refused_change_leaves_the_year_as_it_is():
    year = running()
    before = rows(year)

    change = factories.changed(year, "refuse", lines=budget(90_000), facts={"reason": "予算がない"})

    assert (change.state, change.letters.get().kind) == ("refused", "change_refused")
    assert (rows(year), year.versions.count()) == (before, fresh(year).versions.count())
    assert services.start_change(year, asks_for="change", by=makers.group_of(year), at=NOON).is_open


def test_year_has_one_open_change():
    year = running()
    change = factories.changed(year, content="別の内容")
    with pytest.raises(ValidationError):
        services.start_change(year, asks_for="end", by=makers.group_of(year), at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(
            project_year=year, asks_for="end", title="もう一つ", fiscal_year=2026
        )
    assert change.is_open


def test_early_end_follows_from_the_request_with_its_ground():
    year = running()

    change = factories.changed(
        year, "approve", asks_for="end", lines=[], ends_on=date(2026, 12, 10), ground="own_wish"
    )

    after = fresh(year)
    assert (change.state, after.state, after.ends_on) == (
        "approved",
        "discontinued",
        date(2026, 12, 10),
    )
    assert after.events.get(verb="discontinue").facts["ground"] == "own_wish"
    assert "団体の事情" in pdf_text(bytes(after.letters.get(kind="discontinued").pdf))
    assert not change.letters.exists()


def test_postponement_follows_from_the_request_unless_money_was_paid():
    year = running()

    factories.changed(
        year, "approve", asks_for="postpone", lines=[], to_fiscal_year=2027, ground="circumstances"
    )

    after = fresh(year)
    assert (after.state, after.fiscal_year, after.granted_yen) == ("planned", 2027, None)
    assert sums_are_right()


def test_paid_year_cannot_be_postponed():
    year = running()
    factories.paid(year, 10_000)

    with pytest.raises(NotPossible, match="Money has been paid"):
        factories.changed(year, asks_for="postpone", lines=[], to_fiscal_year=2027, ground="other")
    assert not ChangeRequest.objects.filter(state="filed").exists()


def test_report_that_is_filed_drops_the_change():
    year = running()
    change = factories.changed(year, content="別の内容")

    makers.sent_report(year)

    assert ChangeRequest.objects.get(pk=change.pk).state == "dropped"


def test_approved_change_of_a_shared_cost_is_signed_anew():
    year = running("collaboration")
    writers = {"organization": makers.group_of(year), "city": factories.anyone(Role.OFFICE)}
    for party, by in writers.items():
        agreements.sign_agreement(
            year, party=party, name="署名者", signed_on=NOON.date(), by=by, at=NOON
        )

    change = factories.changed(year, lines=budget(90_000))
    factories.approved(change, "approve", granted_yen=80_000)

    assert not year.signatures.filter(struck_at=None).exists()
    assert "変更協定書" in pdf_text(bytes(change.letters.get().pdf))


def test_stranger_can_neither_begin_nor_write_a_change(as_person):
    year = running()
    change = services.start_change(year, asks_for="change", by=makers.group_of(year), at=NOON)
    stranger = factories.member(factories.organization())

    assert (
        as_person(stranger).get(reverse("grants:change-edit", args=[change.pk])).status_code == 404
    )
    with pytest.raises(PermissionDenied):
        services.save_change(change, fields={}, lines=[], edit_number=0, by=stranger, at=NOON)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_show_before_beside_after(as_person, language):
    year = running()
    group = makers.group_of(year)
    change = factories.changed(year, lines=budget(70_000))
    client = as_person(group)
    client.cookies["django_language"] = language

    page = whole_page(client, change)

    assert "90,000" in page and "100,000" in page
    assert client.get(reverse("casework:case", args=[year.pk])).status_code == 200


def test_group_writes_a_change_on_its_page(as_person):
    year = running()
    client = as_person(makers.group_of(year))
    for asks_for in ("change", "end", "postpone"):
        answer = client.post(reverse("grants:change-start", args=[year.pk]), {"asks_for": asks_for})
        assert client.get(answer.url).status_code == 200
        change = ChangeRequest.objects.get(is_open=True)
        advance(change, "withdraw", by=makers.group_of(year), at=NOON)
    assert ChangeRequest.objects.filter(state="withdrawn").count() == 3


def test_withdrawn_change_does_not_come_back_beside_another():
    year, office = running(), factories.anyone(Role.OFFICE)
    group = makers.group_of(year)
    first = factories.changed(year, content="別の内容")
    first = advance(first, "withdraw", by=group, at=NOON)
    second = services.start_change(year, asks_for="change", by=group, at=NOON)

    with pytest.raises(NotPossible, match="open already"):
        correct(first, reason="誤り", by=office, at=NOON)
    advance(second, "withdraw", by=group, at=NOON)
    assert correct(first, reason="誤り", by=office, at=NOON).is_open


def test_withdrawn_change_does_not_come_back_after_the_report(as_person):
    year, office = running(), factories.anyone(Role.OFFICE)
    change = factories.changed(year, content="別の内容")
    change = advance(change, "withdraw", by=makers.group_of(year), at=NOON)
    makers.sent_report(year)

    with pytest.raises(NotPossible, match="until the report is filed"):
        correct(change, reason="誤り", by=office, at=NOON)
    page = as_person(office).get(reverse("casework:case-part", args=[change.pk, "records"]))
    assert "until the report is filed" in page.text


def test_desk_of_accounting_lists_a_running_year_that_owes_money_back(as_person):
    year, accounting = running(), factories.user(Role.ACCOUNTING)
    factories.paid(year, 80_000)
    desk = reverse("casework:accounting")
    assert "its grant was lowered" not in as_person(accounting).get(desk).text
    lowered(year)

    shown = as_person(accounting).get(desk).text
    assert "10,000 yen have to come back from the group: its grant was lowered." in shown
    mine = as_person(makers.group_of(year)).get(reverse("casework:my")).text
    assert "Your group has to pay back 10,000 yen" in mine
    factories.paid(fresh(year), kind="repayment")
    assert "its grant was lowered" not in as_person(accounting).get(desk).text


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ACCOUNTING, Role.COORDINATOR, Role.PANEL])
def test_nobody_but_the_group_writes_a_change(as_person, role):
    year = running()
    change = services.start_change(year, asks_for="change", by=makers.group_of(year), at=NOON)
    other = factories.user(role)

    client = as_person(other)
    assert client.get(reverse("grants:change-edit", args=[change.pk])).status_code in (403, 404)
    start = reverse("grants:change-start", args=[year.pk])
    assert client.post(start, {"asks_for": "end"}).status_code in (403, 404)
    assert ChangeRequest.objects.count() == 1


def test_group_chooses_a_ground_in_plain_words_and_the_office_with_its_source():
    for verb in ("discontinue", "postpone"):
        plain = [str(label) for _code, label in grounds.choices(verb, sourced=False)]
        assert not any("市名不明" in label or "適正化法" in label for label in plain)
    assert any("適正化法" in str(label) for _code, label in grounds.choices("discontinue"))
