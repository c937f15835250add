"""What the check of the requirements found at which step, and what the office answered."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from casework.models import Case, Event
from grants.rules import Outcome

from .proposal import Proposal


class EligibilityRecord(models.Model):
    """The answers to all rules as they stood when a case made a move; never altered afterwards.

    :param verb: the move of ``case``, a proposal or a project year of it.
    :param on: Japan date as of which the rules were asked.
    :param answers: one entry a rule: ``code``, ``outcome`` (the office's answer included), ``value``,
        ``limit`` and ``source`` as the rules of the round said, ``on`` as of which the rule counted.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="eligibility_records")
    verb = models.CharField(max_length=40)
    on = models.DateField()
    answers = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("check of the requirements")
        verbose_name_plural = _("checks of the requirements")
        indexes = [models.Index(fields=["case", "id"], name="eligibility_record_by_case")]

    def __str__(self):
        return f"{self.case_id}: {self.verb} {self.on}"

    @property
    def outcomes(self) -> dict[str, str]:
        """Rule → where it stood."""
        return {answer["code"]: answer["outcome"] for answer in self.answers}


class EligibilityAnswer(models.Model):
    """The office's answer to one rule: what only a person can say, or an override; the newest counts.

    It answers what the program had found then. Once the program finds another value, it asks again.

    :param found: the outcome that the program had found.
    :param value: the value that the program had found: a number, a day or a code.
    :param event: the line of history that says who answered, when, and in whose words why.
    """

    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="eligibility_answers"
    )
    code = models.CharField(max_length=60)
    outcome = models.CharField(
        max_length=12, choices=[(o.value, o.label) for o in (Outcome.PASSES, Outcome.FAILS)]
    )
    found = models.CharField(max_length=12, choices=Outcome.choices)
    value = models.TextField(blank=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("answer to a requirement")
        verbose_name_plural = _("answers to requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=(Outcome.PASSES, Outcome.FAILS)),
                name="eligibility_is_answered_yes_or_no",
            ),
        ]

    def __str__(self):
        return f"{self.proposal_id}: {self.code} {self.outcome}"

    @property
    def by(self):
        return self.event.by

    @property
    def on(self) -> date:
        """The Japan date of the answer."""
        return japan_date(self.event.at)
