"""Makers of test data: plain functions, each with what the test names and nothing else set."""

from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from accounts.models import Department, Duty, MemberRole, Membership, Organization, Role, User

JAPAN = ZoneInfo("Asia/Tokyo")
#: The day on which tests take place unless they say otherwise.
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=JAPAN)

_numbers = count(1)


def user(*roles: str, **fields) -> User:
    """A person who holds ``roles`` without end, and acts on TODAY; the password is "correct-horse"."""
    number = next(_numbers)
    fields = {"email": f"person{number}@example.jp", "name": f"利用者{number}", **fields}
    person = User.objects.create_user(fields.pop("email"), "correct-horse", **fields)
    for role in roles:
        Duty.objects.create(
            user=person,
            role=role,
            department=department() if role == Role.DEPARTMENT else None,
        )
    return person.act_on(TODAY)


def department(**fields) -> Department:
    fields.setdefault("name", f"第{next(_numbers)}課")
    return Department.objects.create(**fields)


def organization(**fields) -> Organization:
    fields.setdefault("name", f"{next(_numbers)}番目のつながりの会")
    return Organization.objects.create(**fields)


def member(organization: Organization, role: str = MemberRole.OWNER, **fields) -> User:
    """A person who belongs to ``organization`` without end."""
    person = user(**fields)
    Membership.objects.create(user=person, organization=organization, role=role)
    return person.act_on(TODAY)
