"""Letters that let their reader join a group, or take over one that nobody speaks for any more."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import Invitation, MemberRole, Membership, Organization, User
from accounts.permissions import require
from accounts.services.groups import locked
from accounts.services.members import join
from accounts.services.record import record
from accounts.services.tokens import digest, link_to, new_token

#: How long an invitation stands.
INVITED_FOR = timedelta(days=14)


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
    organization = locked(organization)
    _refuse_to_invite(organization, email, timezone.localdate(at))
    organization.invitation_set.unanswered().filter(email__iexact=email).update(revoked_at=at)
    token = new_token()
    invitation = Invitation.objects.create(
        organization=organization,
        email=email.lower(),
        role=role,
        token_digest=digest(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITED_FOR,
    )
    _send_invitation(invitation, token, at)
    facts = {"invitation": invitation.pk, "role": role}
    record("invited", by=by, at=at, organization=organization, **facts)
    return invitation, token


def _refuse_to_invite(organization: Organization, email: str, today: date) -> None:
    if organization.merged_into_id:
        raise ValidationError(_("This group was merged into another one."), code="merged")
    members = organization.membership_set.valid_on(today)
    if members.filter(user__email__iexact=email).exists():
        raise ValidationError(_("This person is already a member."), code="member")


def invitation_link(token: str) -> str:
    """Return the address at which the invitation is accepted."""
    return link_to("accounts:invitation", token)


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
    found = Invitation.objects.select_related("organization").filter(token_digest=digest(token))
    return found.first()


@transaction.atomic
def accept_invitation(*, token: str, by: User, at: datetime) -> Membership:
    """Let ``by`` join the group that invited them.

    The address must be theirs: a link that was passed on lets nobody else in.

    :raises ValidationError: if the invitation is unknown, used, revoked, expired, or not theirs.
    """
    invitation = _acceptable(token, by, at)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    membership = join(invitation.organization, invitation.role, by, timezone.localdate(at))
    facts = {"invitation": invitation.pk, "role": membership.role}
    record("joined", by=by, at=at, organization=invitation.organization, user=by, **facts)
    return membership


def _acceptable(token: str, guest: User, at: datetime) -> Invitation:
    invitation = Invitation.objects.select_for_update().filter(token_digest=digest(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise _closed()
    if invitation.email.lower() != guest.email.lower():
        raise ValidationError(
            _("This invitation was sent to another e-mail address."), code="foreign"
        )
    return invitation


def _closed() -> ValidationError:
    return ValidationError(_("This invitation is no longer open."), code="closed")


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Take an open invitation back.

    :raises ValidationError: if it is no longer open.
    """
    require(by, "accounts.manage_members", invitation.organization)
    if not Invitation.objects.unanswered().filter(pk=invitation.pk).update(revoked_at=at):
        raise _closed()
    facts = {"invitation": invitation.pk}
    record("invitation_revoked", by=by, at=at, organization=invitation.organization, **facts)


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
    record("access_restored", by=by, at=at, organization=organization, **facts)
    return invitation, token
