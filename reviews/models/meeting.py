"""A meeting of the subcommittee: its order, who is there, who leaves the room for which proposal."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.models import Proposal, Round

from .panel import PanelSeat


class MeetingQuerySet(models.QuerySet):
    def running(self):
        """Keep what was opened and not closed."""
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)

    def to_come(self, day: date):
        """Keep what is open, and what is planned for ``day`` (Japan date) or later."""
        planned = Q(opened_at__isnull=True, held_on__gte=day)
        return self.filter(Q(opened_at__isnull=False) | planned, closed_at__isnull=True)


class Meeting(models.Model):
    """One meeting about the proposals of a round (選考部会の会議).

    :param held_on: Japan date.
    :param quorum: how many members have to be there (定足数); ``None`` is "not set".
    :param presentation_minutes: for the group to present; ``None`` is "not set", no time runs out.
    :param question_minutes: for the members' questions; ``None`` as above.
    :param current: what the room deals with now.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=100, blank=True)
    chair = models.ForeignKey(
        PanelSeat,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("chair"),
    )
    quorum = models.PositiveSmallIntegerField(
        _("members who have to be there"), null=True, blank=True
    )
    presentation_minutes = models.PositiveSmallIntegerField(
        _("minutes for the presentation"), null=True, blank=True
    )
    question_minutes = models.PositiveSmallIntegerField(
        _("minutes for questions"), null=True, blank=True
    )
    current = models.ForeignKey(
        "reviews.AgendaItem",
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
    )
    opened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(opened_at__isnull=False, closed_at__isnull=True),
                name="meeting_runs_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__lte=F("closed_at")),
                name="meeting_closes_after_it_opened",
            ),
            models.CheckConstraint(
                condition=Q(quorum__isnull=True) | Q(quorum__gte=1),
                name="meeting_quorum_is_a_person",
            ),
        ]

    def __str__(self):
        return f"{self.round} {self.held_on}"

    @property
    def is_running(self) -> bool:
        return self.opened_at is not None and self.closed_at is None


class AgendaItem(models.Model):
    """One proposal in the order of a meeting.

    :param phase: what the timer runs for; ``phase_began_at`` is when it was started.
    :param note: what was said, for the minutes (議事要旨); saved under ``edit_number``.
    """

    class Phase(models.TextChoices):
        PRESENTATION = "presentation", _("Presentation")
        QUESTIONS = "questions", _("Questions")
        DISCUSSION = "discussion", _("Discussion")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="agenda_items")
    position = models.PositiveSmallIntegerField(_("position"))
    phase = models.CharField(max_length=12, choices=Phase.choices, blank=True, editable=False)
    phase_began_at = models.DateTimeField(null=True, editable=False)
    began_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("item of a meeting")
        verbose_name_plural = _("items of a meeting")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "proposal"], name="item_once_a_meeting"),
            models.CheckConstraint(
                condition=Q(phase="", phase_began_at=None)
                | (~Q(phase="") & Q(phase_began_at__isnull=False)),
                name="item_phase_has_a_beginning",
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.proposal}"


class Attendance(models.Model):
    """A member is in the meeting from one moment to another; who comes back has a second row."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="attendances")
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "seat"],
                condition=Q(left_at__isnull=True),
                name="attendance_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(arrived_at__lte=F("left_at")),
                name="attendance_ends_after_it_began",
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} – {self.seat_id}"


class RoomExit(models.Model):
    """A member left the room for one item because of a conflict of interest (退室), and came back."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="exits")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="exits")
    left_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("leaving of the room")
        verbose_name_plural = _("leavings of the room")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "seat"],
                condition=Q(returned_at__isnull=True),
                name="exit_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(left_at__lte=F("returned_at")),
                name="exit_ends_after_it_began",
            ),
        ]

    def __str__(self):
        return f"{self.item_id} – {self.seat_id}"
