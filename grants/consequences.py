"""What follows the moves of proposals and project years, in the same transaction."""

from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Role
from casework import outbox, timekeeping
from casework.calendar import japan_date
from casework.consequences import on
from casework.errors import NotPossible
from casework.flow import TAKE_BACK
from casework.locks import lock_first
from casework.models import Case, LetterToNumber
from casework.parties import Party, listed
from casework.representatives import as_filed_on
from casework.services import file_number, follow, open_case, snapshot

from .balance_dates import follow_the_balance
from .budget_limit import over_budget
from .change_effects import apply_change, end_or_move, renew_the_agreement, return_the_claim
from .limits import limits_yen, lower_city_part
from .models import (
    LINE_FIELDS,
    ChangeRequest,
    Claim,
    CourseEdition,
    EligibilityRecord,
    ProjectYear,
    Proposal,
    Round,
    YearBudgetLine,
)
from .reckoning import confirmable, grantable
from .services.city_issues import tell_of_answer
from .standing import SINCE, Standing, as_recorded, open_rules, rule_standings
from .versions import content_of, content_of_change, content_of_claim


@lock_first(("project_year", "grant"), ("change", "approve"))
def lock_the_budgets(cases: list[int]) -> None:
    """Let one grant, or one change of a grant, at a time draw on the city's budget of a course."""
    years = ProjectYear.objects.filter(Q(pk__in=cases) | Q(changes__in=cases))
    CourseEdition.objects.filter(rounds__proposals__project_years__in=years).lock_courses()


@lock_first(
    ("proposal", "select"), ("proposal", "offer"), ("proposal", "reconsider"),
    ("project_year", "postpone"), ("project_year", "defer"), ("change", "approve"),
)  # fmt: skip
def lock_the_rounds(cases: list[int]) -> None:
    """Let one decision at a time draw on a round's budget, and one year of a project move at a time."""
    moved = ChangeRequest.objects.filter(pk__in=cases, asks_for=ChangeRequest.AsksFor.POSTPONE)
    of_years = Q(project_years__in=cases) | Q(project_years__changes__in=moved)
    proposals = Proposal.objects.filter(Q(pk__in=cases) | of_years)
    Round.objects.filter(pk__in=proposals.values("round")).lock()


@lock_first(
    *(
        ("claim", verb)
        for verb in ("submit", "resubmit", "accept", "send_back", "drop", "withdraw", TAKE_BACK)
    ),
    *(
        ("change", verb)
        for verb in ("submit", "resubmit", "send_back", "note", "approve", "refuse", "withdraw")
    ),
)
def lock_the_years_of_parts(parts: list[int]) -> None:
    """Lock the project year before its claim or change, as its own moves do: neither waits in a circle."""
    years = ProjectYear.objects.filter(Q(claims__in=parts) | Q(changes__in=parts)).values("pk")
    list(Case.objects.filter(pk__in=years).order_by("pk").select_for_update())


@on("proposal", "submit", "file_paper", "resubmit")
def keep_the_version(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Keep what was filed as a numbered version; panels, letters and register read versions."""
    if not proposal.number:
        file_number(proposal, proposal.round.edition.number_series, proposal.fiscal_year)
    told = as_filed_on(proposal, proposal.received_on or japan_date(at))
    snapshot(proposal, {**content_of(proposal), **told}, by=by, at=at)


@on("proposal", "submit", "file_paper")
def tell_whose_issue_it_answers(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    if proposal.city_issue_id is not None:
        tell_of_answer(proposal, at=at)


@on("proposal", "prepare", "agree")
def open_project_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Open one case for each fiscal year the project runs; the first can be applied for at once.

    Whether the project goes on in the later ones is decided when they come.
    """
    first = proposal.round.first_project_year()
    for position in range(1, proposal.years + 1):
        year = ProjectYear(
            proposal=proposal,
            position=position,
            fiscal_year=first + position - 1,
            title=proposal.title,
            organization=proposal.organization,
            department=proposal.department,
            clerk=proposal.clerk,
            on_paper=proposal.on_paper,
            content=proposal.content if position == 1 else "",
            number=f"{proposal.number}-{position}",
        )
        open_case(year, by=by, at=at, filed=True)
        if position == 1:
            _copy_budget(proposal, year)
            follow(year, "plan", cause=proposal, by=by, at=at)


@on("proposal", "prepare", "agree")
def share_the_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Let the coordinators whom the group showed its proposal support it in its years, too."""
    if proposal.access.filter(role=Role.COORDINATOR, barred=False).exists():
        for year in proposal.project_years.order_by("pk"):
            year.access.get_or_create(role=Role.COORDINATOR, reason="shared by the group")


def _copy_budget(proposal: Proposal, year: ProjectYear) -> None:
    """Fill in the proposal's lines; the city's part is at most what the selection assessed."""
    lines = lower_city_part(list(proposal.budget_lines.order_by("pk")), proposal.assessed_yen)
    YearBudgetLine.objects.bulk_create(
        YearBudgetLine(year=year, **{name: getattr(line, name) for name in LINE_FIELDS})
        for line in lines
    )


@on("proposal", "renounce", "rescind")
def end_the_years(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    for year in proposal.project_years.filter(closed_at=None).order_by("pk"):
        follow(year, "withdraw", cause=proposal, by=by, at=at)


def _filed_on(facts: dict, at: datetime) -> date:
    """Return the day a paper was received, or the day of the move."""
    return facts.get("received_on") or japan_date(at)


@on("project_year", "apply", "reapply")
def keep_the_application(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    told = as_filed_on(year, _filed_on(facts, at))
    snapshot(year, {**content_of(year), **told}, by=by, at=at)


@on("proposal", "accept", binds=False)
def refuse_open_rules(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Accept nothing while a rule fails that nobody overrode, or waits for a person.

    :raises NotPossible: naming the rules.
    """
    rows = open_rules(rule_standings(proposal, on=japan_date(at)))
    if rows:
        raise NotPossible(
            _("These requirements are not met, or wait for an answer: %(rules)s.")
            % {"rules": listed(row.check.label for row in rows)}
        )


@on("proposal", "submit", "file_paper", "resubmit")
@on("proposal", "accept", binds=False)
def keep_the_check(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Put on record where the proposal stands with each rule, so that a change is seen."""
    _put_on_record(proposal, rule_standings(proposal, on=japan_date(at)), at=at)


def _put_on_record(case: Proposal | ProjectYear, rows: list[Standing], *, at: datetime) -> None:
    move = case.events.filter(verb__in=SINCE).order_by("-pk").first()
    EligibilityRecord.objects.create(
        case=case, verb=move.verb, on=japan_date(at), answers=as_recorded(rows), at=at
    )


@on("project_year", "postpone", "defer")
def refuse_a_year_twice(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a project from having two project years in one fiscal year.

    :raises NotPossible: naming the fiscal year.
    """
    if year.fiscal_year in year.years_of_others():
        raise NotPossible(
            _("The project already has a project year in fiscal year %(year)s.")
            % {"year": year.fiscal_year}
        )


@on("project_year", "postpone")
def end_the_agreement(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Strike out what was signed: a grant in another year has an agreement of its own."""
    year.signatures.filter(struck_at=None).update(struck_at=at)


@on("proposal", "reconsider")
def forget_the_letter_that_waits(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Let no letter leave about a result that is taken up again, where it still waits for a number."""
    waiting = LetterToNumber.objects.waiting().filter(case_id=proposal.pk)
    waiting.filter(kind__in=("selected", "reserved", "declined")).delete()


@on("proposal", "select")
def refuse_more_than_the_round_has(proposal: Proposal, *, by, at: datetime, facts: dict) -> None:
    """Stop a selection that an offer, or another decision, has left no budget for meanwhile.

    :raises NotPossible: saying by how much it is too much.
    """
    left = proposal.round.left_yen()
    if left is not None and left < 0:
        raise NotPossible(
            _("The budget of this round is not enough: %(over)s yen too much.")
            % {"over": f"{-left:,}"}
        )


@on("project_year", "grant")
def refuse_more_than_allowed(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Stop a grant above a limit that is set, whichever page or draft it came from.

    Several drafts may count on the same budget, so this looks at what is left when it is granted.

    :raises NotPossible: naming the limit, of the city's budget with its numbers.
    """
    if refusal := over_budget(year, year.granted_yen):
        raise NotPossible(refusal)
    for most, words in limits_yen(year):
        if year.granted_yen > most:
            raise NotPossible(words % {"most": f"{most:,}"})


@on("project_year", "apply", "reapply", "grant")
def keep_the_check_of_the_year(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Ask the rules again for the year whose grant is at stake, and put the answers on record."""
    rows = rule_standings(year.proposal, on=japan_date(at), year=year)
    _put_on_record(year, rows, at=at)


@on("project_year", "grant")
def keep_the_reckoning(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Keep with the decision how the amount was reckoned, as it was when it was decided."""
    year.reckoning = grantable(year).kept()
    year.save(update_fields=["reckoning"])


@on("project_year", "confirm")
def keep_the_confirmed_reckoning(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    amount = confirmable(year)
    year.confirmed_reckoning = amount.kept() if amount else None
    year.save(update_fields=["confirmed_reckoning"])


@on("claim", "submit", "resubmit")
def keep_the_claim(claim: Claim, *, by, at: datetime, facts: dict) -> None:
    """Keep what was claimed as a numbered version; of the balance, its date is met."""
    told = as_filed_on(claim, claim.claimed_on or japan_date(at))
    snapshot(claim, {**content_of_claim(claim), **told}, by=by, at=at)
    if claim.payment_kind == Claim.Kind.BALANCE:
        timekeeping.meet_deadlines(claim.project_year, ("claim",), at=at, on=claim.claimed_on)


@on("project_year", "confirm", "revoke", "withdraw", "postpone")
def drop_the_claims(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Close the claim of what goes out beforehand: from now on nothing does."""
    for claim in year.claims.filter(closed_at=None).order_by("pk"):
        follow(claim, "drop", cause=year, by=by, at=at)


@on("change", "submit", "resubmit")
def keep_the_request(change: ChangeRequest, *, by, at: datetime, facts: dict) -> None:
    """Keep what was asked for as a numbered version, beside the plan that counted then."""
    told = as_filed_on(change, _filed_on(facts, at))
    snapshot(change, {**content_of_change(change), **told}, by=by, at=at)


@on("change", "note", "approve")
def let_the_change_count(change: ChangeRequest, *, by, at: datetime, facts: dict) -> None:
    """Change the project year in the same transaction, or let it end or move."""
    if not change.changes_the_plan:
        end_or_move(change, by=by, at=at, facts=facts)
        return
    year = apply_change(change, by=by, at=at)
    if change.state == "approved":
        renew_the_agreement(year, at=at)
    return_the_claim(change, year, by=by, at=at)
    change.project_year = year
    if change.state == "approved":  # of one that is noted, the move itself tells
        outbox.tell(change, Party.ORGANIZATION, "change_in_effect", at=at, but=by)


@on("project_year", "withdraw", "postpone", "discontinue", "report", "confirm", "revoke")
def drop_the_change(year: ProjectYear, *, by, at: datetime, facts: dict) -> None:
    """Close a change that is not decided: what it would change is over."""
    for change in year.changes.filter(is_open=True):
        follow(change, "drop", cause=year, by=by, at=at)


@on("claim", "accept", "send_back", "drop", TAKE_BACK, binds=False)
def let_the_dates_follow(claim: Claim, *, by, at: datetime, facts: dict) -> None:
    """Let one date count of one payment: that of an accepted claim ends that of the balance."""
    if claim.payment_kind == Claim.Kind.BALANCE:
        follow_the_balance(claim.project_year, at=at)
