"""Asking about a call, and answering for one person or for everybody."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.permissions import require
from casework.calendar import japan_date
from casework.errors import NotPossible
from casework.outbox import post
from casework.parties import people_holding
from grants.models import CallAnswer, Question, Round

#: How many questions on one call may wait for an answer to the same person.
MOST_WAITING = 5


@transaction.atomic
def ask(call: Round, *, text: str, key: UUID, by, at: datetime) -> Question:
    """Put a question on a call to the office; the same ``key`` once.

    :raises PermissionDenied: if ``by`` does not see the call.
    :raises NotPossible: if as many as :data:`MOST_WAITING` of theirs wait already.
    """
    by.act_on(japan_date(at))
    if not Round.objects.visible_to(by, at).filter(pk=call.pk).exists():
        raise PermissionDenied("grants.ask")
    if earlier := Question.objects.filter(key=key, by=by).first():
        return earlier
    if call.questions.filter(by=by).waiting().count() >= MOST_WAITING:
        raise NotPossible(_("Your earlier questions wait for an answer. Ask again after that."))
    told = {"round": call, "text": text, "by": by, "at": at}
    question, asked = Question.objects.get_or_create(key=key, defaults=told)
    if not asked:  # the same form, a moment before
        return question
    for clerk in people_holding(Role.OFFICE, day=japan_date(at)):
        post(
            "question_asked", to=clerk, at=at, key=f"question-{question.pk}-{clerk.pk}",
            path=f"/office/questions/{question.pk}/", call=call,
        )  # fmt: skip
    return question


@transaction.atomic
def answer(
    question: Question, *, wording: str, answer: str, audience: str, after: int, by, at: datetime
) -> CallAnswer:
    """Add the office's answer, which counts from now on; whoever asked is told of one they may read.

    :param wording: the question as everybody reads it, without names.
    :param after: the answer that stood when the page was loaded, by its id; 0 is none.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if somebody else has written another answer since.
    """
    require(by.act_on(japan_date(at)), "grants.answer_questions")
    question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    newest = question.answers.order_by("-pk").first()
    if (newest.pk if newest else 0) != after:
        raise NotPossible(_("Somebody else has changed the answer since. Look at it first."))
    made = CallAnswer.objects.create(
        question=question, wording=wording, answer=answer, audience=audience, by=by, at=at
    )
    if audience != CallAnswer.Audience.NOBODY:
        post(
            "question_answered", to=question.by, at=at, key=f"answer-{made.pk}",
            path=f"/calls/{question.round_id}/#questions", call=question.round,
        )  # fmt: skip
    return made
