"""Pages of the office: one round's selection, from its rubric to the drafted decision."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from casework import coming
from casework.approvals import waiting_draft
from casework.errors import NotPossible
from casework.timekeeping import COUNTS_ALREADY
from casework.views.answers import attempt, done
from casework.views.finding import page_of
from grants.models import Proposal, Round

from . import (
    chart,
    corrections,
    forms,
    possible_conflicts,
    public_summary,
    rulings,
    scoring,
    services,
)
from .barring import refuse_hidden
from .conflict_views import seen_by
from .decisions import Outcome, draft_decision
from .material import visible_ids
from .models import Conflict, Criterion, DecisionSnapshot, PanelSeat, Rubric, ScoreSheet
from .presets import PRESETS
from .readiness import readiness
from .selection import Standing, meets_whole, refuse_in_part, rules_of, standings, with_sums
from .taken_out import taken_out
from .views import sent


@login_required
@require_safe
def rounds(request):
    """The rounds, newest first, with how many of their proposals are in selection."""
    require(request.user, "reviews.read_selection")
    seen = Proposal.objects.visible_to(request.user).filter(state="in_selection")
    waiting = Count("proposals", filter=Q(proposals__in=seen.values("pk")), distinct=True)
    found = Round.objects.annotate(waiting=waiting, members=Count("seats", distinct=True))
    ordered = found.select_related("rubric").order_by("-fiscal_year", "-pk")
    ordered = ordered.prefetch_related("rubric__criteria", "rubric__grades")
    return render(request, "reviews/rounds.html", {"page": page_of(request, ordered)})


@login_required
@require_safe
def selection(request, pk):
    """One round: what it needs, who scores, how far it is, the order, and what follows.

    Whoever must not meet one of the proposals, or one that binds the budget, reads no places and
    sums, which tell of all of them.
    """
    require(request.user, "reviews.read_selection")
    round = get_object_or_404(Round, pk=pk)
    rubric = Rubric.objects.filter(round=round).first()
    rules = rules_of(round)
    everything = standings(round)
    rows = _seen(everything, request.user)
    criteria = list(rubric.criteria.order_by("position")) if rubric else []
    context = {
        "round": round,
        "ready": readiness(round, rubric, rows, user=request.user, at=request.now),
        "runs": request.user.has_perm("reviews.run_selection"),
        "trail": _trail(round),
        **_rubric_shown(rubric, criteria, rules),
        **_order_shown(
            round, everything, rows, rules, recused=not meets_whole(round, everything, request.user)
        ),
        "by_criterion": _by_criterion(rows, criteria),
        **_people_shown(round, request.user),
        "waiting": waiting_draft(*(row.proposal for row in rows)),
        "meetings": round.meetings.order_by("-held_on", "-pk"),
        **_decisions_shown(round, request.user),
        "corrected": corrections.corrected_by(rows),
    }
    return render(request, "reviews/selection.html", context)


def _rubric_shown(rubric: Rubric | None, criteria: list[Criterion], rules: scoring.Rules) -> dict:
    """Return what the page says of the rubric, and of what it lacks."""
    return {
        "rubric": rubric,
        "criteria": criteria,
        "grades": rubric.grades.order_by("-from_percent") if rubric else [],
        "max_points": scoring.shown(rules.most),
        "unset": [scoring.MISSING[code] for code in scoring.missing(rules)],
        "assesses": rules.allocation == scoring.Allocation.ASSESSED,
        "presets": PRESETS.values(),
    }


def _order_shown(
    round: Round, everything: list[Standing], rows: list[Standing], rules: scoring.Rules, *,
    recused: bool,
) -> dict:  # fmt: skip
    """Return what the page says of the order.

    :param rows: those of ``everything`` that the reader may meet; no chart tells of only some.
    :param recused: whether the reader must not meet all that the order tells of.
    """
    return {
        "recused": recused,
        "rows": with_sums(rows),
        "came": sum(row.counted for row in rows),
        "expected": sum(row.expected for row in rows),
        "left_yen": round.left_yen(),
        "chart": None if recused else chart.spread(rows, rules),
        "ties": _whole_ties(everything, rows),
        "open_ties": any(row.result.place.tie == scoring.TieCode.OPEN for row in rows),
        "unassessed": any(row.proposed.reason == scoring.Reason.NOT_ASSESSED for row in rows),
    }


def _people_shown(round: Round, user) -> dict:
    """Return what the page says of the members, and of what they must not meet."""
    return {
        "seats": round.seats.select_related("user").order_by("pk"),
        "conflicts": _conflicts(round, user),
        "taken_out": taken_out(round, user),
        "possible": seen_by(user).waiting().filter(seat__round=round).count(),
    }


def _trail(round: Round, here: str = "") -> list[tuple[str, str]]:
    trail = [
        (reverse("reviews:rounds"), _("Selections")),
        (reverse("reviews:selection", args=[round.pk]), str(round)),
    ]
    return [*trail, ("", here)] if here else trail


def _seen(rows: list[Standing], user) -> list[Standing]:
    """Keep what this person may meet."""
    seen = visible_ids(user, [row.proposal.pk for row in rows])
    return [row for row in rows if row.proposal.pk in seen]


def _decisions_shown(round: Round, user) -> dict:
    """Return what the page says of the frozen decisions, newest first: each with the draft, if one
    waits, that takes it up again.
    """
    frozen = list(round.decisions.select_related("by", "publication").order_by("-number"))
    waiting = corrections.waiting_corrections(frozen, user)
    return {
        "decisions": [(*one, waiting.get(one[0].digest)) for one in _decisions(frozen, user)],
        "correction": next(iter(waiting.values()), None),
    }


def _decisions(
    frozen: list[DecisionSnapshot], user
) -> list[tuple[DecisionSnapshot, list[dict], bool, bool]]:
    """Return of each decision the lines to be read, whether to correct it, and whether all of it
    counts and is read in whole, so that it can be published.
    """
    seen = visible_ids(user, [e["id"] for s in frozen for e in s.content["proposals"]])
    standing = corrections.correctable(frozen)
    whole = public_summary.publishable(frozen, user)
    return [(one, one.lines(seen), one in standing, one in whole) for one in frozen]


def _conflicts(round: Round, user):
    seen = Proposal.objects.visible_to(user).values("pk")
    rows = Conflict.objects.standing().filter(seat__round=round, proposal__in=seen)
    return rows.select_related("seat__user", "proposal", "by", "note").order_by("pk")


def _by_criterion(rows: list[Standing], criteria: list[Criterion]) -> list[tuple]:
    """Return each row with its points for each criterion, and whether they miss the floor."""
    judged = [(row, row.result.judged) for row in rows]
    return [
        (
            row,
            [(c, scoring.shown(j.by_criterion.get(c.pk)), c.pk in j.knocked_out) for c in criteria],
        )
        for row, j in judged
    ]


def _whole_ties(everything: list[Standing], seen: list[Standing]) -> list[list[Standing]]:
    """Return the ties whose every proposal this person may meet."""
    return [group for group in rulings.ties(everything) if all(row in seen for row in group)]


def _of_the_office(request, pk: int) -> Round:
    require(request.user, "reviews.run_selection")
    return get_object_or_404(Round, pk=pk)


def _back(round: Round):
    return redirect("reviews:selection", pk=round.pk)


@login_required
@require_http_methods(["GET", "POST"])
def rubric(request, pk):
    """Enter criteria and rules, as long as nothing was referred."""
    round = _of_the_office(request, pk)
    rules = rules_of(round)
    found = Rubric.objects.filter(round=round).first()
    form = forms.RubricForm(sent(request), instance=found)
    lines = forms.CriterionFormSet(
        sent(request), initial=_entered(found, "criteria", "position"), prefix="criteria"
    )
    grades = forms.GradeFormSet(
        sent(request), initial=_entered(found, "grades", "-from_percent"), prefix="grades"
    )
    right = all([lines.is_valid(), grades.is_valid()])
    if right and done(form, lambda: _save_rubric(request, round, form, lines, grades)):
        messages.success(request, _("The rubric is saved."))
        return _back(round)
    context = {
        "round": round, "rubric": found, "form": form, "lines": lines, "grade_lines": grades,
        "criteria": found.criteria.order_by("position") if found else [],
        "grades": found.grades.order_by("-from_percent") if found else [],
        "unset": [scoring.MISSING[code] for code in scoring.missing(rules)],
        "max_points": scoring.shown(rules.most), "presets": PRESETS.values(),
        "trail": _trail(round, _("Rubric")),
    }  # fmt: skip
    wrong = form.errors or lines.total_error_count() or grades.total_error_count()
    return render(request, "reviews/rubric.html", context, status=422 if wrong else 200)


#: What a line of a rubric's criteria and of its grades says.
LINE_FIELDS = {
    "criteria": ("label_ja", "label_en", "hint", "max_points", "weight", "floor"),
    "grades": ("label", "from_percent", "rate_percent"),
}


def _entered(found: Rubric | None, lines: str, order: str) -> list[dict]:
    rows = getattr(found, lines).order_by(order).values(*LINE_FIELDS[lines]) if found else []
    return list(rows)


def _save_rubric(request, round: Round, form, lines, grades) -> None:
    services.set_rubric(
        round, criteria=forms.criteria_of(lines), grades=forms.lines_of(grades),
        **form.cleaned_data, by=request.user, at=request.now,
    )  # fmt: skip


@login_required
@require_POST
def preset(request, pk):
    """Load a rubric of another city to begin with; what that city did not publish stays not set."""
    round = _of_the_office(request, pk)
    wanted = PRESETS.get(request.POST.get("preset", ""))
    if wanted is None:
        messages.error(request, _("Choose a rubric first."))
        return _back(round)
    found = Rubric.objects.filter(round=round).first()
    criteria = [
        {"label_ja": ja, "label_en": en, "max_points": most} for ja, en, most in wanted.criteria
    ] or _entered(found, "criteria", "position")
    own = {name: getattr(found, name) for name in forms.OWN_RULES} if found else {}
    attempt(
        request,
        lambda: services.set_rubric(
            round, criteria=criteria, source=wanted.source, **own, **wanted.rules, by=request.user,
            at=request.now,
        ),
        _("The rubric is loaded. Change it as the city decides."),
    )  # fmt: skip
    return redirect("reviews:rubric", pk=round.pk)


@login_required
@require_http_methods(["GET", "POST"])
def ties(request, pk):
    """Enter the order that the chair gives to proposals with equal points."""
    round = _of_the_office(request, pk)
    everything = standings(round)
    asked = [
        (group, _tie_form(request, group))
        for group in _whole_ties(everything, _seen(everything, request.user))
    ]
    for _group, form in asked:
        if form.is_bound and done(form, lambda form=form: rulings.rule_on_tie(
            round, order=form.order, by=request.user, at=request.now
        )):  # fmt: skip
            messages.success(request, _("The order of the chair is recorded."))
            return _back(round)
    wrong = any(form.errors for _group, form in asked)
    context = {"round": round, "asked": asked, "trail": _trail(round, _("Equal points"))}
    return render(request, "reviews/ties.html", context, status=422 if wrong else 200)


def _tie_form(request, group: list[Standing]) -> forms.TieForm:
    """Return the form of one tie, bound where it is the one that was sent."""
    name = f"tie{min(row.proposal.pk for row in group)}"
    ruled = group[0].result.place.tie == scoring.TieCode.CHAIR
    initial = {str(row.proposal.pk): n for n, row in enumerate(group, 1)} if ruled else {}
    data = request.POST if request.POST.get("tie") == name else None
    return forms.TieForm(data, prefix=name, group=group, initial=initial)


@login_required
@require_http_methods(["GET", "POST"])
def amounts(request, pk):
    """Enter what the subcommittee thinks right for each proposal (査定額)."""
    round = _of_the_office(request, pk)
    rows = _seen(standings(round), request.user)
    form = forms.AssessedForm(sent(request), rows=rows)
    return _ask(
        request, round, form,
        lambda by, at, **_said: rulings.assess(round, amounts=form.amounts, by=by, at=at),
        title=_("Assessed amounts"), success=_("The assessed amounts are saved."),
        submit=_("Save"),
        text=_("What the subcommittee thinks right for each proposal. Leave empty what is not assessed yet."),
    )  # fmt: skip


def _ask(
    request, round: Round, form, do, *, title: str, success: str, submit: str, text: str = "",
    shows=None,
):  # fmt: skip
    """Show a form until ``do`` takes what it asks for, then go back to the round.

    :param shows: called with the form when the person asks which reminders move, in place of ``do``;
        returns what the page shows of it.
    """
    moved = {}
    if shows and "show" in request.POST:
        moved = shows(form)
    elif done(form, lambda: do(**form.cleaned_data, by=request.user, at=request.now)):
        messages.success(request, success)
        return _back(round)
    context = {
        "form": form, "title": title, "text": text, "submit": submit, "can_show": shows is not None, **moved,
        "back": reverse("reviews:selection", args=[round.pk]), "trail": _trail(round, title),
    }  # fmt: skip
    return render(request, "reviews/form.html", context, status=422 if form.errors else 200)


def _what_moves(request, round: Round, form) -> dict:
    """Return which dates and reminders move with the day of the sheets; no reason is asked for yet."""
    form.errors.pop("reason", None)
    if form.errors:
        return {}
    due_on = form.cleaned_data["due_on"]
    try:
        shifts = services.shifts_by_date(round, due_on)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return {}
    found = services.dates_replaced(round, due_on)
    together = coming.replaced_together(found, reader=request.user, today=request.today)
    no_sheet = not ScoreSheet.objects.filter(proposal__round=round, state="assigned").exists()
    return {"shifts": shifts, "no_sheet": no_sheet, **together._asdict()}


@login_required
@require_http_methods(["GET", "POST"])
def scoring_date(request, pk):
    """Say by when the sheets are handed in; what was said before stays in each sheet's deadlines."""
    round = _of_the_office(request, pk)
    rubric = get_object_or_404(Rubric, round=round)
    form = forms.ScoringDateForm(
        sent(request), initial={"due_on": rubric.scores_due_on}, today=request.today
    )
    return _ask(
        request, round, form, lambda **said: services.set_scoring_date(round, **said),
        title=_("By when the sheets are handed in"),
        success=_("The day is saved.") if "due_on" in form.changed_data else COUNTS_ALREADY,
        submit=_("Save"), shows=partial(_what_moves, request, round),
        text=_("The members see the day on their desk and on each sheet, and are reminded of it. Leave it empty while it is not set."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def seat_add(request, pk):
    round = _of_the_office(request, pk)
    form = forms.SeatForm(sent(request), round=round, today=request.today)
    return _ask(
        request, round, form, lambda **said: services.add_seat(round, **said),
        title=_("Give a seat"), success=_("The seat is given."), submit=_("Give the seat"),
        text=_("The member gets a sheet for each proposal that is in selection, and for each that comes.")
        if services.scores_all(round)
        else _("The member gets no sheet by itself: you hand the sheets out under “Who scores what”."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def seat_end(request, pk):
    require(request.user, "reviews.run_selection")
    seat = get_object_or_404(PanelSeat.objects.select_related("round", "user"), pk=pk)
    form = forms.SeatEndForm(sent(request))
    return _ask(
        request, seat.round, form, lambda **said: services.end_seat(seat, **said),
        title=_("End the seat of %(member)s") % {"member": seat.user},
        success=_("The end of the seat is recorded."), submit=_("End the seat"),
        text=_("From the day after, the member reads and scores nothing more of this round."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def conflict_add(request, pk):
    round = _of_the_office(request, pk)
    form = forms.ConflictForm(sent(request), round=round, user=request.user)
    return _ask(
        request, round, form, services.declare_conflict,
        title=_("Record a conflict of interest"), success=_("The conflict is recorded."),
        submit=_("Record the conflict"),
        text=_("The member no longer meets the proposal anywhere. A sheet they have is taken out."),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def conflict_lift(request, pk):
    require(request.user, "reviews.run_selection")
    seen = Proposal.objects.visible_to(request.user).values("pk")
    rows = Conflict.objects.standing().filter(proposal__in=seen)
    conflict = get_object_or_404(
        rows.select_related("seat__round", "seat__user", "proposal"), pk=pk
    )
    form = forms.LiftForm(sent(request))
    return _ask(
        request, conflict.seat.round, form, lambda **said: services.lift_conflict(conflict, **said),
        title=_("Lift the conflict of %(member)s") % {"member": conflict.seat.user},
        success=_("The conflict is lifted."), submit=_("Lift the conflict"),
        text=str(conflict.proposal),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def decision(request, pk):
    """Say what becomes of each proposal, and draft the decision for an approver.

    Places and amounts tell of every proposal, also of what binds the budget: whoever must not meet
    one of them gets no such page.
    """
    round = _of_the_office(request, pk)
    rows = standings(round)
    refuse_in_part(round, rows, request.user)
    data = sent(request)
    asked = [(row, _outcome_form(row, data)) for row in rows]
    missing = sum(len(row.missing) for row in rows)
    corrected = corrections.corrected_by(rows)
    whole = forms.WholeDecisionForm(data, missing=missing, corrects=corrected is not None)
    if data is not None and all([whole.is_valid(), *(form.is_valid() for _row, form in asked)]):
        possible_conflicts.find(round, at=request.now)  # kept, though the draft is refused then
        try:
            approval = draft_decision(
                round, outcomes=[_outcome(row, form) for row, form in asked],
                **whole.cleaned_data, by=request.user, at=request.now,
            )  # fmt: skip
        except ValidationError as error:
            whole.add_error(None, error)
        except NotPossible as error:
            whole.add_error(None, ValidationError(str(error.why)))
        else:
            messages.success(request, _("The decision is drafted and waits for an approver."))
            return redirect("casework:case", pk=approval.pk)
    context = {
        "round": round, "asked": asked, "whole": whole, "corrected": corrected,
        "left_yen": round.left_yen(), "trail": _trail(round, _("Draft the decision")),
    }  # fmt: skip
    wrong = whole.errors or any(form.errors for _row, form in asked)
    return render(request, "reviews/decision.html", context, status=422 if wrong else 200)


def _outcome_form(row: Standing, data) -> forms.OutcomeForm:
    """Return the form of one proposal; it begins with what the rules propose."""
    begins = row.proposed.amount_yen or row.assessed_yen or row.requested_yen
    initial = {"outcome": row.proposed.outcome, "assessed_yen": begins}
    return forms.OutcomeForm(
        data, prefix=f"p{row.proposal.pk}", initial=initial, proposal=row.proposal
    )


def _outcome(row: Standing, form: forms.OutcomeForm) -> Outcome:
    said = form.cleaned_data
    return Outcome(
        row.proposal, said["outcome"], said["assessed_yen"], said["reason"], said["departure"]
    )


@login_required
@require_http_methods(["GET", "POST"])
def reconsider(request, pk):
    """Draft that a decision is taken up again, to correct it."""
    require(request.user, "reviews.run_selection")
    snapshot = get_object_or_404(DecisionSnapshot.objects.select_related("round"), pk=pk)
    open_ones = corrections.open_to_change(snapshot)
    refuse_hidden(open_ones, request.user)
    form = forms.ReconsiderForm(sent(request))
    return _ask(
        request, snapshot.round, form,
        lambda **said: corrections.draft_reconsideration(snapshot, **said),
        title=_("Correct decision %(name)s") % {"name": snapshot.name},
        success=_("The draft waits for an approver. Once it is approved, the selection is open again."),
        submit=_("Draft that the selection is taken up again"),
        text=ngettext(
            "%(count)d proposal goes back into selection, with the sheets as they were counted. Then open the sheets that were wrong, and draft a new decision. Each group gets a letter.",
            "%(count)d proposals go back into selection, with the sheets as they were counted. Then open the sheets that were wrong, and draft a new decision. Each group gets a letter.",
            len(open_ones),
        ) % {"count": len(open_ones)},
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def publish(request, pk):
    """Ask, then let the public read the result of a decision."""
    require(request.user, "reviews.run_selection")
    snapshot = get_object_or_404(DecisionSnapshot.objects.select_related("round"), pk=pk)
    refuse_hidden(public_summary.cases_told(snapshot), request.user)
    return _ask(
        request, snapshot.round, forms.PublishForm(sent(request)),
        lambda **said: public_summary.publish(snapshot, **said),
        title=_("Publish the result of decision %(name)s") % {"name": snapshot.name},
        success=_("The result is published on the page of the call."),
        submit=_("Publish the result"),
        text=_("Everybody reads it on the page of the call: how many proposals were judged, and of those selected the project, the group and the amount; of the others only how many. No points and no members. It cannot be taken back; a corrected decision takes its place."),
    )  # fmt: skip
