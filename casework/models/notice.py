"""Notices: one delivery to one recipient by one channel."""

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from casework.quiet_hours import ACCOUNT, AT_ANY_HOUR

from .case import Access, Case
from .deadline import Deadline, Extension
from .history import Event
from .letter import Letter
from .notice_template import NoticeTemplate

#: Kinds of notice that ask for a move, until the case has moved on; higher apps add theirs.
ASKING = ["your_turn", "approval_drafted"]
#: Kinds that tell that a case moved: old news once it has moved again; higher apps add theirs.
MOVED = ["case_moved"]
#: Kinds of notice that ask to meet a deadline, until it is met or no longer owed.
REMINDING = ("deadline_near", "deadline_overdue")


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep a person's own notices; the office and the auditor see those of the cases they see.

        A notice about a draft that is its group's alone is the group's alone, too.
        """
        if not user.is_authenticated:
            return self.none()
        if user.duties.holds("office", "auditor", "administrator"):
            seen = Q(case=None) | Q(case__in=Case.objects.visible_to(user))
            return self.not_barred_to(user).filter(seen | Q(recipient=user))
        return self.addressed_to(user)

    def addressed_to(self, user):
        return self.not_barred_to(user).filter(recipient=user)

    def not_barred_to(self, user):
        """Leave out what is about a case that ``user`` must not meet, however it was received."""
        barred = Access.objects.concerning(user).filter(barred=True)
        return self.exclude(case__in=barred.values("case"))

    def with_done(self):
        """Tell of each notice as ``is_done`` whether it asks nothing of its reader any more.

        What asks for a move is done once its case has moved on, a reminder once its deadline ended or
        got another date; the rest only informs, and is done when it is read. That a case moved is old
        news, read or not, once it has moved again; of a digest the parts stand for themselves.
        """
        asks = Q(kind__in=(*ASKING, *REMINDING), case__isnull=False)
        informed = ~asks & (Q(read_at__isnull=False) | Q(kind="digest"))
        moved_on = Q(kind__in=(*ASKING, *MOVED)) & _case_moved_on()
        outlived = asks & Q(kind__in=REMINDING) & ~Q(_still_owed())
        done = ExpressionWrapper(informed | moved_on | outlived, BooleanField())
        return self.annotate(is_done=done)

    def by_post(self):
        return self.filter(channel=Notice.Channel.POST)

    def due_for_delivery(self, at):
        """Keep what waits, and what a worker took but did not finish before its lease ended.

        What failed before waits in the queue until the moment of its next attempt. What goes by
        post is a person's work, and no worker's.
        """
        queued = Q(state=Notice.State.QUEUED)
        taken = Q(state__in=(Notice.State.QUEUED, Notice.State.IN_FLIGHT), lease_until__lt=at)
        due = self.exclude(channel=Notice.Channel.POST)
        return due.filter(queued & Q(lease_until=None) | taken)

    def knowing_quiet_hours(self):
        """Keep the e-mails that wait for the end of the quiet hours of the city."""
        exempt = Q(kind__in=AT_ANY_HOUR) | Q(kind__startswith=ACCOUNT)
        return self.filter(channel=Notice.Channel.EMAIL).exclude(exempt)

    def update_unstamped(self, **fields):
        """Update rows that no worker holds any more: an e-mail in flight may have left, and says so."""
        unsaid = Q(state=Notice.State.IN_FLIGHT, channel=Notice.Channel.EMAIL)
        told = ExpressionWrapper(Q(may_have_left=True) | unsaid, output_field=BooleanField())
        return self.update(**fields, may_have_left=told)


def _case_moved_on() -> Q:
    moves = Event.objects.filter(case=OuterRef("case"), at__gt=OuterRef("posted_at"))
    return Q(case__closed_at__isnull=False) | Q(Exists(moves.exclude(source=F("target"))))


def _still_owed() -> Exists:
    owed = Deadline.objects.open().filter(pk=OuterRef("deadline"))
    later = Extension.objects.filter(
        deadline=OuterRef("pk"), at__gt=OuterRef(OuterRef("posted_at"))
    )
    return Exists(owed.exclude(Exists(later)))


class Notice(models.Model):
    """One delivery. Its row is written with the move that caused it; a worker sends it later.

    By post it is addressed to the group of its case, and the office takes it along: printed, then
    mailed on a day, then perhaps returned on another. ``handled_by`` took the last of these steps;
    ``postal_address`` is what was printed, line by line, and empty before. What ``may_wait`` for a
    daily digest does so, whatever its reader prefers; what went out with one names that ``digest``,
    and a reminder the ``deadline`` it reminds of. ``template`` is the version of the office whose
    words it bears; where it names none, they are the program's own. ``may_have_left`` tells of a
    worker that took it and never said how that ended. ``resent`` counts how often the office sent it
    again, and ``bounced_at`` is when it was read that the mail server of its reader refuses it for
    good. ``erased_at`` is when its words and addresses were destroyed, their retention period being
    over.
    """

    class State(models.TextChoices):
        HELD = "held", _("held back")
        QUEUED = "queued", _("waiting")
        IN_FLIGHT = "in_flight", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        PRINTED = "printed", _("printed")
        MAILED = "mailed", _("posted")
        RETURNED = "returned", _("came back")
        BOUNCED = "bounced", _("refused by the mail server")

    class Hold(models.TextChoices):
        RESTORED = "restored", _("the site was restored from a backup; a person releases it")
        APPROVAL = "approval", _("a person reads it before it leaves")
        DIGEST = "digest", _("it goes out with the next daily digest")

    class Withdrawal(models.TextChoices):
        BY_OFFICE = "by_office", _("the office took it back")
        REPLACED = "replaced", _("a new version of the letter replaces it")
        CONFLICT = "conflict", _("a conflict of interest keeps the case from the reader")
        DONE = "done", _("what it asked for is done")
        MOVED = "moved", _("another date took the place of the one it tells of")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        MAILBOX = "mailbox", _("mailbox page")
        POST = "post", _("post")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notices")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="notices"
    )
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="notices")
    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, null=True, related_name="notices"
    )
    to = models.EmailField(_("to"), blank=True)
    postal_address = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    held_for = models.CharField(max_length=10, choices=Hold.choices, blank=True)
    may_wait = models.BooleanField(default=False)
    digest = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    posted_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    may_have_left = models.BooleanField(default=False)
    resent = models.PositiveSmallIntegerField(default=0)
    template = models.ForeignKey(
        NoticeTemplate, on_delete=models.PROTECT, null=True, related_name="notices"
    )
    bounced_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    printed_at = models.DateTimeField(null=True)
    mailed_on = models.DateField(_("posted on"), null=True)
    returned_on = models.DateField(_("came back on"), null=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_because = models.CharField(max_length=12, choices=Withdrawal.choices, blank=True)
    error = models.TextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "lease_until"], name="notice_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notice_sent_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(state="held") & ~Q(held_for="") | ~Q(state="held") & Q(held_for=""),
                name="notice_held_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(channel="post", case__isnull=False, to="")
                & ~Q(state__in=["in_flight", "sent", "failed", "bounced"])
                | ~Q(channel="post") & ~Q(state__in=["printed", "mailed", "returned"]),
                name="notice_by_post_takes_its_own_steps",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["printed", "mailed", "returned"])
                | Q(printed_at__isnull=False, handled_by__isnull=False) & ~Q(postal_address=""),
                name="notice_printed_has_address",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["mailed", "returned"]) | Q(mailed_on__isnull=False),
                name="notice_mailed_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned")
                | Q(returned_on__isnull=False, returned_on__gte=F("mailed_on")) & ~Q(error=""),
                name="notice_returned_has_day_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="bounced") | Q(bounced_at__isnull=False) & ~Q(error=""),
                name="notice_bounced_has_moment_and_reason",
            ),
        ]

    def __str__(self):
        return f"{self.addressed_to}: {self.subject}"

    @property
    def asks(self) -> bool:
        """Whether it asks its reader to do something, and does not only inform."""
        return self.case_id is not None and self.kind in (*ASKING, *REMINDING)

    @property
    def waits_for_person(self) -> bool:
        """Whether it is held back until somebody releases it."""
        return self.state == self.State.HELD and self.held_for != self.Hold.DIGEST

    @property
    def is_by_post(self) -> bool:
        return self.channel == self.Channel.POST

    @property
    def addressed_to(self) -> str:
        """Whom it is for: a person by name, or else an e-mail address, or the group by post."""
        return str(self.case.organization if self.is_by_post else self.recipient or self.to)
