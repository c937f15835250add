"""Questions on a call, and what the office answers; public only in the words that it publishes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role

from .courses import Round


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Keep what ``user`` asked; for the office and the auditor all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.duties.holds(Role.OFFICE, Role.AUDITOR) else self.filter(by=user)

    def waiting(self):
        """Keep those that nobody was answered yet; what is only drafted does not count."""
        answered = CallAnswer.objects.standing().filter(question=OuterRef("pk"))
        return self.exclude(Exists(answered.exclude(audience=CallAnswer.Audience.NOBODY)))

    def with_answers(self):
        return self.prefetch_related(
            models.Prefetch("answers", CallAnswer.objects.order_by("-pk"), to_attr="newest_first")
        )


class Question(models.Model):
    """What a person asked about a call, in their own words, which only they and the office read.

    ``key`` is that of the form: the same one sent twice is one question.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question on a call")
        verbose_name_plural = _("questions on calls")

    def __str__(self):
        return f"{self.round_id} #{self.pk}"

    @property
    def answer(self) -> "CallAnswer | None":
        """The answer that counts, drafted or given; read ``with_answers``."""
        return next(iter(self.newest_first), None)


class CallAnswerQuerySet(models.QuerySet):
    def standing(self):
        """Keep the newest answer to each question."""
        later = CallAnswer.objects.filter(question=OuterRef("question"), pk__gt=OuterRef("pk"))
        return self.exclude(Exists(later))

    def published(self):
        """Keep what everybody reads."""
        return self.standing().filter(audience=CallAnswer.Audience.EVERYBODY)


class CallAnswer(models.Model):
    """The office's answer to a question, and the question in words for the public; the newest counts.

    It is never changed: whoever publishes other words adds a row, and one that takes them back.
    """

    class Audience(models.TextChoices):
        NOBODY = "nobody", _("Nobody yet: it is a draft")
        ASKER = "asker", _("Only the person who asked")
        EVERYBODY = "everybody", _("Everybody, on the page of the call")

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    wording = models.TextField(_("question in words for everybody"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    audience = models.CharField(_("who reads it"), max_length=10, choices=Audience.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = CallAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a question on a call")
        verbose_name_plural = _("answers to questions on calls")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="nobody") | ~Q(answer=""), name="call_answer_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(audience="everybody") | ~Q(wording=""),
                name="call_answer_for_everybody_says_to_what",
            ),
        ]

    def __str__(self):
        return f"{self.question_id}: {self.audience}"
