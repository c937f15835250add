"""Asking a person what the rules cannot answer, and why a rule that fails counts as met."""

from collections.abc import Iterable

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from casework.moves import MoveForm
from grants import services
from grants.eligibility import Outcome
from grants.standing import Standing, open_rules, rule_standings, year_at_stake

from .fields import text_area
from .rule_words import found_in_words

ANSWER, REASON = "answer_", "reason_"
CHOICES = [(Outcome.PASSES, _("meets it")), (Outcome.FAILS, _("does not meet it"))]
#: What is asked in other words than whether the rule is met.
CHOICES_OF = {
    "same_group": [(Outcome.PASSES, _("another group")), (Outcome.FAILS, _("the same group"))],
}
WHY_MET = _("Say why this counts as met, although the program finds that it is not.")


class RuleAnswers(MoveForm):
    """One question for each rule that is asked, with a reason where the answer overrides a fail.

    :ivar rows: the rules that are asked.
    """

    def ask(self, rows: Iterable[Standing], *, required: bool) -> None:
        """Add the questions; those that are ``required`` have to be answered."""
        self.rows = list(rows)
        for row in self.rows:
            check, answer = row.check, row.answer
            self.fields[ANSWER + check.code] = forms.ChoiceField(
                label=check.label, choices=CHOICES_OF.get(check.code, CHOICES), widget=forms.RadioSelect, required=required,
                help_text=found_in_words(check), initial=answer.outcome if answer else None,
            )  # fmt: skip
            if check.outcome == Outcome.FAILS:
                self.fields[REASON + check.code] = forms.CharField(
                    label=_("If it counts as met: why"), required=False, widget=text_area(2),
                    initial=row.reason,
                )  # fmt: skip

    def clean(self):
        data = super().clean()
        for row in self.rows:
            code, fails = row.check.code, row.check.outcome == Outcome.FAILS
            met = data.get(ANSWER + code) == Outcome.PASSES
            if fails and met and not data.get(REASON + code):
                self.add_error(REASON + code, WHY_MET)
        return data

    def answers(self) -> dict[str, services.Answer]:
        """Return what a valid form says: code of the rule → answer."""
        said = {row.check.code: self.cleaned_data[ANSWER + row.check.code] for row in self.rows}
        return {
            code: services.Answer(outcome, self.cleaned_data.get(REASON + code, ""))
            for code, outcome in said.items()
            if outcome
        }


class AnswersForm(RuleAnswers):
    """Every rule that the program does not find met, as the office answered it so far."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = rule_standings(self.case, on=self.today, year=year_at_stake(self.case))
        self.ask((row for row in rows if row.check.outcome != Outcome.PASSES), required=False)


class AcceptForm(RuleAnswers):
    """All that is still open is answered with the acceptance, which needs every rule to be met."""

    note = forms.CharField(label=_("Note"), required=False, widget=text_area(3))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ask(open_rules(rule_standings(self.case, on=self.today)), required=True)
        self.order_fields([name for name in self.fields if name != "note"])

    def clean(self):
        data = super().clean()
        for row in self.rows:
            name = ANSWER + row.check.code
            if data.get(name) == Outcome.FAILS:
                self.add_error(name, _not_acceptable(self.case))
        return data

    def told(self, *, by, at) -> dict:
        """Keep the answers as records of their own; the move is told the note alone."""
        if answers := self.answers():
            services.answer_rules(self.case, answers, by=by, at=at)
        return {"note": self.cleaned_data["note"]}


def _not_acceptable(proposal) -> SafeString:
    return format_html(
        '{} <a href="{}">{}</a>',
        _("The proposal cannot be accepted while this is not met. Keep your answers here:"),
        reverse("grants:proposal-answers", args=[proposal.pk]),
        _("Answer the requirements"),
    )
