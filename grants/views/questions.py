"""Questions on a call: asked by whoever logs in, answered by the office."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from casework.errors import NotPossible
from grants.forms.questions import Audience, CallAnswerForm, QuestionForm
from grants.models import Question, Round
from grants.services import questions

from . import page_of, show_form

form_page = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@form_page
def question_ask(request, pk):
    """Ask the office about a call."""
    call = get_object_or_404(Round.objects.visible_to(request.user, request.now), pk=pk)
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        try:
            questions.ask(call, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            form.add_error(None, str(error.why))
        else:
            messages.success(
                request, _("The office has your question. You are told of the answer.")
            )
            return redirect(reverse("grants:call", args=[pk]) + "#questions")
    return show_form(
        request, form, eyebrow=call.name, title=_("Ask a question on this call"), submit=_("Ask"),
        text=_("The office reads your words. If it publishes the answer, it words the question anew, without names."),
        back=reverse("grants:call", args=[pk]),
    )  # fmt: skip


@require_safe
@login_required
def question_list(request):
    """All questions on calls, those that wait for an answer first."""
    require(request.user, "grants.read_questions")
    waiting = Question.objects.waiting()
    found = Question.objects.all() if request.GET.get("all") else waiting
    rows = found.select_related("round", "by").with_answers().order_by("-at", "-pk")
    context = {
        "page": page_of(request, rows),
        "waiting": waiting.count(),
        "all": bool(request.GET.get("all")),
        "answers": request.user.has_perm("grants.answer_questions"),
    }
    return render(request, "grants/question_list.html", context)


@login_required
@form_page
def question_answer(request, pk):
    """Answer a question: to whoever asked, or to everybody in words without names."""
    require(request.user, "grants.answer_questions")
    found = Question.objects.select_related("round", "by").with_answers()
    question = get_object_or_404(found, pk=pk)
    form = CallAnswerForm(request.POST or None, initial=_begins_with(question))
    if form.is_valid():
        try:
            questions.answer(question, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            form.add_error(None, str(error.why))
        else:
            messages.success(request, _("The answer is kept."))
            return redirect("grants:questions")
    context = {
        "question": question,
        "form": form,
        "trail": [
            (reverse("casework:office"), _("Office")),
            (reverse("grants:questions"), _("Questions on calls")),
            ("", _("Answer a question")),
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "grants/question_answer.html", context, status=status)


def _begins_with(question: Question) -> dict:
    """Begin with the answer that stands; never with the words of whoever asked, which are private."""
    newest = question.answer
    if newest is None:
        return {"audience": Audience.NOBODY, "after": 0}
    return {
        "wording": newest.wording, "answer": newest.answer, "audience": newest.audience,
        "after": newest.pk,
    }  # fmt: skip
