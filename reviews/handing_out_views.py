"""Pages on which the office hands out score sheets: the matrix, the plan, single sheets by hand."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework.views.answers import attempt, done
from grants.models import Proposal, Round

from . import handing_out
from .assignment import Plan
from .forms import LiftForm
from .handing_out import GIVEN_AGAIN, Bar, Sheets, digest_of_plan, plan_of, sheets_of
from .material import visible_ids
from .models import PanelSeat, Rubric, ScoreSheet
from .views import sent


@dataclass(frozen=True, slots=True)
class Cell:
    """One member and one proposal.

    :param bar: why there is no new sheet, in words; ``may_take`` whether one given by hand goes.
    :param planned: whether the plan that is shown hands out this sheet.
    """

    seat: PanelSeat
    sheet: ScoreSheet | None
    bar: str
    planned: bool
    may_take: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One proposal with its cells, how many sheets it has and how many the plan cannot give it."""

    proposal: Proposal
    cells: list[Cell]
    have: int
    lacking: int = 0

    @property
    def barred(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.bar and not cell.sheet]


@login_required
@require_safe
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Who scores what; with ``?plan=1`` what the balanced plan would hand out. Writes nothing."""
    require(request.user, "reviews.read_selection")
    round = get_object_or_404(Round, pk=pk)
    rubric = Rubric.objects.filter(round=round).first()
    sheets = sheets_of(round, day=request.today)
    seen = visible_ids(request.user, [proposal.pk for proposal in sheets.proposals])
    hidden = len(seen) < len(sheets.proposals)
    wanted = "plan" in request.GET and not hidden
    plan = plan_of(round, sheets) if wanted else None
    rows = [_row(proposal, sheets, plan) for proposal in sheets.proposals if proposal.pk in seen]
    context = {
        "round": round,
        "rubric": rubric,
        "hidden": hidden,
        "spread": bool(rubric and rubric.sheets_each),
        "runs": request.user.has_perm("reviews.run_selection"),
        "plan": plan,
        "digest": digest_of_plan(plan) if plan else "",
        "rows": rows,
        "lacking": [row for row in rows if row.lacking],
        "members": _loads(sheets, rows),
        "trail": [
            (reverse("reviews:rounds"), _("Selections")),
            (reverse("reviews:selection", args=[round.pk]), str(round)),
            ("", _("Who scores what")),
        ],
    }
    return render(request, "reviews/assignment.html", context)


def _row(proposal: Proposal, sheets: Sheets, plan: Plan | None) -> Row:
    planned = set(plan.pairs) if plan else set()
    counting = sheets.counting()
    cells = []
    for seat in sheets.seats:
        pair = proposal.pk, seat.pk
        bar = sheets.barred.get(pair, "")
        cells.append(
            Cell(
                seat,
                sheets.sheets[pair] if pair in counting else None,
                Bar(bar).label if bar else "",
                pair in planned,
                pair not in counting and bar in ("", *GIVEN_AGAIN),
            )
        )
    lacking = plan.lacking.get(proposal.pk, 0) if plan else 0
    return Row(proposal, cells, sum(cell.sheet is not None for cell in cells), lacking)


def _loads(sheets: Sheets, rows: list[Row]) -> list[tuple[PanelSeat, int, int]]:
    """Return each member with the sheets they have, and those that the plan adds.

    Counted over the proposals of ``rows``, so that no number tells of a case that is not shown.
    """
    columns = zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(sheets.seats)
    return [
        (seat, sum(c.sheet is not None for c in cells), sum(c.planned for c in cells))
        for seat, cells in zip(sheets.seats, columns, strict=True)
    ]


@login_required
@require_POST
def hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the plan that was shown."""
    require(request.user, "reviews.run_selection")
    round = get_object_or_404(Round, pk=pk)
    digest = request.POST.get("digest", "")
    attempt(
        request,
        lambda: handing_out.hand_out(round, digest=digest, by=request.user, at=request.now),
        _("The sheets are handed out. The members are told."),
    )
    return redirect("reviews:assignment", pk=round.pk)


@login_required
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one member one proposal; the button says which."""
    require(request.user, "reviews.run_selection")
    round = get_object_or_404(Round, pk=pk)
    proposal, _colon, seat = request.POST.get("pair", "").partition(":")
    seen = Proposal.objects.visible_to(request.user).filter(round=round)
    proposal = get_object_or_404(seen, pk=key_in(proposal))
    seats = round.seats.select_related("user", "round")
    seat = get_object_or_404(seats, pk=key_in(seat))
    attempt(
        request,
        lambda: handing_out.give(proposal, seat, by=request.user, at=request.now),
        _("%(member)s has the sheet for %(proposal)s.")
        % {"member": seat.user, "proposal": proposal},
    )
    return redirect("reviews:assignment", pk=round.pk)


@login_required
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a sheet that is still empty, with the reason."""
    require(request.user, "reviews.run_selection")
    seen = Proposal.objects.visible_to(request.user).values("pk")
    rows = ScoreSheet.objects.filter(proposal__in=seen)
    sheet = get_object_or_404(rows.select_related("seat__user", "proposal__round"), pk=pk)
    form = LiftForm(sent(request))
    if done(form, lambda: handing_out.take_back(
        sheet, reason=form.cleaned_data["reason"], by=request.user, at=request.now
    )):  # fmt: skip
        messages.success(request, _("The sheet is taken back."))
        return redirect("reviews:assignment", pk=sheet.proposal.round_id)
    back = reverse("reviews:assignment", args=[sheet.proposal.round_id])
    title = _("Take back the sheet of %(member)s") % {"member": sheet.seat.user}
    context = {
        "form": form, "title": title, "text": str(sheet.proposal), "back": back,
        "submit": _("Take back"), "trail": [
            (back, _("Who scores what")), ("", title),
        ],
    }  # fmt: skip
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)
