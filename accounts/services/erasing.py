"""Erasing people once the city need not know them any more; the rows that history names stay."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet

from accounts.models import Change, Organization, User

#: Stands where a name stood; stored, so in Japanese for everyone.
ERASED_NAME = "（消去済）"

#: Where a group is reached: often the home of the person who represents it.
CONTACTS = ("postal_code", "address", "phone", "email")


def erased_address(pk: int, number: int = 0) -> str:
    """Return what stands where an e-mail address of a person stood.

    :param number: counts the addresses of one person where they had several.
    """
    return f"erased-{pk}{f'-{number}' if number else ''}@erased.invalid"


def erase_people(people: QuerySet[User], *, by: User, at: datetime) -> None:
    """Take name, address and keys from log-ins that are closed; their ids stay for the history."""
    ids = list(people.filter(is_active=False, erased_at=None).values_list("pk", flat=True))
    for library in (EmailAddress, Authenticator, UserSession):
        library.objects.filter(user__in=ids).delete()
    for pk in ids:
        User.objects.filter(pk=pk).update(
            name=ERASED_NAME,
            email=erased_address(pk),
            password=make_password(None),
            erased_at=at,
        )
    Change.objects.bulk_create(Change(what="person_erased", user_id=pk, by=by, at=at) for pk in ids)


def erase_contacts(groups: QuerySet[Organization], *, by: User, at: datetime) -> None:
    """Take from groups where they are reached; they are "not set" then, and the record says when."""
    Change.objects.bulk_create(
        Change(what="contacts_erased", organization_id=pk, by=by, at=at)
        for pk in groups.values_list("pk", flat=True)
    )
    groups.update(**dict.fromkeys(CONTACTS, ""))
