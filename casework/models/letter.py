"""Formal letters (文書): numbered, dated, and frozen as they left."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Dated

from .case import Case


class NumberSeries(models.Model):
    """The last number given in a series of one fiscal year; read under lock, without gaps."""

    #: The name of the one series of all letters; cases have others.
    LETTERS = "letter"

    name = models.CharField(max_length=40)
    fiscal_year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "fiscal_year"], name="series_once_a_year"),
        ]

    def __str__(self):
        return f"{self.name} {self.fiscal_year}: {self.last}"

    @property
    def is_of_letters(self) -> bool:
        return self.name == self.LETTERS


class SeriesChange(models.Model):
    """A person moved a series on, past numbers that were given and that this site does not know.

    :param was: the last number before.
    :param last: the last number after; the next letter or case gets the one that follows.
    """

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="changes")
    was = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gt=F("was")) & ~Q(reason=""), name="series_moves_on_with_reason"
            ),
        ]

    def __str__(self):
        return f"{self.series}, was {self.was}"


class Sender(Dated):
    """In whose name letters leave (発信者), from one day until another."""

    title = models.CharField(pgettext_lazy("of the sender of letters", "title"), max_length=50)
    name = models.CharField(_("name"), max_length=50)

    class Meta(Dated.Meta):
        verbose_name = _("sender of letters")
        verbose_name_plural = _("senders of letters")

    def __str__(self):
        return f"{self.title} {self.name}"


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(case__in=Case.objects.visible_to(user))

    def with_versions(self):
        """Fetch with each letter the version that replaced it; without the PDFs themselves."""
        return self.select_related("replaced_by").defer("pdf", "replaced_by__pdf")


class Letter(models.Model):
    """A formal letter as it left: number, date, frozen data, and the PDF itself.

    A row never changes. What was wrong in it is put right by a new version with the same number,
    which ``replaces`` this one and says for what ``reason``; both stay readable. Once its retention
    period is over, what it says and the PDF may be destroyed; ``pdf_digest`` stays.
    """

    class Seal(models.TextChoices):
        OFFICIAL = "official", _("official seal")
        OMITTED = "omitted", _("official seal omitted")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    fiscal_year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    symbol = models.CharField(max_length=60)
    issued_on = models.DateField(_("date of issue"))
    addressee = models.CharField(max_length=300)
    seal = models.CharField(max_length=10, choices=Seal.choices, blank=True)
    data = models.JSONField()
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "number", "version"], name="letter_number_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None)
                | Q(version__gt=1, replaces__isnull=False) & ~Q(reason=""),
                name="letter_later_version_replaces",
            ),
        ]

    def __str__(self):
        return f"{self.symbol} {self.title}"

    @property
    def is_agreement(self) -> bool:
        """Whether several parties sign it, so that the city alone cannot issue it anew."""
        return self.data.get("template") == "agreement"


class LetterToNumberQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting(self):
        """Keep what has no number yet."""
        return self.filter(letter=None)


class LetterToNumber(models.Model):
    """A letter that a move sends and that waits for its number from the city's document register.

    :param content: what the letter says, as it was when the move was made; without the dates that
        the move set, which may be moved until the letter leaves.
    :param deadlines: the ids of the deadlines whose dates it names.
    :param letter: the letter that it became; empty while it waits.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters_to_number")
    kind = models.CharField(max_length=40)
    content = models.JSONField()
    deadlines = models.JSONField(default=list)
    at = models.DateTimeField()
    letter = models.OneToOneField(
        Letter, on_delete=models.PROTECT, null=True, related_name="waited_as"
    )

    objects = LetterToNumberQuerySet.as_manager()

    def __str__(self):
        return f"{self.case_id}: {self.kind}"
