"""The classes of rows that people, groups and every case have, whatever the program."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Change, Duty, Invitation, Membership, Officer, User
from accounts.services.erasing import ERASED_NAME, erase_people, erased_address

from . import retention
from .calendar import end_of_day, japan_date
from .models import CalendarFeed, Case, Extension, Notice, Remark, Reminder, StoredFile
from .notice_words import KINDS
from .retention import RetentionClass

#: The states in which nothing is done with a notice any more.
_LEFT = (
    Notice.State.SENT, Notice.State.FAILED, Notice.State.WITHDRAWN, Notice.State.MAILED,
    Notice.State.RETURNED, Notice.State.BOUNCED,
)  # fmt: skip


def _officers(day: date) -> QuerySet[Officer]:
    return Officer.objects.filter(valid_until__lte=day)


def _memberships(day: date) -> QuerySet[Membership]:
    """Leave out those in whose time a case of the group began that is not over as long itself."""
    ended = Membership.objects.filter(valid_until__lte=day)
    return ended.filter(~Exists(_of_their_time(day)))


def _of_their_time(day: date) -> QuerySet[Case]:
    """Return, for a query of memberships, the cases of their time that are not over."""
    last = Coalesce(OuterRef("valid_until"), Value(date.max, DateField()))
    of_group = _not_over(day).filter(organization=OuterRef("organization"))
    return of_group.filter(opened_at__date__lte=last)


def _invitations(day: date) -> QuerySet[Invitation]:
    ended = Coalesce("accepted_at", "revoked_at", "expires_at")
    return Invitation.objects.alias(ended=ended).filter(ended__lt=end_of_day(day))


def _logins(day: date) -> QuerySet[User]:
    """Keep closed log-ins of who never held a duty, once all cases of their time are over.

    Who was a member when a case of the group began stays as long as their membership does. Who
    decided or kept something for the city stays named with what they did.
    """
    of_person = {"user": OuterRef("pk")}
    closings = Change.objects.filter(what="login_closed", **of_person).order_by("-at", "-pk")
    wanted = Membership.objects.filter(Exists(_of_their_time(day)), **of_person)
    people = User.objects.alias(login_closed_at=Subquery(closings.values("at")[:1]))
    return people.filter(
        ~Exists(Duty.objects.filter(**of_person)),
        ~Exists(wanted),
        is_active=False, erased_at=None, login_closed_at__lt=end_of_day(day),
    )  # fmt: skip


def _files(day: date) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(destroyed_at=None, case__in=_over(day))


def _notices(day: date) -> QuerySet[Notice]:
    about_none = Q(case=None, posted_at__lt=end_of_day(day))
    gone = Notice.objects.filter(erased_at=None, state__in=_LEFT)
    return gone.filter(about_none | Q(case__in=_over(day), posted_at__lt=end_of_day(day)))


def _remarks(day: date) -> QuerySet[Remark]:
    return Remark.objects.filter(case__in=_over(day), at__lt=end_of_day(day))


def _extensions(day: date) -> QuerySet[Extension]:
    return Extension.objects.filter(deadline__case__in=_over(day)).exclude(reason=ERASED_NAME)


def _over(day: date) -> QuerySet:
    return retention.cases_over(day).values("pk")


def _not_over(day: date) -> QuerySet[Case]:
    return Case.objects.exclude(pk__in=_over(day))


def _delete(rows: QuerySet, *, by, at: datetime) -> None:
    rows.delete()


def _erase_reasons(rows: QuerySet[Extension], *, by, at: datetime) -> None:
    rows.update(reason=ERASED_NAME)


def _erase_logins(rows: QuerySet[User], *, by, at: datetime) -> None:
    CalendarFeed.objects.filter(user__in=rows.values("pk")).delete()
    for person in rows:
        _erase_from_reminders(person)
    erase_people(rows, by=by, at=at)


def _erase_from_reminders(person: User) -> None:
    """Put marks for the addresses of a person, past ones too: a mark each, as rungs are unique.

    An address that somebody else has by now stays theirs.
    """
    told = Notice.objects.filter(recipient=person).exclude(to="").values_list("to", flat=True)
    held = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    of_others = User.objects.exclude(pk=person.pk).values("email")
    past = {*told, *held} - {person.email}
    for number, address in enumerate([person.email, *sorted(past)]):
        mark = erased_address(person.pk, number)
        rows = Reminder.objects.filter(recipient=address).exclude(recipient__in=of_others)
        rows.update(recipient=mark)


def _destroy_files(rows: QuerySet[StoredFile], *, by, at: datetime) -> None:
    """Say that the bytes are gone; they go once this is committed (``files.unlink_destroyed``)."""
    rows.update(destroyed_at=at)


def _erase_notices(rows: QuerySet[Notice], *, by, at: datetime) -> None:
    """Empty words and addresses; a mark stands where the table wants something to stand.

    For the subject, into which the office may have put a name, stands what the kind is called.
    """
    rows.exclude(postal_address="").update(postal_address=ERASED_NAME)
    rows.exclude(error="").update(error=ERASED_NAME)
    for kind in rows.order_by("kind").values_list("kind", flat=True).distinct():
        rows.filter(kind=kind).update(subject=_plain_subject(kind))
    rows.update(body="", to="", erased_at=at)


def _plain_subject(kind: str) -> str:
    """Return what a kind of notice is called; in the city's language, as it is stored."""
    known = KINDS.get(kind)
    with override(settings.LANGUAGE_CODE):
        return str(known.label)[:200] if known else ERASED_NAME


def _case(case: Case | None) -> str:
    """Name a case by its number: its title is for those who may see it."""
    return (case.number or f"#{case.pk}") if case else "–"


ON_CLOSING = _("The case is closed")

retention.register(
    RetentionClass(
        "officers", _("Officers of groups whose term ended"),
        _("The row goes. Letters keep the name they were addressed to."),
        _("The last day of the term"),
        _officers, _delete, "organization__cases",
        lambda officer: f"{officer.organization} · {officer.valid_until}",
        ("organization",),
    ),
    RetentionClass(
        "memberships", _("Memberships that ended"),
        _("The row goes. The record of changes keeps the ids."),
        _("The last day of the membership"),
        _memberships, _delete, "organization__cases",
        lambda membership: f"{membership.organization} · {membership.valid_until}",
        ("organization",),
    ),
    RetentionClass(
        "invitations", _("Invitations that were answered, taken back or ran out"),
        _("The row goes, with the e-mail address in it."),
        _("The day it was answered, taken back or ran out"),
        _invitations, _delete, "organization__cases",
        lambda invitation: f"{invitation.organization} · {japan_date(invitation.invited_at)}",
        ("organization",),
    ),
    RetentionClass(
        "logins", _("Closed log-ins of members of groups"),
        _("Name, e-mail address, password and keys go. The row stays, as the history points to it."),
        _("The day the log-in was closed"),
        _logins, _erase_logins, "membership__organization__cases",
        lambda person: f"{person._meta.verbose_name} {person.pk}",
    ),
    RetentionClass(
        "files", _("Files uploaded to cases"),
        _("The bytes go. Name, size and digest stay, with the day of destruction."),
        ON_CLOSING, _files, _destroy_files, "case",
        lambda stored: f"{_case(stored.case)} · {stored.label} {japan_date(stored.at)}",
        ("case",), "case",
    ),
    RetentionClass(
        "notices", _("Notices that left"),
        _("Words and addresses go. Kind, state and times stay."),
        _("The case is closed; of a notice about no case, the day it was written"),
        _notices, _erase_notices, "case",
        lambda notice: f"{_case(notice.case)} · {notice.kind} {japan_date(notice.posted_at)}",
        ("case",), "case",
    ),
    RetentionClass(
        "remarks", _("Reasons and notes that people gave with moves"),
        _("The words go. The history keeps their digest."),
        ON_CLOSING, _remarks, _delete, "case",
        lambda remark: f"{_case(remark.case)} · {japan_date(remark.at)}",
        ("case",), "case",
    ),
    RetentionClass(
        "extensions", _("Reasons why more time was granted"),
        _("The words go. The new date and the approval stay."),
        ON_CLOSING, _extensions, _erase_reasons, "deadline__case",
        lambda extension: f"{_case(extension.deadline.case)} · {extension.until}",
        ("deadline__case",), "deadline__case",
    ),
)  # fmt: skip
