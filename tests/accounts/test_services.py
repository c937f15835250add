from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts import mail, services
from accounts.models import (
    Change,
    Duty,
    Invitation,
    Membership,
    Officer,
    Organization,
    Role,
    SetupLink,
    User,
)
from accounts.services import merging
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]

YESTERDAY = TODAY - timedelta(days=1)


def changes():
    return list(Change.objects.order_by("pk").values_list("what", flat=True))


def refused(code, service, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        service(*args, **kwargs)
    assert refusal.value.code == code


# Groups


def test_registering_makes_an_unconfirmed_group_owned_by_its_first_member():
    person = factories.user()

    group = services.register_organization(name="みどりの会", by=person, at=NOON)

    assert list(Organization.objects.unconfirmed()) == [group]
    membership = group.membership_set.get()
    assert (membership.user, membership.role, membership.valid_from) == (person, "owner", TODAY)
    assert changes() == ["registered"]


def test_editing_saves_only_the_named_fields():
    group = factories.organization(name="みどりの会")
    group.citizen_members, group.phone = 12, "0467-00-0000"

    services.edit_organization(
        group, fields=["citizen_members"], by=factories.member(group, "editor"), at=NOON
    )

    group.refresh_from_db()
    assert (group.citizen_members, group.phone) == (12, "")


def test_renaming_keeps_the_search_key_in_step():
    group = factories.organization(name="みどりの会")
    group.name = "NPO法人アオゾラ"

    services.edit_organization(group, fields=["name"], by=factories.user("office"), at=NOON)

    assert list(Organization.objects.all().named_like("あおぞら")) == [group]
    assert group.name_key == "あおぞら"
    assert list(Organization.objects.all().named_like("みどりの会")) == [group]


@pytest.mark.parametrize(
    "make",
    [
        lambda group: factories.user(),
        lambda group: factories.user("coordinator"),
        lambda group: factories.user("auditor"),
        lambda group: factories.member(group, "viewer"),
        lambda group: factories.member(factories.organization()),
    ],
)
def test_editing_is_refused_to_others(make):
    group = factories.organization()

    with pytest.raises(PermissionDenied):
        services.edit_organization(group, fields=["phone"], by=make(group), at=NOON)


def test_confirming_names_the_clerk_and_the_moment():
    clerk, group = factories.user("office"), factories.organization()

    group = services.confirm_organization(group, by=clerk, at=NOON)

    assert (group.confirmed_by, group.confirmed_at) == (clerk, NOON)
    refused("moved_on", services.confirm_organization, group, by=clerk, at=NOON)


def test_confirming_is_for_the_office_alone():
    group = factories.organization()

    for person in (factories.member(group), factories.user("approver", "administrator")):
        with pytest.raises(PermissionDenied):
            services.confirm_organization(group, by=person, at=NOON)


# Merging


def test_merging_keeps_every_row():
    kept, duplicate = factories.organization(), factories.organization()
    owner, both = factories.member(duplicate), factories.member(duplicate)
    Membership.objects.create(user=both, organization=kept, role="viewer")
    Officer.objects.create(organization=kept, name="甲", post="代表", is_representative=True)
    Officer.objects.create(organization=duplicate, name="乙", post="代表", is_representative=True)
    services.invite(duplicate, email="new@example.jp", role="editor", by=owner, at=NOON)
    rows = Membership.objects.count(), Officer.objects.count(), Invitation.objects.count()

    into = services.merge_organizations(duplicate, into=kept, by=factories.user("office"), at=NOON)

    assert rows == (kept.membership_set.count(), kept.officer_set.count(), 1)
    assert kept.invitation_set.count() == 1
    standing = kept.membership_set.valid_on(TODAY)
    assert dict(standing.values_list("user", "role")) == {owner.pk: "owner", both.pk: "owner"}
    assert kept.officer_set.get(is_representative=True).name == "甲"
    duplicate.refresh_from_db()
    assert duplicate.merged_into == into == kept
    assert changes()[-2:] == ["merged_into", "merged"]
    assert list(Organization.objects.standing()) == [kept]


def test_merging_takes_a_chain_of_duplicates_along():
    first, second, third = (factories.organization() for _ in range(3))
    clerk = factories.user("office")

    services.merge_organizations(first, into=second, by=clerk, at=NOON)
    services.merge_organizations(second, into=third, by=clerk, at=NOON)

    first.refresh_from_db()
    assert first.merged_into == third


def test_merging_tells_the_apps_above(monkeypatch):
    told = []
    monkeypatch.setattr(merging, "_after_merge", [])
    services.on_merge(lambda duplicate, into, *, by, at: told.append((duplicate, into, by, at)))
    duplicate, into, clerk = (
        factories.organization(),
        factories.organization(),
        factories.user("office"),
    )

    services.merge_organizations(duplicate, into=into, by=clerk, at=NOON)

    assert told == [(duplicate, into, clerk, NOON)]


def test_merging_refuses_itself_and_what_is_merged():
    clerk = factories.user("office")
    one, other, third = (factories.organization() for _ in range(3))
    refused("not_mergeable", services.merge_organizations, one, into=one, by=clerk, at=NOON)
    services.merge_organizations(one, into=other, by=clerk, at=NOON)

    refused("not_mergeable", services.merge_organizations, one, into=third, by=clerk, at=NOON)
    refused("not_mergeable", services.merge_organizations, third, into=one, by=clerk, at=NOON)
    with pytest.raises(PermissionDenied):
        services.merge_organizations(third, into=other, by=factories.member(other), at=NOON)


# Invitations


def test_inviting_sends_a_link_and_stores_only_its_digest(letters):
    group = factories.organization(name="みどりの会")

    invitation, token = services.invite(
        group, email="New@Example.jp", role="editor", by=factories.member(group), at=NOON
    )

    (letter,) = letters
    assert (letter["to"], letter["kind"], letter["at"]) == (
        "new@example.jp",
        "account_invitation",
        NOON,
    )
    assert "みどりの会" in letter["subject"]
    assert token in letter["body"]
    assert token not in invitation.token_digest
    assert invitation.expires_at == NOON + services.INVITED_FOR


def test_inviting_without_a_way_out_for_mail_is_an_error(monkeypatch):
    monkeypatch.setattr(mail, "_senders", [])
    group = factories.organization()
    owner = factories.member(group)

    with pytest.raises(LookupError):
        services.invite(group, email="new@example.jp", role="editor", by=owner, at=NOON)


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("editor", False), ("viewer", False)])
def test_inviting_is_for_owners(role, may):
    group = factories.organization()
    person = factories.member(group, role)

    if may:
        services.invite(group, email="new@example.jp", role="viewer", by=person, at=NOON)
    else:
        with pytest.raises(PermissionDenied):
            services.invite(group, email="new@example.jp", role="viewer", by=person, at=NOON)


def test_inviting_again_closes_the_earlier_link():
    group = factories.organization()
    owner = factories.member(group)
    guest = factories.user(email="new@example.jp")
    _first, old = services.invite(group, email=guest.email, role="viewer", by=owner, at=NOON)
    _second, new = services.invite(group, email=guest.email, role="editor", by=owner, at=NOON)

    refused("closed", services.accept_invitation, token=old, by=guest, at=NOON)
    assert services.accept_invitation(token=new, by=guest, at=NOON).role == "editor"


def test_inviting_a_member_is_refused():
    group = factories.organization()
    owner, other = factories.member(group), factories.member(group, "viewer")

    refused("member", services.invite, group, email=other.email, role="owner", by=owner, at=NOON)
    assert not group.invitation_set.exists()


def test_accepting_makes_a_member_once():
    group = factories.organization()
    guest = factories.user(email="new@example.jp")
    _invitation, token = services.invite(
        group, email="NEW@example.jp", role="editor", by=factories.member(group), at=NOON
    )

    services.accept_invitation(token=token, by=guest, at=NOON)

    assert User.objects.get(pk=guest.pk).act_on(TODAY).duties.organizations == {group.pk: "editor"}
    refused("closed", services.accept_invitation, token=token, by=guest, at=NOON)


@pytest.mark.parametrize(
    ("email", "after", "code"),
    [
        ("other@example.jp", timedelta(), "foreign"),
        ("new@example.jp", services.INVITED_FOR, "closed"),
    ],
)
def test_accepting_a_foreign_or_expired_invitation_is_refused(email, after, code):
    group = factories.organization()
    guest = factories.user(email=email)
    _invitation, token = services.invite(
        group, email="new@example.jp", role="editor", by=factories.member(group), at=NOON
    )

    refused(code, services.accept_invitation, token=token, by=guest, at=NOON + after)
    assert not guest.membership_set.exists()


def test_accepting_an_unknown_token_is_refused():
    guest = factories.user()

    refused("closed", services.accept_invitation, token="x", by=guest, at=NOON)
    assert not guest.membership_set.exists()


def test_accepting_never_weakens_a_membership():
    group = factories.organization()
    _invitation, token = services.invite(
        group, email="new@example.jp", role="viewer", by=factories.member(group), at=NOON
    )
    guest = factories.member(group, "owner", email="new@example.jp")

    assert services.accept_invitation(token=token, by=guest, at=NOON).role == "owner"


def test_revoking_closes_the_link():
    group = factories.organization()
    owner, guest = factories.member(group), factories.user(email="new@example.jp")
    invitation, token = services.invite(group, email=guest.email, role="editor", by=owner, at=NOON)

    with pytest.raises(PermissionDenied):
        services.revoke_invitation(invitation, by=guest, at=NOON)
    services.revoke_invitation(invitation, by=owner, at=NOON)

    refused("closed", services.accept_invitation, token=token, by=guest, at=NOON)
    refused("closed", services.revoke_invitation, invitation, by=owner, at=NOON)


# Members


def test_ending_a_membership_takes_access_at_once():
    group = factories.organization()
    owner, editor = factories.member(group), factories.member(group, "editor")

    services.end_membership(editor.membership_set.get(), by=owner, at=NOON)

    assert editor.membership_set.get().valid_until == YESTERDAY
    assert User.objects.get(pk=editor.pk).act_on(TODAY).duties.organizations == {}
    assert changes() == ["left"]


def test_ending_a_membership_on_its_first_day_leaves_only_the_change():
    group = services.register_organization(name="みどりの会", by=factories.user(), at=NOON)
    factories.member(group)
    first = group.membership_set.get(valid_from=TODAY)

    services.end_membership(first, by=first.user, at=NOON)

    assert group.membership_set.count() == 1
    assert changes() == ["registered", "left"]


@pytest.mark.parametrize("others", [[], ["editor", "viewer"]])
def test_last_owner_cannot_leave(others):
    group = factories.organization()
    owner = factories.member(group)
    for role in others:
        factories.member(group, role)
    membership = owner.membership_set.get()

    refused("last_owner", services.end_membership, membership, by=owner, at=NOON)
    refused("last_owner", services.change_member_role, membership, role="editor", by=owner, at=NOON)
    assert [m.user for m in group.membership_set.valid_on(TODAY).filter(role="owner")] == [owner]


def test_an_owner_who_cannot_log_in_does_not_count():
    group = factories.organization()
    owner = factories.member(group)
    factories.member(group, is_active=False)

    refused("last_owner", services.end_membership, owner.membership_set.get(), by=owner, at=NOON)
    assert owner.membership_set.valid_on(TODAY).exists()


def test_owner_may_leave_when_another_stays():
    group = factories.organization()
    owner, editor = factories.member(group), factories.member(group, "editor")
    services.change_member_role(editor.membership_set.get(), role="owner", by=owner, at=NOON)

    services.end_membership(owner.membership_set.get(), by=owner, at=NOON)

    assert [m.user for m in group.membership_set.valid_on(TODAY)] == [editor]
    refused("moved_on", services.end_membership, owner.membership_set.get(), by=owner, at=NOON)


def test_members_end_only_their_own_membership():
    group = factories.organization()
    owner, editor = factories.member(group), factories.member(group, "editor")

    with pytest.raises(PermissionDenied):
        services.end_membership(owner.membership_set.get(), by=editor, at=NOON)
    with pytest.raises(PermissionDenied):
        services.change_member_role(editor.membership_set.get(), role="owner", by=editor, at=NOON)


def test_restoring_access_invites_a_new_owner():
    group, clerk = factories.organization(), factories.user("office")
    factories.member(group, is_active=False)
    guest = factories.user(email="new@example.jp")

    _invitation, token = services.restore_access(
        group, email=guest.email, reason="代表者交代の届出", by=clerk, at=NOON
    )
    services.accept_invitation(token=token, by=guest, at=NOON)

    assert guest.membership_set.get().role == "owner"
    assert changes() == ["invited", "access_restored", "joined"]
    with pytest.raises(PermissionDenied):
        services.restore_access(
            group, email="x@example.jp", reason="", by=factories.member(group), at=NOON
        )


# Officers


def officer(**fields):
    return {"name": "甲", "name_kana": "", "post": "代表", "is_representative": True, **fields}


def test_new_representative_follows_the_one_so_far():
    group = factories.organization()
    owner = factories.member(group)
    services.add_officer(group, **officer(valid_from=date(2024, 4, 1)), by=owner, at=NOON)
    services.add_officer(group, **officer(name="乙", valid_from=TODAY), by=owner, at=NOON)

    terms = group.officer_set.order_by("pk").values_list("name", "valid_from", "valid_until")
    assert list(terms) == [("甲", date(2024, 4, 1), YESTERDAY), ("乙", TODAY, None)]
    assert group.representative_on(YESTERDAY).name == "甲"
    assert group.representative_on(TODAY).name == "乙"


def test_representative_cannot_follow_a_later_one():
    group = factories.organization()
    owner = factories.member(group)
    services.add_officer(group, **officer(valid_from=TODAY), by=owner, at=NOON)

    with pytest.raises(ValidationError):
        services.add_officer(group, **officer(valid_from=YESTERDAY), by=owner, at=NOON)


def test_ending_a_term_before_it_began_is_refused():
    group = factories.organization()
    owner = factories.member(group)
    row = services.add_officer(group, **officer(valid_from=TODAY), by=owner, at=NOON)

    with pytest.raises(ValidationError):
        services.end_officer(row, last_day=YESTERDAY, by=owner, at=NOON)
    with pytest.raises(PermissionDenied):
        services.end_officer(row, last_day=TODAY, by=factories.user("coordinator"), at=NOON)
    services.end_officer(row, last_day=TODAY, by=owner, at=NOON)
    assert group.representative_on(TODAY).name == "甲"
    assert group.representative_on(TODAY + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("roles", "outcome"),
    [
        (["office"], ["officers_read"]),
        (["auditor"], ["officers_read"]),
        (["coordinator"], None),
        (["administrator"], None),
        ([], None),
    ],
)
def test_reading_officers_is_recorded_or_refused(roles, outcome):
    group, person = factories.organization(), factories.user(*roles)

    if outcome is None:
        with pytest.raises(PermissionDenied):
            services.read_officers(group, by=person, at=NOON)
    else:
        services.read_officers(group, by=person, at=NOON)
        assert changes() == outcome


def test_a_group_reads_its_own_officers_unrecorded():
    group = factories.organization()

    assert services.read_officers(group, by=factories.member(group, "viewer"), at=NOON) == []
    assert changes() == []


# Duties


def test_duty_is_held_from_its_first_day_until_its_last():
    person, boss = factories.user(), factories.user("administrator")

    services.grant_duty(
        person,
        role="office",
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=1),
        by=boss,
        at=NOON,
    )

    held = [
        person.act_on(TODAY + timedelta(days=days)).duties.holds("office") for days in range(-1, 3)
    ]
    assert held == [False, True, True, False]
    assert person.is_staff
    assert changes() == ["duty_granted"]


@pytest.mark.parametrize("role", [r for r in Role.values if r != "administrator"])
def test_duties_are_given_by_administrators_only(role):
    with pytest.raises(PermissionDenied):
        services.grant_duty(factories.user(), role="approver", by=factories.user(role), at=NOON)


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "system"},
        {"role": "nonsense"},
        {"role": "department"},
        {"role": "office", "valid_until": YESTERDAY},
    ],
)
def test_impossible_duties_are_refused(fields):
    with pytest.raises(ValidationError):
        services.grant_duty(factories.user(), by=factories.user("administrator"), at=NOON, **fields)


def test_ending_a_duty_before_its_first_day_takes_it_back():
    person, boss = factories.user(), factories.user("administrator")
    duty = services.grant_duty(person, role="approver", by=boss, at=NOON)

    services.end_duty(duty, last_day=YESTERDAY, by=boss, at=NOON)

    assert not person.duty_set.exists()
    assert changes() == ["duty_granted", "duty_ended"]


def test_last_administrator_stays():
    boss = factories.user("administrator")
    factories.user("administrator", is_active=False)
    duty = boss.duty_set.get()

    refused("last_administrator", services.end_duty, duty, last_day=TODAY, by=boss, at=NOON)
    factories.user("administrator")
    services.end_duty(duty, last_day=TODAY, by=boss, at=NOON)

    assert duty.valid_until == TODAY


def test_adding_a_person_refuses_an_address_in_use():
    boss = factories.user("administrator")
    fields = {"name": "新任", "language": "ja", "by": boss, "at": NOON}

    person = services.add_person(email="Clerk@example.jp", **fields)

    assert (person.email, person.has_usable_password()) == ("clerk@example.jp", False)
    refused("taken", services.add_person, email="CLERK@example.jp", **fields)
    with pytest.raises(PermissionDenied):
        services.add_person(email="x@example.jp", **{**fields, "by": factories.user("office")})


# Links


@pytest.mark.parametrize(
    ("maker", "subject", "may"),
    [
        ("administrator", "approver", True),
        ("office", None, True),
        ("office", "approver", False),
        ("office", "panel", False),
        ("coordinator", None, False),
    ],
)
def test_reset_links_are_made_by_whom_they_may(maker, subject, may):
    by, person = factories.user(maker), factories.user(*([subject] if subject else []))

    if may:
        assert "/accounts/password/reset/key/" in services.reset_link(person, by=by, at=NOON)
    else:
        with pytest.raises(PermissionDenied):
            services.reset_link(person, by=by, at=NOON)


def test_reset_link_opens_no_closed_account():
    with pytest.raises(PermissionDenied):
        services.reset_link(
            factories.user(is_active=False), by=factories.user("administrator"), at=NOON
        )


def logged_in(person, client):
    """Log in by the page, which notes the session as one of this person's."""
    answers = {"login": person.email, "password": "correct-horse"}
    assert client.post(reverse("account_login"), answers).status_code == 302
    return client


def test_closing_a_log_in_ends_its_sessions_and_reopening_brings_none_back():
    boss, person, other = (
        factories.user("administrator"),
        factories.user("office"),
        factories.user(),
    )
    theirs, foreign = logged_in(person, Client()), logged_in(other, Client())
    profile = reverse("accounts:profile")

    services.close_login(person, by=boss, at=NOON)
    assert theirs.get(profile).status_code == 302
    assert not User.objects.get(pk=person.pk).act_on(TODAY).duties.roles
    services.reopen_login(person, by=boss, at=NOON)

    assert theirs.get(profile).status_code == 302
    assert foreign.get(profile).status_code == 200
    assert logged_in(person, Client()).get(profile).status_code == 200
    assert User.objects.get(pk=person.pk).act_on(TODAY).duties.holds("office")
    assert changes() == ["login_closed", "login_reopened"]


def test_closing_and_reopening_twice_is_refused():
    boss, person = factories.user("administrator"), factories.user()

    refused("moved_on", services.reopen_login, person, by=boss, at=NOON)
    services.close_login(person, by=boss, at=NOON)
    refused("moved_on", services.close_login, person, by=boss, at=NOON)

    assert changes() == ["login_closed"]


@pytest.mark.parametrize("role", [r for r in Role.values if r not in ("administrator", "system")])
def test_log_ins_are_closed_by_administrators_only(role):
    with pytest.raises(PermissionDenied):
        services.close_login(factories.user(), by=factories.user(role), at=NOON)


@pytest.mark.parametrize("service", [services.close_login, services.reopen_login])
def test_nobody_closes_their_own_log_in_or_touches_the_program_s(service):
    boss = factories.user("administrator")
    sweeper = factories.user("system", email="sweeper@system.invalid", is_active=False)
    factories.user("administrator")

    for person in (boss, sweeper):
        with pytest.raises(PermissionDenied):
            service(person, by=boss, at=NOON)


def test_log_in_of_the_last_administrator_stays_open():
    leaving, last = factories.user("administrator"), factories.user("administrator")
    # Read before the other one closed it: a page that was open meanwhile.
    stale = User.objects.get(pk=leaving.pk).act_on(TODAY)
    assert stale.has_perm("accounts.manage_logins", last)
    services.close_login(leaving, by=last, at=NOON)

    refused("last_administrator", services.close_login, last, by=stale, at=NOON)


ADMIN = {
    "email": "boss@example.jp",
    "name": "管理者",
    "language": "ja",
    "password": "long-enough-9",
}


def test_first_administrator_link_works_once():
    token = services.first_administrator_link(at=NOON).rstrip("/").rpartition("/")[2]

    boss = services.name_first_administrator(token=token, at=NOON, **ADMIN)

    assert boss.act_on(TODAY).duties.holds("administrator")
    assert boss.check_password("long-enough-9")
    again = {**ADMIN, "email": "second@example.jp"}
    refused("exists", services.name_first_administrator, token=token, at=NOON, **again)
    refused("exists", services.first_administrator_link, at=NOON)
    Duty.objects.all().delete()
    refused("closed", services.name_first_administrator, token=token, at=NOON, **again)


def test_first_administrator_link_expires_and_gives_way():
    old = services.first_administrator_link(at=NOON).rstrip("/").rpartition("/")[2]
    new = services.first_administrator_link(at=NOON).rstrip("/").rpartition("/")[2]
    late = NOON + services.SETUP_LINK_FOR

    refused("closed", services.name_first_administrator, token=old, at=NOON, **ADMIN)
    refused("closed", services.name_first_administrator, token=new, at=late, **ADMIN)
    assert services.setup_link_is_open(new, NOON)
    assert new not in SetupLink.objects.get().token_digest


def test_profile_is_one_s_own():
    person = factories.user()
    person.name = "改名"

    with pytest.raises(PermissionDenied):
        services.edit_profile(person, by=factories.user("administrator"), at=NOON)
    services.edit_profile(person, by=person, at=NOON)

    assert User.objects.get(pk=person.pk).name == "改名"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_invitation_is_written_in_its_reader_s_language(letters, language):
    group = factories.organization()
    guest = factories.user(language=language)
    services.invite(group, email=guest.email, role="editor", by=factories.user("office"), at=NOON)

    with translation.override(language):
        assert gettext("Invitation to join %(group)s") % {"group": group} == letters[0]["subject"]


def test_group_keeps_the_names_that_it_had():
    group = factories.organization(name="みどりの会")
    for name in ("緑の会", "ＮＰＯ法人 緑の会", "みどりの会", "浜辺ラボ"):
        group.name = name
        services.edit_organization(group, fields=["name"], by=factories.user("office"), at=NOON)
    other = factories.organization(name="海の家")
    services.merge_organizations(group, into=other, by=factories.user("office"), at=NOON)

    group.refresh_from_db()
    other.refresh_from_db()
    assert group.former_names.splitlines() == ["みどりの会", "ＮＰＯ法人 緑の会"]
    assert other.former_names.splitlines() == ["浜辺ラボ", "みどりの会", "ＮＰＯ法人 緑の会"]
    assert list(Organization.objects.standing().named_like("緑の会")) == [other]
