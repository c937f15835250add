"""Pages of the office for the committee's papers, and for the comment of the subcommittee."""

from collections import defaultdict
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers_named import key_in
from casework.edit_numbers import StaleDraft
from casework.typesetting import CommitteeData, typeset
from casework.views.answers import done
from casework.word import DOCX, docx_of
from grants.models import Proposal, Round

from . import committee_papers
from .models import Meeting, PanelComment, PanelSeat, Rubric, ScoreSheet
from .panel_comments import comment_on
from .paper_views import of_the_office, trail_of

MAKERS = {
    "pdf": (partial(typeset, "committee"), "application/pdf"),
    "docx": (docx_of, DOCX),
}


@login_required
@require_safe
def papers(request, pk):
    """The papers that can be made for a round and its meetings, and whose copies there are."""
    return _papers(request, of_the_office(request, pk))


def _papers(request, round: Round, *, refused: str = "", status: int = 200):
    context = {
        "round": round, "refused": refused, "trail": trail_of(round, _("Papers for the committee")),
        "meetings": round.meetings.order_by("held_on", "pk"),
        "seats": round.seats.select_related("user").order_by("pk"),
        "decided": bool(committee_papers.verdicts_of(round)),
    }  # fmt: skip
    return render(request, "reviews/committee_papers.html", context, status=status)


@login_required
@require_safe
def paper(request, pk, document, form):
    """One paper as a file; where it would lack something, the page says why there is none."""
    round = of_the_office(request, pk)
    if form not in MAKERS:
        raise Http404(form)
    try:
        data = _content(request, round, document)
    except ValidationError as refusal:
        return _papers(request, round, refused=" ".join(refusal.messages), status=409)
    make, media_type = MAKERS[form]
    response = HttpResponse(make(data), content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{document}.{form}"'
    return response


def _content(request, round: Round, document: str) -> CommitteeData:
    meeting = _chosen(
        request, "meeting", Meeting.objects.select_related("round", "chair__user"), round
    )
    told = {"user": request.user, "today": request.today}
    match document:
        case "agenda":
            seat = _chosen(request, "seat", PanelSeat.objects.select_related("user"), round)
            return committee_papers.before_the_meeting(round, meeting, seat=seat, **told)
        case "comments":
            return committee_papers.comments_on_the_round(round, **told)
        case "minutes" if meeting:
            return committee_papers.minutes(meeting, **told)
        case "score-forms":
            return committee_papers.score_forms(round, **told)
    raise Http404(document)


def _chosen(request, name: str, rows, round: Round):
    """Return the row of the round that the address names; ``None`` where it names none."""
    if name not in request.GET:
        return None
    return get_object_or_404(rows, pk=key_in(request.GET[name]), round=round)


class CommentForm(forms.Form):
    """The comment of the subcommittee on one proposal."""

    text = forms.CharField(
        label=gettext_lazy("Comment of the subcommittee"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    edit_number = forms.IntegerField(widget=forms.HiddenInput(), min_value=0)


@login_required
@require_http_methods(["GET", "POST"])
def comments(request, pk):
    """Write the comment of the subcommittee beside what its members wrote on their sheets."""
    round = of_the_office(request, pk)
    seen = Proposal.objects.visible_to(request.user).with_drafts()
    found = list(seen.filter(round=round, state="in_selection").order_by("number", "pk"))
    sent, status = None, 200
    if request.method == "POST":
        key = key_in(request.POST.get("proposal", ""))
        proposal = get_object_or_404(seen.filter(round=round), pk=key)
        sent, status = _commented(request, proposal)
        if status == 302:
            messages.success(request, _("The comment is saved."))
            return redirect(f"{request.path}#p{proposal.pk}")
    stored = {c.proposal_id: c for c in PanelComment.objects.filter(proposal__in=found)}
    said = _said(found)
    context = {
        "round": round, "trail": trail_of(round, _("Comments of the subcommittee")),
        "stale": status == 409,
        "rubric": Rubric.objects.filter(round=round).first(),
        "rows": [
            (p, _form_of(p, stored.get(p.pk), sent, stale=status == 409), stored.get(p.pk), said[p.pk])
            for p in found
        ],
    }  # fmt: skip
    return render(request, "reviews/panel_comments.html", context, status=status)


def _commented(request, proposal: Proposal) -> tuple[tuple[int, CommentForm], int]:
    form = CommentForm(request.POST, prefix=f"p{proposal.pk}")
    try:
        saved = done(
            form, lambda: comment_on(proposal, **form.cleaned_data, by=request.user, at=request.now)
        )
    except StaleDraft:
        return (proposal.pk, form), 409
    return (proposal.pk, form), 302 if saved else 422


def _form_of(
    proposal: Proposal, stored: PanelComment | None, sent: tuple[int, CommentForm] | None, *,
    stale: bool,
) -> CommentForm:  # fmt: skip
    """Return the form of one proposal; what was sent and refused keeps what was typed."""
    number = stored.edit_number if stored else 0
    if sent and sent[0] == proposal.pk:
        form = sent[1]
        if stale:
            form.data = form.data.copy()
            form.data[form.add_prefix("edit_number")] = str(number)
        return form
    initial = {"text": stored.text if stored else "", "edit_number": number}
    return CommentForm(prefix=f"p{proposal.pk}", initial=initial)


def _said(proposals: list[Proposal]) -> dict[int, list[ScoreSheet]]:
    """Return proposal id → the submitted sheets that bear a comment."""
    rows = ScoreSheet.objects.filter(
        proposal__in=proposals, state__in=ScoreSheet.objects.all().COUNTING
    )
    found = defaultdict(list)
    for sheet in rows.exclude(comment="").select_related("seat__user").order_by("seat_id"):
        found[sheet.proposal_id].append(sheet)
    return found
