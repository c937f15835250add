"""The office copies the form of the departments' reports for a new year, and changes the copy."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.windows import Overtaken, is_to_be_written, mark_of

from .models import FormQuestion, ReportForm, ScoreWord
from .models.report_form import COUNTED

#: What the office may change of a question; its code, its kind and who answers it stay.
CHANGEABLE = (
    "position", "section", "section_en", "label", "label_en", "help", "help_en", "required",
)  # fmt: skip


#: What the office says of a score.
SCORE_WORDS = ("words", "words_en", "source")


def may_be_retired(question: FormQuestion) -> bool:
    """Return whether a form can do without a question: not where its answers are counted."""
    return question.kind not in COUNTED


@transaction.atomic
def copy_form(form: ReportForm, *, first_fiscal_year: int, by, at: datetime) -> ReportForm:
    """Make a form for the reports from a fiscal year on, with the questions and words of ``form``.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if there is a form of that year.
    """
    require(by.act_on(japan_date(at)), "reporting.change_forms")
    if ReportForm.objects.filter(first_fiscal_year=first_fiscal_year).exists():
        raise ValidationError(_("There is a form of that year already."))
    made = ReportForm.objects.create(
        first_fiscal_year=first_fiscal_year, source=form.source, changed_by=by, changed_at=at
    )
    for model, rows in (
        (FormQuestion, form.questions.order_by("pk")),
        (ScoreWord, form.score_words.order_by("pk")),
    ):
        model.objects.bulk_create(_copied(row, made) for row in rows)
    return made


def _copied(row, form: ReportForm):
    row.pk, row.form = None, form
    row._state.adding = True
    return row


@transaction.atomic
def change_form(
    form: ReportForm, *, changed: Mapping[int, dict], retired: Iterable[int] = (),
    added: dict | None = None, words: Mapping[int, dict] | None = None, by, at: datetime,
) -> ReportForm:  # fmt: skip
    """Change the questions of a form that no report was begun with.

    What another wrote meanwhile stays where this window left alone what it showed: ``seen``, the mark
    of that, comes with the values, or is missing where a program writes, without a window.

    :param changed: question id → new values of ``CHANGEABLE``.
    :param retired: ids of questions that are asked no more.
    :param added: a new question of words or of a whole number: ``filled_by, kind, label, …``.
    :param words: score → ``words, words_en, source``; empty words leave the score without.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises Overtaken: if another wrote meanwhile what this window would change.
    :raises ValidationError: if a report uses the form, or a question has to stay.
    """
    require(by.act_on(japan_date(at)), "reporting.change_forms")
    form = ReportForm.objects.select_for_update().get(pk=form.pk)
    if form.is_used:
        raise ValidationError(_("Reports were begun with this form: copy it for a new year."))
    there = {one.pk: one for one in form.questions.all()}
    for key in [key for key in retired if key in there]:
        _retire(there.pop(key), changed.get(key, {}).get("seen"))
    for key, values in changed.items():
        if key in there:
            _change(there[key], {n: values[n] for n in CHANGEABLE}, seen=values.get("seen"))
    if added:
        _add(form, added)
    if words is not None:
        _word_the_scores(form, words)
    form.changed_by, form.changed_at = by, at
    form.save(update_fields=["changed_by", "changed_at"])
    return form


def _retire(question: FormQuestion, seen: str | None) -> None:
    if not may_be_retired(question):
        raise ValidationError(_("“%(q)s” is counted and has to stay.") % {"q": question.name})
    if seen is not None and seen != mark_of(_kept(question)):
        raise Overtaken
    question.delete()


def _change(question: FormQuestion, values: dict, *, seen: str | None) -> None:
    if is_to_be_written(values, _kept(question), seen=seen):
        FormQuestion.objects.filter(pk=question.pk).update(**values)


def _kept(question: FormQuestion) -> dict:
    return {name: getattr(question, name) for name in CHANGEABLE}


def _add(form: ReportForm, values: dict) -> None:
    """Ask one more thing; its code is a number that no earlier form has, so no answers are mixed."""
    taken = FormQuestion.objects.filter(code__startswith="own-").values_list("code", flat=True)
    number = max((int(code.removeprefix("own-")) for code in taken), default=0) + 1
    FormQuestion.objects.create(form=form, code=f"own-{number}", **values)


def _word_the_scores(form: ReportForm, words: Mapping[int, dict]) -> None:
    """Bring the words of the scores to what was typed; what is untouched stays another city's."""
    there = {word.score: word for word in form.score_words.all()}
    for score, sent in words.items():
        word, said = there.get(score), {name: sent[name] for name in SCORE_WORDS}
        kept = {name: getattr(word, name, "") for name in SCORE_WORDS}
        if not is_to_be_written(said, kept, seen=sent.get("seen")):
            continue
        if not said["words"]:
            form.score_words.filter(score=score).delete()
        elif word is None or _differs(word, said):
            ScoreWord.objects.update_or_create(
                form=form, score=score, defaults={**said, "is_candidate": False}
            )


def _differs(word: ScoreWord, said: dict) -> bool:
    return any(getattr(word, name) != value for name, value in said.items())
