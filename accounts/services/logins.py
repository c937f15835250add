"""Who can log in: closing and reopening a log-in, and a link that sets a new password."""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from accounts.services.duties import keep_an_administrator
from accounts.services.record import record
from accounts.services.tokens import link_to

#: How long a link that sets a new password stands.
RESET_LINK_FOR = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


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
    record("reset_link_made", by=by, at=at, user=user)
    uid = user_pk_to_url_str(user)
    return link_to("account_reset_password_from_key", uid, key)


@transaction.atomic
def close_login(user: User, *, by: User, at: datetime) -> None:
    """Let ``user`` log in no more, and log them out everywhere; what they did stays as it is.

    :raises PermissionDenied: if it is one's own log-in.
    :raises ValidationError: if it is closed already, or nobody would be left to give duties.
    """
    require(by, "accounts.manage_logins", user)
    keep_an_administrator(timezone.localdate(at), without=Q(user=user))
    _switch(user, is_active=False)
    for session in UserSession.objects.filter(user=user):
        session.end()
    record("login_closed", by=by, at=at, user=user)


@transaction.atomic
def reopen_login(user: User, *, by: User, at: datetime) -> None:
    """Let ``user`` log in again, with the password and the duties they have.

    :raises ValidationError: if it is open already, or the person was erased.
    """
    require(by, "accounts.manage_logins", user)
    if User.objects.filter(pk=user.pk, erased_at__isnull=False).exists():
        raise ValidationError(_("This person was erased. Nobody can log in as them again."))
    _switch(user, is_active=True)
    record("login_reopened", by=by, at=at, user=user)


def _switch(user: User, *, is_active: bool) -> None:
    switched = User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active)
    if not switched:
        raise ValidationError(_("Somebody else has just done this."), code="moved_on")
    user.is_active = is_active
