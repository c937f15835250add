"""How an installation gets its first administrator: by a link that works once."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Duty, Role, SetupLink, User
from accounts.services.duties import administrators, open_administration_site
from accounts.services.people import create_user
from accounts.services.record import record
from accounts.services.tokens import digest, link_to, new_token

#: How long the first administrator's link stands.
SETUP_LINK_FOR = timedelta(days=3)


@transaction.atomic
def first_administrator_link(*, at: datetime) -> str:
    """Return an address at which the first administrator names themselves; older ones lapse.

    :raises ValidationError: if there is an administrator already.
    """
    _refuse_second_first_administrator(at)
    SetupLink.objects.filter(used_at__isnull=True).delete()
    token = new_token()
    expires_at = at + SETUP_LINK_FOR
    SetupLink.objects.create(token_digest=digest(token), made_at=at, expires_at=expires_at)
    return link_to("accounts:first-administrator", token)


def setup_link_is_open(token: str, at: datetime) -> bool:
    """Return whether the first administrator can still name themselves by this link."""
    return _open_links(token, at).exists() and not _has_administrator(at)


@transaction.atomic
def name_first_administrator(
    *, token: str, email: str, name: str, language: str, password: str, at: datetime
) -> User:
    """Make the first administrator; the link works once.

    :raises ValidationError: if the link is used or expired, there is an administrator, or the
        address is taken.
    """
    _refuse_second_first_administrator(at)
    if not _open_links(token, at).update(used_at=at):
        raise ValidationError(_("This link is no longer open."), code="closed")
    user = create_user(email=email, name=name, language=language, password=password, at=at)
    Duty.objects.create(user=user, role=Role.ADMINISTRATOR, valid_from=timezone.localdate(at))
    open_administration_site(user, Role.ADMINISTRATOR)
    record("first_administrator", by=user, at=at, user=user)
    return user


def _open_links(token: str, at: datetime) -> QuerySet[SetupLink]:
    links = SetupLink.objects.filter(token_digest=digest(token), used_at__isnull=True)
    return links.filter(expires_at__gt=at)


def _has_administrator(at: datetime) -> bool:
    return administrators(timezone.localdate(at)).exists()


def _refuse_second_first_administrator(at: datetime) -> None:
    if _has_administrator(at):
        raise ValidationError(_("There is an administrator already."), code="exists")
