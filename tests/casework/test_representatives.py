"""Who represents a group on the day of a document, and what it tells of a change (代表者変更)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import Officer, Role
from casework import representatives, retention
from casework.city import set_value
from casework.errors import NotPossible
from casework.letter_versions import reissue
from casework.letters import addressee_of
from casework.models import Notice, RepresentativeNotice
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TOMORROW = TODAY + timedelta(days=1)
LONG_AGO = date(2024, 4, 1)


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def sender():
    return factories.sender()


@remembered
def group():
    """A group that 甲 represents since LONG_AGO; 乙 is its vice chair."""
    made = factories.organization(name="つながりの会")
    owner = factories.member(made)
    services.add_officer(
        made, name="甲", post="会長", is_representative=True, valid_from=LONG_AGO, by=owner, at=NOON
    )
    services.add_officer(
        made, name="乙", name_kana="おつ", post="副会長", valid_from=LONG_AGO, by=owner, at=NOON
    )
    return made


def owner_of(organization):
    return organization.members.order_by("pk").first().act_on(TODAY)


def change(organization, day=TODAY, **fields):
    fields = {"name": "丙", "post": "会長", "by": owner_of(organization), "at": NOON, **fields}
    return services.change_representative(organization, valid_from=day, **fields)


def who(organization, day: date) -> str:
    head = type(organization).objects.get(pk=organization.pk).representative_on(day)
    return head.name if head else "–"


def page_of(organization) -> str:
    return reverse("casework:representative", args=[organization.pk])


# Who it is on a day


def test_each_day_has_the_representative_whose_term_it_lies_in():
    made = group()
    change(made, TOMORROW)

    assert [who(made, day) for day in (LONG_AGO, TODAY, TOMORROW)] == ["甲", "甲", "丙"]
    assert who(made, LONG_AGO - timedelta(days=1)) == "–"


def test_change_of_long_ago_counts_from_its_day():
    made = group()
    change(made, date(2026, 10, 1))

    assert who(made, date(2026, 9, 30)) == "甲"
    assert who(made, date(2026, 10, 1)) == "丙"


def test_an_officer_who_becomes_the_representative_leaves_the_post_so_far():
    made = group()
    vice = made.officer_set.get(name="乙")
    change(made, officer=vice, name="")

    rows = made.officer_set.filter(name="乙").order_by("pk")
    assert [(row.post, row.valid_until) for row in rows] == [
        ("副会長", TODAY - timedelta(days=1)), ("会長", None),
    ]  # fmt: skip
    assert rows[1].name_kana == "おつ"


def test_no_two_represent_a_group_on_one_day():
    made = group()
    change(made, TODAY)

    with pytest.raises(ValidationError, match="began on 2026-11-20"):
        change(made, TODAY, name="丁")
    with pytest.raises(ValidationError, match="already"):
        change(made, TOMORROW, officer=made.officer_set.get(name="丙"), name="")
    second = Officer(
        organization=made, name="戊", post="会長", is_representative=True,
        valid_from=LONG_AGO, valid_until=LONG_AGO,
    )  # fmt: skip
    with pytest.raises(ValidationError, match="one of these days"):
        second.full_clean()


def test_term_that_ends_later_gives_way_to_the_new_representative():
    made = group()
    head = made.officer_set.get(name="甲")
    services.end_officer(head, last_day=date(2027, 3, 31), by=owner_of(made), at=NOON)
    change(made, TOMORROW)

    assert [who(made, day) for day in (TODAY, TOMORROW)] == ["甲", "丙"]


def test_merging_leaves_one_representative_a_day(office):
    kept, duplicate = group(), factories.organization()
    services.add_officer(
        duplicate, name="己", post="代表", is_representative=True, valid_from=date(2023, 4, 1),
        by=factories.member(duplicate), at=NOON,
    )  # fmt: skip
    change(duplicate, date(2024, 1, 1), name="庚", by=owner_of(duplicate))

    services.merge_organizations(duplicate, into=kept, by=office, at=NOON)

    assert [who(kept, day) for day in (date(2023, 5, 1), TODAY)] == ["己", "甲"]
    assert kept.representative_notices.count() == 1


# What is told, and noted


def test_change_is_told_to_the_office_which_notes_it(office):
    made = group()
    change(made, TOMORROW)

    notice = RepresentativeNotice.objects.get()
    assert (notice.before.name, notice.officer.name) == ("甲", "丙")
    assert Notice.objects.get(kind="representative_told").recipient == office
    representatives.note(notice, paper_on=None, by=office, at=NOON)
    notice.refresh_from_db()
    assert (notice.noted_by, notice.noted_at) == (office, NOON)
    assert Notice.objects.get(kind="representative_noted").recipient == owner_of(made)
    with pytest.raises(NotPossible, match="already"):
        representatives.note(notice, paper_on=None, by=office, at=NOON)


def test_first_representative_is_no_change(office):
    group()

    assert not RepresentativeNotice.objects.exists()


def test_what_the_office_enters_is_noted_at_once(office):
    change(group(), by=office)

    assert RepresentativeNotice.objects.get().noted_by == office


def test_paper_is_asked_for_only_where_the_city_wants_one(office):
    change(group())
    notice = RepresentativeNotice.objects.get()
    set_value("representative_paper", "wanted", source="試験", by=office, at=NOON)

    with pytest.raises(NotPossible, match="wants a paper"):
        representatives.note(notice, paper_on=None, by=office, at=NOON)
    with pytest.raises(NotPossible, match="future"):
        representatives.note(notice, paper_on=TOMORROW, by=office, at=NOON)
    assert representatives.note(notice, paper_on=TODAY, by=office, at=NOON).paper_on == TODAY


@pytest.mark.parametrize("role", [Role.APPROVER, Role.COORDINATOR, Role.AUDITOR, None])
def test_nobody_else_tells_or_notes(role):
    made = group()
    change(made)
    other = factories.user(*([role] if role else []))

    with pytest.raises(PermissionDenied):
        change(made, TOMORROW, name="丁", by=other)
    with pytest.raises(PermissionDenied):
        representatives.note(RepresentativeNotice.objects.get(), paper_on=None, by=other, at=NOON)


# Documents


def test_letter_and_envelope_bear_the_name_of_their_day():
    made = group()
    change(made, TOMORROW)

    names = [addressee_of(made, day=day)["name"] for day in (TODAY, TOMORROW)]
    assert names == ["甲", "丙"]


def test_letter_of_a_later_day_names_the_new_representative(sender, office):
    case = filed()
    owner = group_of(case)
    services.add_officer(
        case.organization, name="甲", post="会長", is_representative=True, by=owner, at=NOON
    )
    change(case.organization, TOMORROW, by=owner)
    letter = advance(case, "ineligible", by=office, at=NOON, reason="x").letters.get()

    later = reissue(letter, reason="代表者の変更", by=office, at=NOON + timedelta(days=1))

    assert (letter.data["addressee"]["name"], later.data["addressee"]["name"]) == ("甲", "丙")


def test_filed_version_keeps_the_name_it_was_filed_under():
    case = filed()
    owner = group_of(case)
    services.add_officer(
        case.organization, name="甲", post="会長", is_representative=True, by=owner, at=NOON
    )
    told = representatives.as_filed_on(case, TODAY)
    change(case.organization, TODAY, by=owner)  # told only afterwards, but from that day

    assert representatives.of_version(case, told).name == "甲"
    assert case.organization.representative_on(TODAY).name == "丙"


def test_proposal_is_filed_under_the_representative_of_the_day(enter, office):
    made = group()
    draft = factories.draft(by=owner_of(made), round=factories.call())
    case = advance(draft, "submit", by=owner_of(made), at=NOON)
    change(made, TODAY)

    version = case.versions.get()
    assert version.content["representative"] == made.officer_set.get(name="甲").pk
    address = reverse("grants:version", args=[case.pk, 1])
    for reader in (owner_of(made), office):
        assert "Filed under the representative: 会長 甲" in enter(reader).get(address).text
    assert "甲" not in enter(factories.user(Role.APPROVER)).get(address).text


def test_version_outlives_the_officers_who_were_destroyed():
    made = group()
    case = advance(
        factories.draft(by=owner_of(made), round=factories.call()), "submit", by=owner_of(made),
        at=NOON,
    )  # fmt: skip
    change(made)
    retention.classes()["officers"].destroy(
        made.officer_set.filter(name="甲"), by=factories.user(), at=NOON
    )

    assert representatives.of_version(case, case.versions.get().content) is None
    assert RepresentativeNotice.objects.get().before is None


# Pages


def test_group_tells_a_change_on_its_page(enter, office):
    made = group()
    client = enter(owner_of(made))
    answers = {"name": "丙", "post": "会長", "valid_from": TOMORROW.isoformat()}

    assert client.post(page_of(made), {**answers, "name": ""}).status_code == 422
    assert client.post(page_of(made), answers).status_code == 302
    shown = client.get(page_of(made)).text
    assert "丙" in shown and "The office has not noted it yet." in shown
    assert client.post(page_of(made), answers).status_code == 422
    assert "Note the change" not in shown
    desk = enter(office).get(reverse("casework:office")).text
    assert "Changes of representative to note" in desk
    notice = RepresentativeNotice.objects.get()
    note = reverse("casework:representative-note", args=[made.pk, notice.pk])
    assert enter(owner_of(made)).post(note).status_code == 403
    enter(office).post(note, {"paper_on": TODAY.isoformat()})
    notice.refresh_from_db()
    assert notice.paper_on == TODAY
    assert "Changes of representative to note" not in enter(office).get(
        reverse("casework:office")
    ).text  # fmt: skip


def test_open_cases_show_the_change_without_names(enter, office):
    made = group()
    case = advance(
        factories.draft(by=owner_of(made), round=factories.call()), "submit", by=owner_of(made),
        at=NOON - timedelta(hours=1),
    )  # fmt: skip
    change(made, TOMORROW)
    address = reverse("casework:case-part", args=[case.pk, "contact"])

    for reader in (owner_of(made), office):
        shown = enter(reader).get(address).text
        assert "Another person represents the group." in shown and "丙" not in shown
    assert "Another person" not in enter(factories.user(Role.APPROVER)).get(address).text


def test_page_of_the_representative_is_the_groups_and_the_offices(enter):
    made = group()

    assert enter(factories.user()).get(page_of(made)).status_code == 404
    assert enter(factories.user(Role.APPROVER)).get(page_of(made)).status_code == 403
    assert enter(factories.user(Role.AUDITOR)).post(page_of(made)).status_code == 403


def test_added_officer_is_no_second_representative(enter):
    made = group()
    client = enter(owner_of(made))
    add = reverse("accounts:officer-add", args=[made.pk])

    assert 'name="is_representative"' not in client.get(add).text
    client.post(add, {"name": "丁", "post": "監事", "is_representative": "on"})
    assert not made.officer_set.get(name="丁").is_representative
