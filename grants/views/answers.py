"""The office answers the requirements of a proposal."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants import services
from grants.forms.answers import AnswersForm

from . import done, show_form
from .proposals import visible_proposal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_answers(request, pk):
    """Answer what only a person can, or override what fails; also after the acceptance."""
    proposal = visible_proposal(request, pk)
    if not services.may_answer(proposal, request.user):
        raise PermissionDenied("grants.handle")
    data = (request.POST,) if request.method == "POST" else ()
    form = AnswersForm(*data, case=proposal, today=request.today)
    if done(form, lambda: _keep(request, proposal, form)):
        messages.success(request, _("The answers are kept."))
        return redirect("casework:case", pk=proposal.pk)
    return show_form(
        request, form, title=_("Answer the requirements"), eyebrow=proposal,
        text=_("What is left without an answer stays as it is. A reason is read by the city only."),
        submit=_("Keep the answers"), back=reverse("casework:case", args=[proposal.pk]),
    )  # fmt: skip


def _keep(request, proposal, form: AnswersForm) -> None:
    services.answer_rules(proposal, form.answers(), by=request.user, at=request.now)
