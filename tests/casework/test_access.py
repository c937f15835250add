"""Who may see which case: in a list, on its page, in a search, in a count, in its letters."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Duty, MemberRole, Role
from casework import approvals, files, outbox
from casework.models import Access, Case, Deadline, Letter, Notice, StoredFile
from casework.parties import Party, people_behind
from grants.models import Proposal
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

READERS = [Role.OFFICE, Role.APPROVER, Role.ACCOUNTING, Role.AUDITOR]
OTHERS = [r for r in Role.values if r not in (*READERS, Role.SYSTEM)]


def sees(person, case) -> bool:
    return Case.objects.visible_to(person).filter(pk=case.pk).exists()


def test_nobody_who_is_not_logged_in_sees_a_case(rf):
    from django.contrib.auth.models import AnonymousUser

    filed()

    assert not Case.objects.visible_to(AnonymousUser()).exists()
    assert not Notice.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("role", READERS)
def test_city_reads_what_was_filed(role):
    assert sees(factories.user(role), filed())


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_read_nothing_of_themselves(role):
    assert not sees(factories.user(role), filed())


@pytest.mark.parametrize("role", Role.values)
def test_draft_is_its_groups_alone(role):
    assert not sees(factories.user(role), factories.draft())


@pytest.mark.parametrize("role", MemberRole.values)
def test_group_sees_its_own(role):
    draft = factories.draft()

    assert sees(factories.member(draft.organization, role), draft)


def test_group_does_not_see_that_of_another():
    assert not sees(factories.member(factories.organization()), filed())


def test_member_who_left_sees_nothing():
    proposal = filed()
    member = group_of(proposal)
    member.membership_set.update(valid_until=TODAY)

    assert sees(member.act_on(TODAY), proposal)
    assert not sees(member.act_on(TODAY + timedelta(days=1)), proposal)


def test_superuser_sees_no_more():
    assert not sees(factories.user(is_superuser=True, is_staff=True), filed())


# Departments


def test_department_sees_what_it_is_in_charge_of():
    proposal = filed()
    person = factories.user(Role.DEPARTMENT)
    Case.objects.filter(pk=proposal.pk).update(department=person.duty_set.get().department)

    assert sees(person, proposal)
    assert not sees(factories.user(Role.DEPARTMENT), proposal)


def test_department_sees_no_draft():
    draft = factories.draft()
    person = factories.user(Role.DEPARTMENT)
    Case.objects.filter(pk=draft.pk).update(department=person.duty_set.get().department)

    assert not sees(person, draft)


# Internal cases


@pytest.fixture
@remembered
def approval():
    case = in_selection()
    return approvals.draft(
        "起案", [factories.wish(case, "decline")], by=factories.user(Role.OFFICE), at=NOON
    )


def test_accounting_never_sees_an_internal_case(approval):
    assert not sees(factories.user(Role.ACCOUNTING), approval)


def test_group_never_sees_an_internal_case(approval):
    group = factories.member(factories.organization())
    Case.objects.filter(pk=approval.pk).update(organization=group.organizations.get())

    assert not sees(group, approval)
    assert sees(factories.user(Role.APPROVER), approval)


def test_department_never_sees_an_internal_case(approval):
    person = factories.user(Role.DEPARTMENT)
    Case.objects.filter(pk=approval.pk).update(department=person.duty_set.get().department)

    assert not sees(person, approval)


# Access rows


def access(case, **fields) -> Access:
    return Access.objects.create(case=case, reason="試験", **fields)


def test_row_opens_a_case_to_one_person():
    proposal, person = filed(), factories.user(Role.PANEL)
    access(proposal, user=person)

    assert sees(person, proposal)
    assert not sees(factories.user(Role.PANEL), proposal)


def test_row_opens_a_draft_to_a_role():
    draft = factories.draft()
    access(draft, role=Role.COORDINATOR)

    assert sees(factories.user(Role.COORDINATOR), draft)
    assert not sees(factories.user(Role.OFFICE), draft)


@pytest.mark.parametrize(
    ("first", "last", "seen"),
    [(-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False), (None, None, True)],
)
def test_row_counts_from_until_both_days_included(first, last, seen):
    proposal, person = filed(), factories.user(Role.PANEL)
    days = {
        name: TODAY + timedelta(days=days)
        for name, days in (("valid_from", first), ("valid_until", last))
        if days is not None
    }
    access(proposal, user=person, **days)

    assert sees(person, proposal) is seen


def test_bar_beats_the_duty():
    proposal, clerk = filed(), factories.user(Role.OFFICE)
    access(proposal, user=clerk, barred=True)

    assert not sees(clerk, proposal)
    assert sees(factories.user(Role.OFFICE), proposal)


def test_bar_beats_the_membership():
    proposal = filed()
    access(proposal, user=group_of(proposal), barred=True)

    assert not sees(group_of(proposal), proposal)


def test_bar_beats_another_row():
    proposal, person = filed(), factories.user(Role.PANEL)
    access(proposal, user=person)
    access(proposal, role=Role.PANEL, barred=True)

    assert not sees(person, proposal)


def test_bar_that_ended_bars_no_more():
    proposal, clerk = filed(), factories.user(Role.OFFICE)
    access(proposal, user=clerk, barred=True, valid_until=TODAY - timedelta(days=1))

    assert sees(clerk, proposal)


@pytest.mark.parametrize("fields", [{}, {"role": Role.PANEL, "with_user": True}])
def test_row_speaks_of_a_person_or_a_role(fields):
    if fields.pop("with_user", False):
        fields["user"] = factories.user()
    with pytest.raises(IntegrityError), transaction.atomic():
        access(filed(), **fields)


def test_duty_that_has_not_begun_shows_nothing():
    person = factories.user()
    Duty.objects.create(user=person, role=Role.OFFICE, valid_from=TODAY + timedelta(days=1))

    assert not sees(person.act_on(TODAY), filed())


# The same answer through every door of the kernel


@pytest.fixture
@remembered
def barred():
    """A clerk with a conflict of interest in a case that has everything."""
    factories.sender()
    proposal = sent_back(accepted())
    upload = SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n")
    files.store(proposal, upload, label="", by=group_of(proposal), at=NOON)
    clerk = factories.user(Role.OFFICE)
    access(proposal, user=clerk, barred=True)
    return clerk


@pytest.mark.parametrize("model", [Case, Proposal, Letter, StoredFile, Deadline])
def test_barred_person_sees_nothing_of_the_case(barred, model):
    assert model.objects.exists()
    assert not model.objects.visible_to(barred).exists()
    assert model.objects.visible_to(factories.user(Role.OFFICE)).exists()


def test_barred_person_finds_no_notice_of_the_case(barred):
    assert not Notice.objects.visible_to(barred).exclude(recipient=barred).exists()


def test_barred_person_is_not_told(barred):
    proposal = Proposal.objects.get()

    assert barred not in people_behind(proposal, Party.OFFICE, day=TODAY)
    assert people_behind(proposal, Party.OFFICE, day=TODAY)


def test_notice_about_a_draft_is_its_groups_alone():
    draft = factories.draft()
    outbox.tell(draft, Party.ORGANIZATION, "case_moved", at=NOON)

    assert Notice.objects.visible_to(group_of(draft)).count() == 1
    for role in Role.values:
        assert not Notice.objects.visible_to(factories.user(role)).exists()


DOORS = ["/office/", "/office/?q={title}", "/cases/{pk}/", "/office/outbox/"]


@pytest.mark.parametrize("address", DOORS)
def test_draft_shows_on_no_page_of_the_office(client, address):
    draft = factories.draft()
    Case.objects.filter(pk=draft.pk).update(title="だれも知らない題")
    client.force_login(factories.user(Role.OFFICE))

    response = client.get(address.format(pk=draft.pk, title="だれも知らない題"))

    if "/cases/" in address:
        assert response.status_code == 404
    else:
        assert f"/cases/{draft.pk}/" not in response.content.decode()


def test_draft_counts_nowhere_for_the_office():
    factories.draft()
    clerk = factories.user(Role.OFFICE)

    assert Case.objects.visible_to(clerk).count() == 0
    assert Case.objects.visible_to(clerk).open().held_by(*Party.values).count() == 0


# Who is told


def test_office_is_the_clerk_of_the_case():
    proposal, clerk = filed(), factories.user(Role.OFFICE)
    factories.user(Role.OFFICE)
    proposal.clerk = clerk

    assert people_behind(proposal, Party.OFFICE, day=TODAY) == [clerk]


@pytest.mark.parametrize("how", ["duty", "login"])
def test_office_is_everyone_when_the_clerk_has_left(how):
    proposal, clerk, other = filed(), factories.user(Role.OFFICE), factories.user(Role.OFFICE)
    proposal.clerk = clerk
    if how == "duty":
        clerk.duty_set.update(valid_until=TODAY - timedelta(days=1))
    else:
        type(clerk).objects.filter(pk=clerk.pk).update(is_active=False)

    told = people_behind(proposal, Party.OFFICE, day=TODAY)
    assert clerk not in told and other in told


def test_group_is_its_members_who_may_write():
    proposal = filed()
    viewer = factories.member(proposal.organization, MemberRole.VIEWER)
    editor = factories.member(proposal.organization, MemberRole.EDITOR)

    told = people_behind(proposal, Party.ORGANIZATION, day=TODAY)
    assert set(told) == {group_of_owner(proposal), editor}
    assert viewer not in told


def group_of_owner(case):
    return case.organization.membership_set.get(role=MemberRole.OWNER).user


def test_department_is_that_of_the_case():
    proposal, person = filed(), factories.user(Role.DEPARTMENT)
    factories.user(Role.DEPARTMENT)
    Case.objects.filter(pk=proposal.pk).update(department=person.duty_set.get().department)
    proposal.refresh_from_db()

    assert people_behind(proposal, Party.DEPARTMENT, day=TODAY) == [person]


def test_panel_member_who_cannot_see_the_case_is_not_told():
    proposal, person = filed(), factories.user(Role.PANEL)
    factories.user(Role.PANEL)
    access(proposal, user=person)

    assert people_behind(proposal, Party.PANEL, day=TODAY) == [person]
