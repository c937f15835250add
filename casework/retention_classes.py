"""The classes of rows that people, groups and every case have, whatever the program."""

from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts.models import Change, Duty, Invitation, Membership, Officer, Organization, User
from accounts.services.erasing import (
    CONTACTS,
    ERASED_NAME,
    erase_contacts,
    erase_people,
    erased_address,
)

from . import files, retention
from .calendar import end_of_day, japan_date
from .history import PROSE
from .models import (
    ApprovalItem,
    CalendarFeed,
    Case,
    Deadline,
    Extension,
    Letter,
    LetterToNumber,
    MessageWords,
    Notice,
    Remark,
    Reminder,
    StoredFile,
)
from .notice_words import KINDS, in_words, label_of
from .retention import RetentionClass
from .timekeeping import COMPUTED_ANEW

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


def _messages(day: date) -> QuerySet[MessageWords]:
    said = MessageWords.objects.filter(message__case__in=_over(day))
    return said.filter(message__at__lt=end_of_day(day))


def _extensions(day: date) -> QuerySet[Extension]:
    return Extension.objects.filter(deadline__case__in=_over(day)).exclude(reason=ERASED_NAME)


def _groups(day: date) -> QuerySet[Organization]:
    """Keep groups that had cases, all over by ``day``, and in which nobody is a member since then."""
    of_group = {"organization": OuterRef("pk")}
    members = Membership.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), **of_group)
    has_contacts = Q()
    for column in CONTACTS:
        has_contacts |= ~Q(**{column: ""})
    return Organization.objects.filter(
        has_contacts,
        Exists(Case.objects.filter(**of_group)),
        ~Exists(_not_over(day).filter(**of_group)),
        ~Exists(members),
    )


def _letters(day: date) -> QuerySet[Letter]:
    return Letter.objects.filter(destroyed_at=None, case__in=_over(day), issued_on__lte=day)


def _decisions(day: date) -> QuerySet[ApprovalItem]:
    """Keep what was decided, or not, with words of a person that still stand there."""
    words = Q()
    for name in PROSE:
        words |= Q(facts__has_key=name) & ~Q(**{f"facts__{name}__in": ["", ERASED_NAME]})
    decided = ApprovalItem.objects.filter(words, approval__closed_at__lt=end_of_day(day))
    return decided.filter(case__in=_over(day))


def _dates(day: date) -> QuerySet[Deadline]:
    """Keep the dates in whose place a person put another one."""
    replaced = Deadline.objects.filter(superseded_by__isnull=False, case__in=_over(day))
    return replaced.exclude(closed_because__in=["", COMPUTED_ANEW, ERASED_NAME])


def _over(day: date) -> QuerySet:
    return retention.cases_over(day).values("pk")


def _not_over(day: date) -> QuerySet[Case]:
    return Case.objects.exclude(pk__in=_over(day))


def _delete(rows: QuerySet, *, by, at: datetime) -> None:
    rows.delete()


def _erase_reasons(rows: QuerySet[Extension], *, by, at: datetime) -> None:
    rows.update(reason=ERASED_NAME)


def _destroy_letters(rows: QuerySet[Letter], *, by, at: datetime) -> None:
    """Empty what they say, and the PDFs; number, day and kind stay, and the digest of the PDF."""
    LetterToNumber.objects.filter(letter__in=rows.values("pk")).update(content={})
    rows.exclude(reason="").update(reason=ERASED_NAME)
    rows.update(addressee=ERASED_NAME, data={}, pdf=b"", destroyed_at=at)


def _erase_decisions(rows: QuerySet[ApprovalItem], *, by, at: datetime) -> None:
    for item in rows:
        item.facts |= {name: ERASED_NAME for name in PROSE if item.facts.get(name)}
        item.save(update_fields=["facts"])


def _erase_dates(rows: QuerySet[Deadline], *, by, at: datetime) -> None:
    rows.update(closed_because=ERASED_NAME)


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
    files.mark_destroyed(rows, at=at)


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


def _letter_in_words(letter: Letter) -> str:
    version = _("version %(number)s") % {"number": letter.version}
    return f"{_case(letter.case)} · {letter.title} · {letter.symbol} · {version}"


def _case(case: Case | None) -> str:
    """Name a case by its number: its title is for those who may see it."""
    return (case.number or f"#{case.pk}") if case else "–"


def _day(on: date | None) -> str:
    """Write a day in the language of the reader."""
    return in_words(on, get_language() or settings.LANGUAGE_CODE) if on else "–"


ON_CLOSING = _("The case is closed")

retention.register(
    RetentionClass(
        "officers", _("Officers of groups whose term ended"),
        _("The row goes. Letters keep the name they were addressed to until they go themselves."),
        _("The last day of the term"),
        _officers, _delete, ("accounts.Officer",), "organization__cases",
        lambda officer: f"{officer.organization} · {_day(officer.valid_until)}",
        ("organization",),
    ),
    RetentionClass(
        "memberships", _("Memberships that ended"),
        _("The row goes. The record of changes keeps the ids."),
        _("The last day of the membership"),
        _memberships, _delete, ("accounts.Membership",), "organization__cases",
        lambda membership: f"{membership.organization} · {_day(membership.valid_until)}",
        ("organization",),
    ),
    RetentionClass(
        "invitations", _("Invitations that were answered, taken back or ran out"),
        _("The row goes, with the e-mail address in it."),
        _("The day it was answered, taken back or ran out"),
        _invitations, _delete, ("accounts.Invitation",), "organization__cases",
        lambda invitation: f"{invitation.organization} · {_day(japan_date(invitation.invited_at))}",
        ("organization",),
    ),
    RetentionClass(
        "logins", _("Closed log-ins of members of groups"),
        _("Name, e-mail address, password and keys go. The row stays, as the history points to it."),
        _("The day the log-in was closed"),
        _logins, _erase_logins,
        ("accounts.User.name", "accounts.User.email", "accounts.User.password",
         "casework.CalendarFeed", "casework.Reminder.recipient"),
        "membership__organization__cases",
        lambda person: f"{person._meta.verbose_name} {person.pk}",
    ),
    RetentionClass(
        "files", _("Files uploaded to cases"),
        _("The bytes go. Name, size and digest stay, with the day of destruction."),
        ON_CLOSING, _files, _destroy_files,
        ("casework.StoredFile.content", "casework.PictureCopy"), "case",
        lambda stored: f"{_case(stored.case)} · {stored.label} {_day(japan_date(stored.at))}",
        ("case",), "case",
    ),
    RetentionClass(
        "notices", _("Notices that left"),
        _("Words and addresses go. Kind, state and times stay."),
        _("The case is closed; of a notice about no case, the day it was written"),
        _notices, _erase_notices,
        ("casework.Notice.to", "casework.Notice.postal_address", "casework.Notice.subject",
         "casework.Notice.body", "casework.Notice.error"),
        "case",
        lambda notice: f"{_case(notice.case)} · {label_of(notice.kind)} · {_day(japan_date(notice.posted_at))}",
        ("case",), "case",
    ),
    RetentionClass(
        "remarks", _("Reasons and notes that people gave with moves"),
        _("The words go. The history keeps their digest."),
        ON_CLOSING, _remarks, _delete, ("casework.Remark",), "case",
        lambda remark: f"{_case(remark.case)} · {_day(japan_date(remark.at))}",
        ("case",), "case",
    ),
    RetentionClass(
        "messages", _("Messages on cases, and notes of the office there"),
        _("The words go. Who wrote when, and for whom, stays."),
        ON_CLOSING, _messages, _delete, ("casework.MessageWords",), "message__case",
        lambda words: f"{_case(words.message.case)} · {_day(japan_date(words.message.at))}",
        ("message__case",), "message__case",
    ),
    RetentionClass(
        "extensions", _("Reasons why more time was granted"),
        _("The words go. The new date and the approval stay."),
        ON_CLOSING, _extensions, _erase_reasons, ("casework.Extension.reason",), "deadline__case",
        lambda extension: f"{_case(extension.deadline.case)} · {_day(extension.until)}",
        ("deadline__case",), "deadline__case",
    ),
    RetentionClass(
        "letters", _("Formal letters with their PDFs"),
        _("What they say, the name they were addressed to and the PDF go. Number, day, kind and the digest of the PDF stay."),
        ON_CLOSING, _letters, _destroy_letters,
        ("casework.Letter.addressee", "casework.Letter.data", "casework.Letter.pdf",
         "casework.Letter.reason", "casework.LetterToNumber.content"),
        "case",
        _letter_in_words,
        ("case",), "case",
    ),
    RetentionClass(
        "decisions", _("Reasons and conditions in drafts of decisions"),
        _("The words go. What was decided stays, with its amount and its dates."),
        ON_CLOSING, _decisions, _erase_decisions, ("casework.ApprovalItem.facts",), "approval",
        lambda item: f"{_case(item.case)} · {item.approval.number}",
        ("case", "approval"), "case",
    ),
    RetentionClass(
        "dates", _("Reasons why a date was replaced by another"),
        _("The words go. Both dates stay."),
        ON_CLOSING, _dates, _erase_dates, ("casework.Deadline.closed_because",), "case",
        lambda deadline: f"{_case(deadline.case)} · {_day(deadline.due_on)}",
        ("case",), "case",
    ),
    RetentionClass(
        "groups", _("Addresses and telephone numbers of groups"),
        _("Postal code, address, telephone and e-mail address go. The group stays, with its name."),
        _("The last case of the group is over and its last membership ended"),
        _groups, erase_contacts,
        tuple(f"accounts.Organization.{column}" for column in CONTACTS), "cases",
    ),
)  # fmt: skip
