"""People who work for the program, and what everyone says about themselves."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from accounts.services.record import record

#: How the history names what nobody did; stored, so in Japanese for everyone.
SYSTEM_NAME = "システム"


@transaction.atomic
def add_person(*, email: str, name: str, language: str, by: User, at: datetime) -> User:
    """Add somebody who works for the program; they set a password by a link (``reset_link``).

    :raises ValidationError: if the address is taken.
    """
    require(by, "accounts.manage_duties")
    user = create_user(email=email, name=name, language=language, password=None, at=at)
    record("person_added", by=by, at=at, user=user)
    return user


def create_user(*, email: str, name: str, language: str, password: str | None, at: datetime):
    """Make a log-in for an address that whoever runs the installation vouches for.

    :raises ValidationError: if the address is taken.
    """
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError(_("A person with this e-mail address already exists."), code="taken")
    user = User.objects.create_user(email, password, name=name, language=language, date_joined=at)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def system_user(name: str, *, at: datetime, known_as: str = SYSTEM_NAME) -> User:
    """Return the named system user in whose name a job acts; nobody logs in as it.

    :param known_as: what a history calls it.
    """
    user, _created = User.objects.get_or_create(
        email=f"{name}@system.invalid",
        defaults={
            "name": known_as,
            "is_active": False,
            "password": make_password(None),
            "date_joined": at,
        },
    )
    return user


@transaction.atomic
def edit_profile(user: User, *, by: User, at: datetime) -> None:
    """Save the name and the language that people choose for themselves.

    :raises PermissionDenied: if it is somebody else's profile.
    """
    if by.pk != user.pk:
        raise PermissionDenied("accounts.edit_profile")
    user.save(update_fields=["name", "language"])
    record("profile_edited", by=by, at=at, user=user)
