"""All that is written about people and groups; each service checks who asks and leaves a ``Change``.

``at`` is the moment it happens, an aware datetime that the caller read from the clock; the Japan
date follows from it.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import (
    Change,
    Department,
    Duty,
    Invitation,
    MemberRole,
    Membership,
    Officer,
    Organization,
    Role,
    SetupLink,
    User,
)
from accounts.permissions import require

#: How long an invitation stands.
INVITED_FOR = timedelta(days=14)
#: How long the first administrator's link stands.
SETUP_LINK_FOR = timedelta(days=3)
#: Duties whose holders work with the tables of the administration site.
STAFF_ROLES = (Role.OFFICE, Role.ADMINISTRATOR)
#: Of two memberships of one person, the one that stays: the later in this row.
STRENGTH = (MemberRole.VIEWER, MemberRole.EDITOR, MemberRole.OWNER)

MergeConsequence = Callable[..., None]
_after_merge: list[MergeConsequence] = []


def on_merge(function: MergeConsequence) -> MergeConsequence:
    """Have ``function(duplicate, into, by=, at=)`` called in each merge, in its transaction.

    Cases hang on groups, and live in apps above this one: they move themselves.
    """
    _after_merge.append(function)
    return function


def _record(what: str, *, by: User | None, at: datetime, organization=None, user=None, **facts):
    Change.objects.create(
        what=what, by=by, at=at, organization=organization, user=user, facts=facts
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _absolute(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def _end(row: Duty | Membership, last_day: date, *changed: str) -> None:
    """Let ``row`` hold until ``last_day``; what would end before it began never held, and goes."""
    if row.valid_from and last_day < row.valid_from:
        row.delete()
        return
    row.valid_until = last_day
    row.save(update_fields=["valid_until", *changed])


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)


# Groups


@transaction.atomic
def register_organization(*, name: str, by: User, at: datetime) -> Organization:
    """Add a group that its first member signs up; that person owns it, the office confirms later."""
    organization = Organization.objects.create(name=name)
    Membership.objects.create(
        user=by,
        organization=organization,
        role=MemberRole.OWNER,
        valid_from=timezone.localdate(at),
    )
    _record("registered", by=by, at=at, organization=organization)
    return organization


@transaction.atomic
def edit_organization(organization: Organization, *, fields: list[str], by: User, at: datetime):
    """Save the ``fields`` of a group that a form has filled in."""
    require(by, "accounts.edit_organization", organization)
    organization.save(update_fields=fields)
    _record("edited", by=by, at=at, organization=organization, fields=sorted(fields))


@transaction.atomic
def confirm_organization(organization: Organization, *, by: User, at: datetime) -> Organization:
    """Say, as the office, that the group is who it says it is.

    :raises ValidationError: if it was confirmed before or merged into another.
    """
    require(by, "accounts.confirm_organization", organization)
    organization = _locked(organization)
    if organization.merged_into_id or organization.confirmed_at:
        raise ValidationError(_("This group was already confirmed or merged."), code="moved_on")
    organization.confirmed_at = at
    organization.confirmed_by = by
    organization.save(update_fields=["confirmed_at", "confirmed_by"])
    _record("confirmed", by=by, at=at, organization=organization)
    return organization


@transaction.atomic
def merge_organizations(
    duplicate: Organization, *, into: Organization, by: User, at: datetime
) -> Organization:
    """Move all that hangs on ``duplicate`` to ``into``; the duplicate stays as a signpost.

    Facts such as the address are not mixed: what ``into`` says stands.

    :raises ValidationError: if they are one group, or either was merged before.
    """
    require(by, "accounts.confirm_organization", into)
    # Both locked in one order, so that two clerks who merge crosswise do not wait for each other.
    pks = sorted({duplicate.pk, into.pk})
    rows = {pk: Organization.objects.select_for_update().get(pk=pk) for pk in pks}
    duplicate, into = rows[duplicate.pk], rows[into.pk]
    if duplicate == into or duplicate.merged_into_id or into.merged_into_id:
        raise ValidationError(_("These two groups cannot be merged."), code="not_mergeable")
    _move_memberships(duplicate, into, timezone.localdate(at))
    _move_officers(duplicate, into)
    duplicate.invitation_set.update(organization=into)
    Organization.objects.filter(merged_into=duplicate).update(merged_into=into)
    duplicate.merged_into = into
    duplicate.save(update_fields=["merged_into"])
    for consequence in _after_merge:
        consequence(duplicate, into, by=by, at=at)
    _record("merged_into", by=by, at=at, organization=duplicate, into=into.pk)
    _record("merged", by=by, at=at, organization=into, duplicate=duplicate.pk)
    return into


def _move_memberships(duplicate: Organization, into: Organization, today: date) -> None:
    standing = {m.user_id: m for m in into.membership_set.filter(valid_until__isnull=True)}
    for moved in duplicate.membership_set.order_by("pk"):
        kept = standing.get(moved.user_id)
        moved.organization = into
        if kept and moved.valid_until is None:
            kept.role = max(kept.role, moved.role, key=STRENGTH.index)
            kept.save(update_fields=["role"])
            _end(moved, today - timedelta(days=1), "organization")
        else:
            moved.save(update_fields=["organization"])


def _move_officers(duplicate: Organization, into: Organization) -> None:
    if into.officer_set.filter(is_representative=True, valid_until__isnull=True).exists():
        duplicate.officer_set.filter(valid_until__isnull=True).update(is_representative=False)
    duplicate.officer_set.update(organization=into)


# Members


@transaction.atomic
def invite(
    organization: Organization, *, email: str, role: str, by: User, at: datetime
) -> tuple[Invitation, str]:
    """Invite whoever reads ``email`` to join; an earlier open invitation gives way to this one.

    :returns: the invitation, and the token, which is stored nowhere: only its digest is.
    :raises ValidationError: if the person is a member already, or the group was merged.
    """
    require(by, "accounts.manage_members", organization)
    return _invite(organization, email=email, role=MemberRole(role), by=by, at=at)


def _invite(
    organization: Organization, *, email: str, role: MemberRole, by: User, at: datetime
) -> tuple[Invitation, str]:
    organization = _locked(organization)
    _refuse_to_invite(organization, email, timezone.localdate(at))
    organization.invitation_set.filter(
        email__iexact=email, accepted_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organization=organization,
        email=email.lower(),
        role=role,
        token_digest=_digest(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITED_FOR,
    )
    _send_invitation(invitation, token, at)
    facts = {"invitation": invitation.pk, "role": role}
    _record("invited", by=by, at=at, organization=organization, **facts)
    return invitation, token


def _refuse_to_invite(organization: Organization, email: str, today: date) -> None:
    if organization.merged_into_id:
        raise ValidationError(_("This group was merged into another one."), code="merged")
    members = organization.membership_set.valid_on(today)
    if members.filter(user__email__iexact=email).exists():
        raise ValidationError(_("This person is already a member."), code="member")


def invitation_link(token: str) -> str:
    """Return the address at which the invitation is accepted."""
    return _absolute(reverse("accounts:invitation", args=[token]))


def _send_invitation(invitation: Invitation, token: str, at: datetime) -> None:
    with translation.override(mail.language_of(invitation.email)):
        context = {"invitation": invitation, "link": invitation_link(token)}
        mail.send(
            to=invitation.email,
            kind="account_invitation",
            subject=_("Invitation to join %(group)s") % {"group": invitation.organization},
            body=render_to_string("accounts/mail/invitation.txt", context),
            key=f"account_invitation-{invitation.pk}",
            at=at,
        )


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation a link leads to, open or not."""
    return (
        Invitation.objects.select_related("organization")
        .filter(token_digest=_digest(token))
        .first()
    )


@transaction.atomic
def accept_invitation(*, token: str, by: User, at: datetime) -> Membership:
    """Let ``by`` join the group that invited them.

    The address must be theirs: a link that was passed on lets nobody else in.

    :raises ValidationError: if the invitation is unknown, used, revoked, expired, or not theirs.
    """
    invitation = Invitation.objects.select_for_update().filter(token_digest=_digest(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise ValidationError(_("This invitation is no longer open."), code="closed")
    if invitation.email.lower() != by.email.lower():
        raise ValidationError(
            _("This invitation was sent to another e-mail address."), code="foreign"
        )
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    membership = _join(invitation.organization, invitation.role, by, timezone.localdate(at))
    facts = {"invitation": invitation.pk, "role": membership.role}
    _record("joined", by=by, at=at, organization=invitation.organization, user=by, **facts)
    return membership


def _join(organization: Organization, role: str, user: User, today: date) -> Membership:
    standing = organization.membership_set.filter(user=user, valid_until__isnull=True).first()
    if standing is None:
        return Membership.objects.create(
            user=user, organization=organization, role=role, valid_from=today
        )
    standing.role = max(standing.role, role, key=STRENGTH.index)
    standing.save(update_fields=["role"])
    return standing


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Take an open invitation back.

    :raises ValidationError: if it is no longer open.
    """
    require(by, "accounts.manage_members", invitation.organization)
    open_still = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
    )
    if not open_still.update(revoked_at=at):
        raise ValidationError(_("This invitation is no longer open."), code="closed")
    facts = {"invitation": invitation.pk}
    _record("invitation_revoked", by=by, at=at, organization=invitation.organization, **facts)


@transaction.atomic
def change_member_role(membership: Membership, *, role: str, by: User, at: datetime) -> Membership:
    """Change what a member may do.

    :raises ValidationError: if the group would be left without an owner.
    """
    require(by, "accounts.manage_members", membership.organization)
    membership = _standing(membership, timezone.localdate(at))
    if MemberRole(role) != MemberRole.OWNER:
        _refuse_to_lose_last_owner(membership, timezone.localdate(at))
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    facts = {"from": before, "to": role}
    _record(
        "role_changed",
        by=by,
        at=at,
        organization=membership.organization,
        user=membership.user,
        **facts,
    )
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User, at: datetime) -> None:
    """End a membership at once: yesterday was its last day. Members may leave by themselves.

    :raises ValidationError: if the group would be left without an owner.
    """
    if by != membership.user:
        require(by, "accounts.manage_members", membership.organization)
    today = timezone.localdate(at)
    membership = _standing(membership, today)
    _refuse_to_lose_last_owner(membership, today)
    _record(
        "left",
        by=by,
        at=at,
        organization=membership.organization,
        user=membership.user,
        role=membership.role,
    )
    _end(membership, today - timedelta(days=1))


def _standing(membership: Membership, today: date) -> Membership:
    """Lock the group and read the membership afresh."""
    organization = _locked(membership.organization)
    standing = organization.membership_set.valid_on(today).select_related("user")
    found = standing.filter(pk=membership.pk).first()
    if found is None:
        raise ValidationError(_("This membership has already ended."), code="moved_on")
    return found


def _refuse_to_lose_last_owner(membership: Membership, today: date) -> None:
    if membership.role != MemberRole.OWNER:
        return
    owners = membership.organization.membership_set.valid_on(today).filter(
        role=MemberRole.OWNER, user__is_active=True
    )
    if not owners.exclude(user=membership.user).exists():
        raise ValidationError(
            _("This is the group's only owner. Make another member an owner first."),
            code="last_owner",
        )


@transaction.atomic
def restore_access(
    organization: Organization, *, email: str, reason: str, by: User, at: datetime
) -> tuple[Invitation, str]:
    """Invite a new owner, as the office, when the group's last log-in has left.

    :param reason: how the office knows that the address is the group's; names nobody.
    :raises ValidationError: if the person is a member already, or the group was merged.
    """
    require(by, "accounts.confirm_organization", organization)
    invitation, token = _invite(organization, email=email, role=MemberRole.OWNER, by=by, at=at)
    facts = {"invitation": invitation.pk, "reason": reason}
    _record("access_restored", by=by, at=at, organization=organization, **facts)
    return invitation, token


# Officers


@transaction.atomic
def add_officer(organization: Organization, *, by: User, at: datetime, **fields) -> Officer:
    """Add an officer; a new representative takes the place of the one so far.

    :param fields: name, name_kana, post, is_representative, valid_from.
    :raises ValidationError: if the representative so far began later than the new one.
    """
    require(by, "accounts.edit_organization", organization)
    organization = _locked(organization)
    officer = Officer(organization=organization, **fields)
    if officer.is_representative:
        starts = officer.valid_from or timezone.localdate(at)
        _end_representation(organization, starts - timedelta(days=1))
    officer.full_clean()
    officer.save()
    _record("officer_added", by=by, at=at, organization=organization, officer=officer.pk)
    return officer


def _end_representation(organization: Organization, last_day: date) -> None:
    so_far = organization.officer_set.filter(is_representative=True, valid_until__isnull=True)
    for officer in so_far:
        _end_term(officer, last_day)


@transaction.atomic
def end_officer(officer: Officer, *, last_day: date, by: User, at: datetime) -> None:
    """Let an officer's term end on ``last_day`` (Japan date).

    :raises ValidationError: if the term began later.
    """
    require(by, "accounts.edit_organization", officer.organization)
    _end_term(officer, last_day)
    facts = {"officer": officer.pk, "last_day": last_day.isoformat()}
    _record("officer_ended", by=by, at=at, organization=officer.organization, **facts)


def _end_term(officer: Officer, last_day: date) -> None:
    officer.valid_until = last_day
    officer.full_clean()
    officer.save(update_fields=["valid_until"])


@transaction.atomic
def read_officers(organization: Organization, *, by: User, at: datetime) -> list[Officer]:
    """Return the officers, who are personal data: what others than the group read is recorded."""
    require(by, "accounts.see_people", organization)
    if organization.pk not in by.duties.organizations:
        _record("officers_read", by=by, at=at, organization=organization)
    return list(organization.officer_set.order_by("-is_representative", "valid_from", "pk"))


# People and duties


@transaction.atomic
def add_person(*, email: str, name: str, language: str, by: User, at: datetime) -> User:
    """Add somebody who works for the program; they set a password by a link (``reset_link``).

    :raises ValidationError: if the address is taken.
    """
    require(by, "accounts.manage_duties")
    user = _create_user(email=email, name=name, language=language, password=None, at=at)
    _record("person_added", by=by, at=at, user=user)
    return user


def _create_user(*, email: str, name: str, language: str, password: str | None, at: datetime):
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("A person with this e-mail address already exists."), code="taken")
    user = User.objects.create_user(email, password, name=name, language=language, date_joined=at)
    # Whoever runs the installation vouches for the address.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def grant_duty(
    user: User,
    *,
    role: str,
    by: User,
    at: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
    department: Department | None = None,
    post: str = "",
    decides_up_to_yen: int | None = None,
) -> Duty:
    """Give a person a duty from one Japan date until another, both included.

    :raises ValidationError: if the days do not fit, or a department's duty names no department.
    """
    require(by, "accounts.manage_duties")
    if role == Role.SYSTEM:
        raise ValidationError(_("No person holds this duty."), code="system")
    duty = Duty(
        user=user,
        role=role,
        valid_from=valid_from or timezone.localdate(at),
        valid_until=valid_until,
        department=department,
        post=post,
        decides_up_to_yen=decides_up_to_yen,
    )
    duty.full_clean()
    duty.save()
    _open_administration_site(user, role)
    _record("duty_granted", by=by, at=at, user=user, duty=duty.pk, role=role)
    return duty


def _open_administration_site(user: User, role: str) -> None:
    # What they may do there is asked of the duties, day by day; this only shows the door.
    if role in STAFF_ROLES and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


@transaction.atomic
def end_duty(duty: Duty, *, last_day: date, by: User, at: datetime) -> None:
    """Let a duty end on ``last_day`` (Japan date); before its first day takes it back altogether.

    :raises ValidationError: if nobody would be left to give duties.
    """
    require(by, "accounts.manage_duties")
    if duty.role == Role.ADMINISTRATOR:
        _refuse_to_lose_last_administrator(duty, last_day)
    facts = {"duty": duty.pk, "role": duty.role, "last_day": last_day.isoformat()}
    _record("duty_ended", by=by, at=at, user=duty.user, **facts)
    _end(duty, last_day)


def administrators(day: date):
    """Return the duties of those who can give duties on ``day``."""
    held = Duty.objects.valid_on(day).filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return held.order_by("pk")


def _refuse_to_lose_last_administrator(duty: Duty, last_day: date) -> None:
    # All of them are locked, so that two who end each other's duty wait for one another.
    others = administrators(last_day + timedelta(days=1)).select_for_update(of=("self",))
    if all(other.pk == duty.pk for other in others):
        raise ValidationError(
            _("This is the only administrator. Name another one first."),
            code="last_administrator",
        )


@transaction.atomic
def reset_link(user: User, *, by: User, at: datetime) -> str:
    """Return an address at which ``user`` sets a new password, once.

    The office makes them for members of groups, an administrator for everyone. Two-factor log-in
    is still asked for.
    """
    user.act_on(timezone.localdate(at))
    require(by, "accounts.make_reset_link", user)
    if not user.is_active:
        raise PermissionDenied("accounts.make_reset_link")
    key = default_token_generator.make_token(user)
    _record("reset_link_made", by=by, at=at, user=user)
    uid = user_pk_to_url_str(user)
    return _absolute(reverse("account_reset_password_from_key", args=[uid, key]))


# The first administrator


@transaction.atomic
def first_administrator_link(*, at: datetime) -> str:
    """Return an address at which the first administrator names themselves; older ones lapse.

    :raises ValidationError: if there is an administrator already.
    """
    _refuse_second_first_administrator(at)
    SetupLink.objects.filter(used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(
        token_digest=_digest(token), made_at=at, expires_at=at + SETUP_LINK_FOR
    )
    return _absolute(reverse("accounts:first-administrator", args=[token]))


def setup_link_is_open(token: str, at: datetime) -> bool:
    """Return whether the first administrator can still name themselves by this link."""
    links = SetupLink.objects.filter(token_digest=_digest(token), used_at__isnull=True)
    return (
        links.filter(expires_at__gt=at).exists()
        and not administrators(timezone.localdate(at)).exists()
    )


@transaction.atomic
def name_first_administrator(
    *, token: str, email: str, name: str, language: str, password: str, at: datetime
) -> User:
    """Make the first administrator; the link works once.

    :raises ValidationError: if the link is used or expired, there is an administrator, or the
        address is taken.
    """
    _refuse_second_first_administrator(at)
    links = SetupLink.objects.filter(token_digest=_digest(token), used_at__isnull=True)
    if not links.filter(expires_at__gt=at).update(used_at=at):
        raise ValidationError(_("This link is no longer open."), code="closed")
    user = _create_user(email=email, name=name, language=language, password=password, at=at)
    Duty.objects.create(user=user, role=Role.ADMINISTRATOR, valid_from=timezone.localdate(at))
    _open_administration_site(user, Role.ADMINISTRATOR)
    _record("first_administrator", by=user, at=at, user=user)
    return user


def _refuse_second_first_administrator(at: datetime) -> None:
    if administrators(timezone.localdate(at)).exists():
        raise ValidationError(_("There is an administrator already."), code="exists")


@transaction.atomic
def edit_profile(user: User, *, by: User, at: datetime) -> None:
    """Save the name and the language that people choose for themselves.

    :raises PermissionDenied: if it is somebody else's profile.
    """
    if by.pk != user.pk:
        raise PermissionDenied("accounts.edit_profile")
    user.save(update_fields=["name", "language"])
    _record("profile_edited", by=by, at=at, user=user)
