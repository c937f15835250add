"""What is owed by when. A due date is computed once, stored with its derivation, never moved."""

import functools
import operator
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once, is_shown
from casework.calendar import japan_date
from casework.deadlines import KINDS, Audience
from casework.derivation import Due, in_words, in_words_extended
from casework.lent_dates import lenders_of
from casework.parties import Party

from .approval import Approval
from .case import Case


class DeadlineQuerySet(models.QuerySet):
    def open(self):
        """Keep what is still owed: neither met, nor closed, nor replaced by a later row."""
        return self.filter(met_at__isnull=True, closed_at__isnull=True)

    def duties(self):
        """Leave out rights that end, which nobody owes."""
        return self.exclude(owed_by="")

    def with_end(self):
        """Tell of each as ``ends`` the date that counts now, as ``ends_on`` does of one."""
        return self.annotate(ends=Coalesce(Max("extensions__until"), F("due_on")))

    def visible_to(self, user):
        return self.filter(case__in=Case.objects.visible_to(user))


class Deadline(models.Model):
    """One duty with a date (期限): its derivation, its basis, and who owes it.

    :param due_on: last Japan date on which the duty is met in time; empty is "not set".
    :param due_at: the moment it ends, 24:00 Japan time unless its kind has a clock time.
    :param owed_by: a party code of ``casework.parties``; empty for a right that ends.
    :param remind_on: the next Japan date with a rung to climb, by the ladder that ``reckoned_by``
        marks; whatever changes that date empties the mark, and ``casework.ladders`` reckons anew.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(max_length=40)
    owed_by = models.CharField(max_length=20, blank=True)
    due_on = models.DateField(_("due"), null=True)
    due_at = models.DateTimeField(null=True)
    derivation = models.JSONField()
    opened_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    met_on = models.DateField(null=True, help_text=_("the day that counts, such as 収受日"))
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=200, blank=True)
    superseded_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    remind_on = models.DateField(null=True)
    reckoned_by = models.CharField(max_length=16, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(met_at__isnull=True, closed_at__isnull=True),
                name="deadline_open_once_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_at__isnull=True)
                | Q(due_on__isnull=False, due_at__isnull=False),
                name="deadline_has_day_and_moment_or_neither",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="deadline_by_day"),
            models.Index(
                fields=["remind_on"],
                condition=Q(met_at__isnull=True, closed_at__isnull=True, remind_on__isnull=False),
                name="deadline_to_remind_of",
            ),
            models.Index(
                fields=["kind", "reckoned_by"],
                condition=Q(met_at__isnull=True, closed_at__isnull=True),
                name="deadline_open_by_ladder",
            ),
        ]

    def __str__(self):
        return f"{self.label} {self.due_on or ''}".strip()

    @property
    def label(self):
        return KINDS[self.kind].label

    @property
    def is_of_group(self) -> bool:
        """Whether the group owes it, or has a right until then: a letter tells it of more time."""
        return self.owed_by in (Party.ORGANIZATION, "")

    @property
    def in_words(self) -> str:
        """How the date that counts came about, in the language of the page."""
        due, language, more = Due.from_json(self.derivation), get_language() or "ja", self.extension
        if more is None:
            return in_words(due, language)
        return in_words_extended(due, language, until=more.until, number=more.approval.number)

    @property
    def extension(self) -> "Extension | None":
        """The extension that reaches furthest, if one was granted."""
        return max(self.extensions.all(), key=lambda e: e.until, default=None)

    @property
    def is_open(self) -> bool:
        """Whether it is still owed: neither met, nor closed, nor replaced by a later row."""
        return self.met_at is None and self.closed_at is None

    @property
    def ends_on(self) -> date | None:
        """The date that counts now: the stored one, or what an extension allows.

        Rows that were read ``with_end`` have asked it already.
        """
        if "ends" in self.__dict__:
            return self.__dict__["ends"]
        return self.extension.until if self.extension else self.due_on

    def is_late(self, now: datetime) -> bool:
        """Return whether the duty was, or is being, met too late; computed, never stored."""
        if self.ends_on is None or not self.owed_by:
            return False
        if self.met_on:
            return self.met_on > self.ends_on
        moment = self.met_at or now
        has_more_time = self.ends_on != self.due_on
        return japan_date(moment) > self.ends_on if has_more_time else moment >= self.due_at


class Extension(models.Model):
    """More time for one deadline (延長), granted also after the date; the deadline stays.

    There is none without the approval (決裁) that granted it.

    :param by: who decided, or typed the decision in.
    """

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateField(_("until"))
    reason = models.TextField(_("reason"))
    approval = models.ForeignKey(
        Approval, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("approval")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.deadline_id} until {self.until}"


def deadlines_of(case: Case) -> list[Deadline]:
    """Return all deadlines of ``case`` with the dates that count now, the oldest first."""
    return [deadline for deadline in _dates_of(case) if deadline.case_id == case.pk]


def lent_to(case: Case) -> list[Deadline]:
    """Return the open deadlines of other cases by which something is done on a case that is shown.

    They are read with those of :func:`deadlines_of`, in one query.
    """
    return [deadline for deadline in _dates_of(case) if deadline.case_id != case.pk]


@asked_once
def _dates_of(case: Case) -> list[Deadline]:
    rows = case.deadlines.all()
    if lenders := lenders_of(case) if is_shown(case) else []:
        lent = [Q(case=pk, kind__in=kinds) for pk, kinds in lenders]
        still = Q(met_at=None, closed_at=None) & functools.reduce(operator.or_, lent)
        rows = Deadline.objects.filter(Q(case=case.pk) | still)
    return list(rows.with_end().order_by("pk"))


def with_extensions(case: Case, rows: list[Deadline]) -> list[Deadline]:
    """Return ``rows``, deadlines of ``case``, with who gave more time and why, to be told in words.

    Nothing is asked where ``as_shown`` has told that no more time was given.
    """
    extensions = Extension.objects.select_related("by", "approval").order_by("pk")
    if not case.has_more_time:
        extensions = extensions.none()
    models.prefetch_related_objects(rows, models.Prefetch("extensions", extensions))
    return rows


def open_deadline(case: Case, kind: str) -> Deadline | None:
    """Return the deadline of ``kind`` that ``case`` still owes; ``None`` if it owes none."""
    still = (d for d in deadlines_of(case) if d.is_open)
    return next((deadline for deadline in still if deadline.kind == kind), None)


class Reminder(models.Model):
    """One rung of a reminder ladder for one recipient, once and for all: what became of it.

    Without a recipient it went to the group by post, or there was nobody to tell.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        PASSED_OVER = "passed_over", _("passed over")
        NOBODY = "nobody", _("nobody to tell")

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="reminders")
    ends_on = models.DateField(help_text=_("the date the ladder leads to"))
    rung = models.SmallIntegerField(help_text=_("days before the date; negative is after"))
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.OWNER)
    recipient = models.EmailField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "ends_on", "rung", "audience", "recipient"],
                name="reminder_once_a_rung",
            ),
        ]

    def __str__(self):
        return f"{self.deadline_id} {self.rung}d {self.outcome}"
