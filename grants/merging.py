"""When two rows of a group become one, its past awards, accounts and log are those of the one."""

from datetime import datetime

from accounts.models import Organization, User
from accounts.services import on_merge

from .models import BankAccount, LogEntry, PastAward


@on_merge
def move_past_awards(
    duplicate: Organization, into: Organization, *, by: User, at: datetime
) -> None:
    """Say of the past awards of ``duplicate`` that they are those of ``into``."""
    PastAward.objects.filter(organization=duplicate).update(organization=into)


@on_merge
def move_bank_accounts(
    duplicate: Organization, into: Organization, *, by: User, at: datetime
) -> None:
    """Keep the account that ``into`` has registered; without one, that of ``duplicate`` counts."""
    own = BankAccount.objects.filter(organization=duplicate)
    if BankAccount.objects.current().filter(organization=into).exists():
        own.current().update(replaced_at=at)
    own.update(organization=into)


@on_merge
def move_the_log(duplicate: Organization, into: Organization, *, by: User, at: datetime) -> None:
    """Say of what took place with ``duplicate`` that it did with ``into``."""
    LogEntry.objects.filter(organization=duplicate).update(organization=into)
