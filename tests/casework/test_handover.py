"""Cases pass from one clerk, or one department, to another: once, seen before, told once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Duty, MemberRole, Role
from casework import approvals, handover, services
from casework.models import Access, Case, Event, Notice
from grants.models import Proposal
from tests import factories
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]

FIRST_OF_APRIL = date(2027, 4, 1)


@pytest.fixture
def sender(db):
    return factories.sender()


@pytest.fixture
def clerks():
    return factories.user(Role.OFFICE), factories.user(Role.OFFICE)


@remembered
def filed(clerk=None, course: str = "startup", **fields) -> Proposal:
    """A filed proposal of which ``clerk`` is in charge."""
    draft = factories.draft(course, **fields)
    case = services.advance(draft, "submit", by=draft.organization.members.get(), at=NOON)
    if clerk is not None:
        case = services.assign(case, clerk, by=clerk, at=NOON)
    return case


def ids(cases) -> list[int]:
    return [case.pk for case in cases]


def look(giver, taker, by):
    cases = handover.open_cases(by).filter(clerk=giver)
    return handover.look(cases, giver, taker, on=TODAY)


def test_what_is_shown_is_what_passes_on(clerks):
    giver, taker = clerks
    cases = [filed(giver) for _ in range(3)]
    filed(taker)

    shown = look(giver, taker, giver)
    done = handover.hand_over(ids(shown.moves), giver, taker, by=giver, at=NOON)

    assert ids(shown.moves) == ids(done.moves) == ids(cases)
    assert set(Case.objects.filter(pk__in=ids(cases)).values_list("clerk", flat=True)) == {taker.pk}
    assert Event.objects.filter(case__in=ids(cases), verb="assign", by=giver).count() == 6


def test_second_time_nothing_is_left_and_nobody_is_told_again(clerks):
    giver, taker = clerks
    chosen = ids([filed(giver), filed(giver)])
    handover.hand_over(chosen, giver, taker, by=giver, at=NOON)
    before = (Event.objects.count(), Notice.objects.count())

    again = handover.hand_over(chosen, giver, taker, by=giver, at=NOON + timedelta(hours=1))

    assert (again.moves, again.stays, again.there) == ([], [], 2)
    assert (Event.objects.count(), Notice.objects.count()) == before


def test_each_person_gets_one_notice_of_all_cases(clerks):
    giver, taker = clerks
    boss = factories.user(Role.OFFICE)
    chosen = ids([filed(giver) for _ in range(3)])

    handover.hand_over(chosen, giver, taker, by=boss, at=NOON)

    told = Notice.objects.filter(kind="handed_over")
    assert set(told.values_list("recipient", flat=True)) == {giver.pk, taker.pk}
    assert told.count() == 2
    assert "3件" in told.get(recipient=taker).body
    assert told.get(recipient=taker).path == "/office/?whose=mine"


def test_groups_are_told_once_who_looks_after_their_cases_now(clerks):
    giver, taker = clerks
    cases = [filed(giver), filed(giver)]
    writer = cases[0].organization.members.get()
    third = factories.draft(by=writer, round=cases[0].round)
    cases.append(
        services.assign(
            services.advance(third, "submit", by=writer, at=NOON), giver, by=giver, at=NOON
        )
    )
    viewer = factories.member(cases[1].organization, MemberRole.VIEWER)

    handover.hand_over(ids(cases), giver, taker, by=giver, at=NOON)
    handover.hand_over(ids(cases), giver, taker, by=giver, at=NOON + timedelta(hours=1))

    told = {notice.recipient: notice for notice in Notice.objects.filter(kind="new_clerk")}
    other = cases[1].organization.members.exclude(pk=viewer.pk).get()
    assert told.keys() == {writer, other}
    assert "2件の案件" in told[writer].body and taker.name in told[writer].subject
    assert (told[writer].path, told[other].path) == ("/my/", f"/cases/{cases[1].pk}/")


def test_clerk_who_has_left_is_not_told_and_reads_nothing_any_more(clerks):
    giver, taker = clerks
    case = filed(giver)
    giver.duty_set.update(valid_until=TODAY - timedelta(days=1))
    giver.__dict__.pop("duties", None)

    handover.hand_over([case.pk], giver, taker, by=taker, at=NOON)

    assert not Notice.objects.filter(kind="handed_over", recipient=giver).exists()
    assert not Case.objects.visible_to(giver).filter(pk=case.pk).exists()


def test_case_that_is_barred_to_the_new_clerk_stays_with_the_reason(clerks):
    giver, taker = clerks
    barred, free = filed(giver), filed(giver)
    Access.objects.create(case=barred, user=taker, barred=True, reason="conflict")

    done = handover.hand_over([barred.pk, free.pk], giver, taker, by=giver, at=NOON)

    assert ids(done.moves) == [free.pk]
    assert [(case.pk, why) for case, why in done.stays] == [(barred.pk, handover.CONFLICT)]
    assert Case.objects.get(pk=barred.pk).clerk == giver


def test_case_that_is_barred_to_whoever_hands_over_is_not_touched(clerks):
    giver, taker = clerks
    case, boss = filed(giver), factories.user(Role.OFFICE)
    Access.objects.create(case=case, user=boss, barred=True, reason="conflict")

    done = handover.hand_over([case.pk], giver, taker, by=boss, at=NOON)

    assert done == handover.Handover()
    assert Case.objects.get(pk=case.pk).clerk == giver


def test_who_could_decide_the_draft_that_waits_does_not_take_its_case(clerks):
    giver, other = clerks
    both = factories.user(Role.OFFICE, Role.APPROVER)
    case = services.advance(filed(giver), "send_back", by=giver, at=NOON, reason="不備")
    approvals.draft("延期", [approvals.Wish(case, "extend", extension_of(case))], by=giver, at=NOON)

    assert look(giver, both, giver).stays[0][1] == handover.DECIDES
    assert case.pk in ids(look(giver, other, giver).moves)


def extension_of(case) -> dict:
    deadline = case.deadlines.open().get(kind="supplement")
    return {"deadline": deadline.pk, "until_on": TODAY + timedelta(days=60), "reason": "事情"}


def test_case_that_somebody_took_meanwhile_stays_theirs(clerks):
    giver, taker = clerks
    case, third = filed(giver), factories.user(Role.OFFICE)
    services.assign(case, third, by=giver, at=NOON)

    done = handover.hand_over([case.pk], giver, taker, by=giver, at=NOON)

    assert [why for _case, why in done.stays] == [handover.MOVED_ON]
    assert Case.objects.get(pk=case.pk).clerk == third


def test_nobody_takes_over_before_their_duty_begins(clerks):
    giver, _taker = clerks
    newcomer = factories.user()
    Duty.objects.create(user=newcomer, role=Role.OFFICE, valid_from=FIRST_OF_APRIL)
    case = filed(giver)

    with pytest.raises(ValidationError, match="does not work in the office"):
        handover.hand_over([case.pk], giver, newcomer, by=giver, at=NOON)

    assert Case.objects.get(pk=case.pk).clerk == giver


def test_cases_without_a_clerk_are_handed_out(clerks):
    _giver, taker = clerks
    case = filed()
    gone = factories.user()
    left = filed()
    Case.objects.filter(pk=left.pk).update(clerk=gone)

    assert set(ids(handover.without_active_clerk(taker))) == {case.pk, left.pk}
    handover.hand_over([case.pk], None, taker, by=taker, at=NOON)
    handover.hand_over([left.pk], gone, taker, by=taker, at=NOON)

    assert not handover.without_active_clerk(taker).exists()


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING, Role.ADMINISTRATOR])
def test_only_the_office_hands_over(clerks, role):
    giver, taker = clerks
    case = filed(giver)

    with pytest.raises(PermissionDenied):
        handover.hand_over([case.pk], giver, taker, by=factories.user(role), at=NOON)


def test_failure_in_the_middle_leaves_every_case_where_it_was(clerks, monkeypatch):
    giver, taker = clerks
    chosen = ids([filed(giver) for _ in range(3)])
    made = []

    def dies(case, clerk, **told):
        if made:
            raise RuntimeError("the machine dies")
        made.append(services.assign(case, clerk, **told))

    monkeypatch.setattr(handover, "assign", dies)
    with pytest.raises(RuntimeError):
        handover.hand_over(chosen, giver, taker, by=giver, at=NOON)

    assert set(Case.objects.filter(pk__in=chosen).values_list("clerk", flat=True)) == {giver.pk}
    assert not Notice.objects.filter(kind="handed_over").exists()


# Departments


@pytest.fixture
def renamed():
    old = factories.department(name="古い課", valid_until=TODAY - timedelta(days=1))
    new = factories.department(name="新しい課", valid_from=TODAY)
    old.successor = new
    old.save()
    return old, new


def in_charge(department) -> Case:
    case = filed(course="collaboration")
    Case.objects.filter(pk=case.pk).update(department=department)
    return Case.objects.get(pk=case.pk)


def test_cases_of_a_department_pass_to_its_successor_once(clerks, renamed):
    (old, new), office = renamed, clerks[0]
    cases = [in_charge(old), in_charge(old)]
    staff = factories.user()
    Duty.objects.create(user=staff, role=Role.DEPARTMENT, department=new)
    assert not Case.objects.visible_to(staff.act_on(TODAY)).exists()

    done = handover.hand_over_department(ids(cases), old, new, by=office, at=NOON)
    again = handover.hand_over_department(ids(cases), old, new, by=office, at=NOON)

    assert ids(done.moves) == ids(cases) and (again.moves, again.there) == ([], 2)
    assert set(ids(Case.objects.visible_to(staff))) == set(ids(cases))
    assert Event.objects.filter(verb="change_department").count() == 2
    assert Notice.objects.filter(kind="handed_over", recipient=staff).count() == 1


def test_nothing_passes_to_a_department_that_exists_no_more(clerks, renamed):
    old, new = renamed
    case = in_charge(new)

    with pytest.raises(ValidationError, match="There is no department"):
        handover.hand_over_department([case.pk], new, old, by=clerks[0], at=NOON)


# Pages


@pytest.fixture
def page(client, clerks, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(clerks[0])
    client.cookies["django_language"] = "en"
    return client


URL = "casework:handover"


def test_page_shows_what_passes_on_and_hands_it_over(page, clerks):
    giver, taker = clerks
    case, kept = filed(giver), filed(giver)
    asked = {"giver": giver.pk, "taker": taker.pk}

    shown = page.get(reverse(URL), asked).content.decode()
    answer = page.post(reverse(URL), {**asked, "case": [case.pk]}, follow=True)

    assert case.title in shown and "2 cases can pass" in shown
    assert "1 case was handed over" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).clerk == taker
    assert Case.objects.get(pk=kept.pk).clerk == giver
    again = page.post(reverse(URL), {**asked, "case": [case.pk]}, follow=True)
    assert "Nothing was left to hand over" in again.content.decode()


def test_list_is_narrowed_by_course_and_state(page, clerks):
    giver, taker = clerks
    mine = filed(giver)
    other = filed(giver, course="revitalization")
    asked = {"giver": giver.pk, "taker": taker.pk}

    found = page.get(reverse(URL), {**asked, "course": "revitalization"}).context["found"]
    assert ids(found.moves) == [other.pk]
    found = page.get(reverse(URL), {**asked, "state": "proposal:submitted"}).context["found"]
    assert ids(found.moves) == [mine.pk, other.pk]
    page_of_a_wrong_state = page.get(reverse(URL), {**asked, "state": "proposal:draft"})
    assert "found" not in page_of_a_wrong_state.context


def test_page_names_whose_cases_nobody_looks_after(page):
    filed()
    text = page.get(reverse(URL)).content.decode()

    assert "Open cases without an active clerk" in text and "giver=nobody" in text


def test_page_of_departments_offers_the_recorded_successor(page, renamed):
    old, new = renamed
    case = in_charge(old)
    url = reverse("casework:handover-departments")

    text = page.get(url).content.decode()
    assert "古い課" in text and "新しい課" in text
    asked = {"giver": old.pk, "taker": ""}
    assert ids(page.get(url, asked).context["found"].moves) == [case.pk]
    page.post(url, {**asked, "case": [case.pk]})

    assert Case.objects.get(pk=case.pk).department == new


def test_in_japanese_every_word_is_japanese(page, clerks):
    page.cookies["django_language"] = "ja"
    giver, taker = clerks
    filed(giver)

    text = page.get(reverse(URL), {"giver": giver.pk, "taker": taker.pk}).content.decode()

    assert "引き継" in text and "can pass" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_often_for_three_as_for_one(page, clerks, rows, django_assert_num_queries):
    giver, taker = clerks
    for _ in range(rows):
        filed(giver)
    asked = {"giver": giver.pk, "taker": taker.pk}
    page.get(reverse(URL), asked)
    with django_assert_num_queries(QUERIES):
        page.get(reverse(URL), asked)


#: How often the page of a handover asks the database, whatever there is.
QUERIES = 16
