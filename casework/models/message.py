"""Messages on a case: what its parties write to each other, and who has read how far."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework.parties import Party

from .case import Access, Case
from .stored_file import StoredFile

#: The parties that write to each other on a case.
WRITERS = (Party.ORGANIZATION, Party.OFFICE, Party.DEPARTMENT, Party.COORDINATOR)


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep what ``user`` may read: messages on cases that they see, and have a part in.

        A coordinator has one where the group shared the case. The notes of the office are for the
        office, and what was written on a draft stays with the group and whom it shared it with.
        """
        if not user.is_authenticated:
            return self.none()
        duties = user.duties
        opened = Access.objects.concerning(user).filter(role=Role.COORDINATOR, barred=False)
        between = Q(case__organization__in=duties.organizations)
        between |= Q(case__in=opened.values("case"))
        between |= Q(case__department__in=duties.departments, in_draft=False)
        seen = Q(for_office=False) & between
        if duties.holds(Role.OFFICE, Role.AUDITOR):
            seen |= Q(in_draft=False)
        return self.filter(seen, case__in=Case.objects.visible_to(user), case__internal=False)

    def unanswered(self):
        """Keep what asks a party that has written nothing on the case since."""
        later = Message.objects.filter(
            case=OuterRef("case"), pk__gt=OuterRef("pk"), party=OuterRef("asks"), for_office=False
        )
        return self.exclude(asks="").exclude(Exists(later))

    def unread_by(self, user):
        """Keep what others wrote after the last message that ``user`` has read on the case."""
        reached = MessageReading.objects.filter(
            case=OuterRef("case"), user=user, up_to__gte=OuterRef("pk")
        )
        return self.exclude(by=user).exclude(Exists(reached))


class Message(models.Model):
    """One message. It is never changed: a slip is answered by another one.

    Its words are kept apart (:class:`MessageWords`), so that they can be destroyed; ``digest`` is
    theirs. ``party`` is for whom the person wrote, ``asks`` who is asked to answer.
    ``for_office`` is a note that the office keeps to itself. ``in_draft`` says that the case was
    not filed yet. ``key`` is that of the form: the same one sent twice is one message.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    party = models.CharField(max_length=20, choices=Party.choices)
    asks = models.CharField(max_length=20, choices=Party.choices, blank=True)
    for_office = models.BooleanField(_("note for the office alone"), default=False)
    in_draft = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(party__in=WRITERS, asks__in=("", *WRITERS)),
                name="message_between_parties_of_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(asks=models.F("party")), name="message_asks_another_party"
            ),
            models.CheckConstraint(
                condition=Q(for_office=False) | Q(party=Party.OFFICE, asks=""),
                name="message_for_the_office_is_its_note",
            ),
        ]

    def __str__(self):
        return f"{self.case_id} {self.party} {self.at:%Y-%m-%d %H:%M}"

    @property
    def writer(self) -> str:
        """Who wrote it, and for whom."""
        return f"{self.by} ({self.get_party_display()})"

    @property
    def text(self) -> str | None:
        """What it says; ``None`` once the words were destroyed."""
        return self.words.text if hasattr(self, "words") else None


class MessageWords(models.Model):
    """What a message says, until its time is up."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="words")
    text = models.TextField()
    salt = models.CharField(max_length=32)

    def __str__(self):
        return self.text[:50]


class Attachment(models.Model):
    """A file that came with a message: read by whoever reads the message, and no part of the case."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="attachment")

    def __str__(self):
        return f"{self.message_id}: {self.file_id}"


class MessageReading(models.Model):
    """How far a person has read the messages of a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    up_to = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="messages_read_once_a_person"),
        ]

    def __str__(self):
        return f"{self.user_id} read {self.case_id} up to {self.up_to_id}"
