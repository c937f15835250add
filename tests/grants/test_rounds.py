"""What the office plans: courses, rounds, budget; and the calls that everyone sees."""

from datetime import date, datetime, timedelta

import pytest
import tablib
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import MemberRole, Role
from casework.services import advance
from grants import services
from grants.models import EditionParameter, Proposal, Round
from grants.resources import EditionParameterResource
from tests import factories
from tests.factories import JAPAN, NOON, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def edition():
    return factories.edition()


# Rounds


def new_round(client, edition, **fields):
    data = {
        "fiscal_year": "2026", "name": "令和8年度スタートアップ", "opens_on": "2026-11-01",
        "closes_on": "2026-11-30", "budget_yen": "1,000,000", **fields,
    }  # fmt: skip
    return client.post(f"{reverse('grants:round-new')}?edition={edition.pk}", data)


def test_round_closes_at_24_00_of_its_last_day(as_person, office, edition):
    new_round(as_person(office), edition)

    call = Round.objects.get()
    assert call.opens_at == datetime(2026, 11, 1, tzinfo=JAPAN)
    assert call.closes_at == datetime(2026, 12, 1, tzinfo=JAPAN)
    assert (call.last_day, call.closing_clock) == (date(2026, 11, 30), "24:00")
    assert call.budget_yen == 1_000_000
    assert call.frozen_rules == edition.frozen()


@pytest.mark.parametrize(
    ("seconds", "state"), [(-1, "submitted"), (0, "draft"), (1, "draft")], ids=str
)
def test_midnight_is_the_first_moment_that_is_too_late(
    as_person, office, edition, clock, seconds, state
):
    new_round(as_person(office), edition)
    group = factories.member(factories.organization())
    draft = factories.draft(by=group, round=Round.objects.get())
    client = as_person(group)
    clock(datetime(2026, 12, 1, tzinfo=JAPAN) + timedelta(seconds=seconds))

    client.post(reverse("casework:move", args=[draft.pk, "submit"]))

    assert Proposal.objects.get(pk=draft.pk).state == state


def test_round_may_close_at_a_time_of_the_clock(as_person, office, edition):
    new_round(as_person(office), edition, closes_clock="17:00")

    assert Round.objects.get().closing_clock == "17:00"


@pytest.mark.parametrize(
    "fields", [{"closes_on": "2026-10-01"}, {"name": ""}, {"budget_yen": "x"}, {"opens_on": ""}]
)
def test_round_that_cannot_be(as_person, office, edition, fields):
    assert new_round(as_person(office), edition, **fields).status_code == 422
    assert not Round.objects.exists()


def test_before_freezing_the_office_sees_what_is_not_set(as_person, office):
    edition = factories.edition(max_age_years=None)
    EditionParameter.objects.filter(name="cap_yen").update(confirmed_years="2023 2024")

    page = as_person(office).get(f"{reverse('grants:round-new')}?edition={edition.pk}")

    shown = {rule.name: rule for rule in page.context["rules"]}
    assert shown["max_age_years"].is_not_set
    assert shown["cap_yen"].last_confirmed == 2024
    assert "Not set" in page.content.decode()


def test_a_later_change_of_the_rules_leaves_the_round_as_it_is(as_person, office):
    call = factories.call(cap_yen="100000")
    url = reverse("grants:parameter", args=[call.edition_id, "cap_yen"])

    answer = as_person(office).post(
        url, {"status": "set", "value": "200000", "source": "要綱", "confirmed_years": "2026"}
    )

    assert answer.status_code == 302
    assert call.edition.parameters.get(name="cap_yen").value == "200000"
    assert Round.objects.get().rules.number("cap_yen") == 100_000


def test_change_of_a_rule_is_recorded_and_shown(as_person, office, edition):
    client = as_person(office)
    url = reverse("grants:parameter", args=[edition.pk, "cap_yen"])
    data = {"status": "set", "value": "200000", "source": "要綱", "confirmed_years": ""}

    client.post(url, data)
    client.post(url, data)  # changes nothing

    change = edition.parameter_changes.get()
    assert (change.old_value, change.new_value, change.source) == ("100000", "200000", "要綱")
    assert (change.by, change.at) == (office, NOON)
    page = client.get(reverse("grants:course", args=[edition.pk])).content.decode()
    assert "Changes of the rules" in page and "¥100,000" in page and str(office) in page


def test_number_of_rules_not_set_is_the_same_on_every_page(as_person, office, edition):
    client = as_person(office)
    (_edition, listed) = client.get(reverse("grants:courses")).context["editions"][0]
    url = reverse("grants:course", args=[edition.pk])

    whole, only = client.get(url), client.get(f"{url}?only=not_set")
    new = client.get(f"{reverse('grants:round-new')}?edition={edition.pk}")

    rows = [rule for _topic, rules in whole.context["topics"] for rule in rules]
    assert len(rows) == whole.context["count"] > listed > 0
    assert listed == sum(rule.is_not_set for rule in rows) == new.context["not_set"]
    shown = [rule for _topic, rules in only.context["topics"] for rule in rules]
    assert len(shown) == listed and all(rule.is_not_set for rule in shown)
    assert f"Only what is not set ({listed})" in whole.content.decode()


def test_rules_stand_under_what_they_are_about_with_the_years_of_their_confirmation(
    as_person, office, edition
):
    client = as_person(office)
    data = {"status": "set", "value": "1", "source": "要綱", "confirmed_years": "2026 2025"}
    client.post(reverse("grants:parameter", args=[edition.pk, "cap_yen"]), data)
    services.set_parameter(edition, "own_rule", by=office, at=NOON, status="not_set")

    page = client.get(reverse("grants:course", args=[edition.pk]))

    topics = {str(topic): [rule.name for rule in rules] for topic, rules in page.context["topics"]}
    assert list(topics)[0] == "Money" and "cap_yen" in topics["Money"]
    assert topics["Other rules"] == ["own_rule"]
    assert "2025 2026" in page.content.decode() and 'class="unbroken"' in page.content.decode()


def test_change_of_a_rule_is_never_altered(office, edition):
    fields = {"status": "not_set", "value": "", "source": ""}
    services.set_parameter(edition, "cap_yen", by=office, at=NOON, **fields)

    with pytest.raises(DatabaseError), transaction.atomic():
        edition.parameter_changes.update(new_value="1")


def test_change_of_a_rule_by_a_table_is_recorded(office, edition):
    resource = EditionParameterResource()
    table = resource.export(edition.parameters.filter(name="cap_yen"))
    changed = tablib.Dataset(headers=table.headers)
    changed.append(["9" if cell == "100000" else cell for cell in table[0]])

    for rows in (table, changed):
        resource.import_data(rows, raise_errors=True, user=office, at=NOON)

    change = edition.parameter_changes.get()
    assert (change.old_value, change.new_value, change.by) == ("100000", "9", office)


def test_long_lists_fit_into_a_rule(as_person, office, edition):
    url = reverse("grants:parameter", args=[edition.pk, "pledges"])
    value = "\n".join(["市税を滞納していません。"] * 40)

    as_person(office).post(url, {"status": "set", "value": value, "source": "要綱"})

    assert len(edition.parameters.get(name="pledges").value) > 400


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("cap_yen", {"status": "set", "value": "", "source": "要綱"}),
        ("cap_yen", {"status": "set", "value": "1", "source": ""}),
        ("cap_yen", {"status": "set", "value": "十万円", "source": "要綱"}),
    ],
)
def test_rule_that_cannot_be(as_person, office, edition, name, fields):
    url = reverse("grants:parameter", args=[edition.pk, name])

    assert as_person(office).post(url, fields).status_code == 422
    assert edition.parameters.get(name="cap_yen").value == "100000"


def test_rule_that_is_not_set_loses_its_value(as_person, office, edition):
    url = reverse("grants:parameter", args=[edition.pk, "cap_yen"])

    as_person(office).post(url, {"status": "not_set", "value": "100000"})

    parameter = edition.parameters.get(name="cap_yen")
    assert (parameter.status, parameter.value) == ("not_set", "")


def test_a_rule_that_was_not_listed_is_added(as_person, office, edition):
    client = as_person(office)

    answer = client.post(reverse("grants:parameter-new", args=[edition.pk]), {"name": "pledges"})
    client.post(answer["Location"], {"status": "set", "value": "一\n二", "source": "要領"})

    assert edition.parameters.get(name="pledges").value.splitlines() == ["一", "二"]


def test_unknown_rule_is_not_found(as_person, office, edition):
    assert as_person(office).get(
        reverse("grants:parameter", args=[edition.pk, "no-such"])
    ).status_code == 404  # fmt: skip


def test_rule_is_set_not_set_or_does_not_apply_and_nothing_else(as_person, office, edition):
    page = as_person(office).get(reverse("grants:parameter", args=[edition.pk, "cap_yen"]))

    assert page.content.decode().count('type="radio"') == 3


# Who may see and do what


PLANS = [
    "rounds", "round-new", "courses", "budget", "budget-new", "budget-transfer", "fund-ledger",
    "fund-new",
]  # fmt: skip


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.OFFICE, 200, 200),
        (Role.APPROVER, 200, 403),
        (Role.AUDITOR, 200, 403),
        (Role.DEPARTMENT, 403, 403),
        (Role.PANEL, 403, 403),
        (Role.ACCOUNTING, 403, 403),
    ],
)
def test_plans_are_read_by_the_city_and_written_by_the_office(as_person, name, role, reads, writes):
    expected = writes if name.endswith(("new", "transfer")) else reads

    assert as_person(factories.user(role)).get(reverse(f"grants:{name}")).status_code == expected


def test_pages_of_one_course_and_round(as_person, office):
    call = factories.call()
    pages = [
        reverse("grants:course", args=[call.edition_id]),
        reverse("grants:parameter", args=[call.edition_id, "cap_yen"]),
        reverse("grants:parameter-new", args=[call.edition_id]),
        reverse("grants:round", args=[call.pk]),
        reverse("grants:paper", args=[call.pk]),
    ]
    member = factories.member(factories.organization())

    assert [as_person(office).get(page).status_code for page in pages] == [200] * 5
    assert [as_person(member).get(page).status_code for page in pages] == [403] * 5


def test_round_page_lists_what_was_filed_and_no_draft(as_person, office):
    call = factories.call()
    draft = factories.draft(round=call)
    filed = factories.draft(round=call)
    filed = advance(filed, "submit", by=filed.organization.members.get(), at=NOON)

    page = as_person(office).get(reverse("grants:round", args=[call.pk]))

    assert list(page.context["page"]) == [filed]
    assert draft.organization.name not in page.content.decode()


# Calls


@pytest.mark.parametrize(("confirmed", "shown"), [("2024", False), ("2024 2026", True), ("", True)])
def test_call_does_not_show_the_day_of_another_year(client, edition, office, confirmed, shown):
    EditionParameter.objects.create(
        edition=edition, name="info_session_on", status="set", value="2024-04-14", source="広報",
        confirmed_years=confirmed,
    )  # fmt: skip
    call = services.open_round(
        edition, fiscal_year=2026, name="n", opens_at=NOON - timedelta(days=1),
        closes_at=NOON + timedelta(days=1), budget_yen=None, by=office, at=NOON,
    )  # fmt: skip

    page = client.get(reverse("grants:call", args=[call.pk]))

    assert ("2024-04-14" in page.content.decode()) == shown
    unknown = [rule.name for rule in page.context["open_questions"]]
    assert ("info_session_on" in unknown) != shown


def test_calls_are_open_to_all(client):
    call = factories.call()

    listed = client.get(reverse("grants:calls"))
    assert listed.context["open"] == [call]
    page = client.get(reverse("grants:call", args=[call.pk])).content.decode()
    assert reverse("account_signup") in page


def test_call_says_for_which_year_a_rule_was_last_confirmed(client):
    call = factories.call()
    call.frozen_rules["cap_yen"]["confirmed_years"] = "2022 2024"
    call.frozen_rules["offer_days"]["confirmed_years"] = "2026"
    call.save()
    client.cookies["django_language"] = "en"

    page = client.get(reverse("grants:call", args=[call.pk])).content.decode()

    assert page.count("last confirmed for") == 1
    assert "last confirmed for FY 2024" in page


def test_call_that_is_not_announced_is_hidden(client, as_person, office):
    call = factories.call()
    Round.objects.update(announced_at=None)

    assert client.get(reverse("grants:call", args=[call.pk])).status_code == 404
    assert client.get(reverse("grants:calls")).context["open"] == []
    assert as_person(office).get(reverse("grants:call", args=[call.pk])).status_code == 200


def start(client, call, group=None):
    data = {"organization": group.pk} if group else {}
    return client.post(reverse("grants:draft-start", args=[call.pk]), data)


def test_member_starts_a_draft(as_person):
    call, group = factories.call(), factories.organization()
    client = as_person(factories.member(group, MemberRole.EDITOR))

    answer = start(client, call, group)

    assert answer["Location"] == reverse("grants:proposal-edit", args=[Proposal.objects.get().pk])
    assert client.get(answer["Location"]).status_code == 200


def test_no_draft_for_others_nor_after_the_close(as_person, clock, client):
    call, group = factories.call(), factories.organization()
    start(as_person(factories.member(factories.organization())), call, group)
    start(as_person(factories.member(group, MemberRole.VIEWER)), call, group)
    clock(call.closes_at)
    start(as_person(factories.member(group)), call, group)

    assert not Proposal.objects.exists()


def test_person_of_two_groups_chooses(as_person):
    call = factories.call()
    person = factories.member(factories.organization())
    factories.Membership.objects.create(
        user=person, organization=factories.organization(), role=MemberRole.EDITOR
    )
    person.act_on(TODAY)

    page = as_person(person).get(reverse("grants:call", args=[call.pk]))

    assert len(page.context["groups"]) == 2
    assert "<select" in page.content.decode()


# Queries


@pytest.mark.parametrize("name", ["rounds", "calls", "courses", "budget"])
def test_lists_ask_as_often_for_three_rows_as_for_one(
    as_person, office, name, django_assert_max_num_queries
):
    client, url = as_person(office), reverse(f"grants:{name}")
    asked = []
    for rows in (1, 2):
        for _row in range(rows):
            call = factories.call()
            services.enter_budget(
                call.edition, fiscal_year=2026, kind="initial", amount_yen=1, voted_on=TODAY,
                document="d", by=office, at=NOON,
            )  # fmt: skip
        client.get(url)
        with django_assert_max_num_queries(100) as queries:
            client.get(url)
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_speak_both_languages(client, language):
    call = factories.call()
    client.cookies["django_language"] = language

    for url in (reverse("grants:calls"), reverse("grants:call", args=[call.pk])):
        page = client.get(url).content.decode()
        assert f'<html lang="{language}">' in page
        assert ("令和8年11月30日" in page) == (language == "ja")
