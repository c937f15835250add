"""What each party does next with a case beyond what its table says: yen, dates, signatures."""

from collections.abc import Callable
from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.calendar import JAPAN
from casework.desk_notes import desk_notes
from casework.desks import leave_off_desk, next_of, put_on_desk
from casework.flow import Text
from casework.models import Deadline
from casework.notice_words import in_words as day_in_words
from casework.parties import Party

from . import destroyed_drafts
from .advances import advance_yen, awaiting_advance
from .agreements import ACTS_AS, STANDING, lacking, names_of, unsigned
from .models import AgreementSignature, Claim, ProjectYear, Proposal, Terms, TermsAcceptance

Side, Signs = TermsAcceptance.Side, AgreementSignature.Party


def _years(ids: list[int]):
    found = ProjectYear.objects.filter(pk__in=ids).prefetch_related("payments", "signatures")
    return found.select_related("proposal__round__edition")


def money_to_move(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return, for each project year that waits for accounting, what to pay or to take back."""
    held = Q(state__in=ProjectYear.flow.states_held_by(Party.ACCOUNTING))
    waiting = _years(ids).filter(held | Q(pk__in=running_years_that_owe()))
    waiting = waiting.prefetch_related("claims")
    return {year.pk: _in_words(year) for year in waiting}


#: States in which a project year runs or reports, and a change may have left too much paid.
RUNNING = ("granted", "discontinued", "reported", "report_returned")


def running_years_that_owe() -> QuerySet:
    """Return the ids of years that are not confirmed and owe money back: their grant was changed."""
    owed = Deadline.objects.open().filter(kind="repayment").values("case")
    return ProjectYear.objects.filter(state__in=RUNNING, pk__in=owed).values("pk")


def _in_words(year: ProjectYear) -> Text:
    amount = {"amount": f"{abs(year.balance_yen):,}"}
    if year.balance_yen > 0 and (missing := unsigned(year)):
        words = _("The yearly agreement (年度協定書) is not signed yet by: %(parties)s.")
        return words % {"parties": names_of(missing)}
    if year.balance_yen > 0 and any(claim.state == "accepted" for claim in year.claims.all()):
        return _("%(amount)s yen are paid on the claim (請求書) of the group. Then settle the account.") % amount  # fmt: skip
    if year.balance_yen > 0:
        words = _("%(amount)s yen are left to be paid. They are paid once a claim (請求書) of the group is accepted.")  # fmt: skip
        return words % amount
    if year.balance_yen < 0 and year.state in RUNNING:
        words = _("%(amount)s yen have to come back from the group: its grant was lowered. Record the repayment when it has come.")  # fmt: skip
        return words % amount
    if year.balance_yen < 0:
        words = _(
            "%(amount)s yen have to come back from the group. When they have come, record the "
            "repayment and settle the account."
        )
        return words % amount
    return _("Nothing is left to pay or to come back. Settle the account.")


def drafts_to_read(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return what a coordinator does with each draft that was shared."""
    drafts = Proposal.objects.filter(pk__in=ids, filed_at=None)
    drafts = drafts.exclude(title=destroyed_drafts.TITLE).values_list("pk", flat=True)
    words = _(
        "The group shared this draft. Read it, and talk with the group before the call closes."
    )
    return dict.fromkeys(drafts, words)


def signature_of(party: str) -> Callable[[list[int], datetime], dict[int, Text]]:
    """Return the note of the years whose agreement lacks the signature of ``party``."""

    def notes(ids: list[int], at: datetime) -> dict[int, Text]:
        standing = _years(ids).filter(state__in=STANDING)
        return {year.pk: _to_sign(year, party) for year in standing if party in unsigned(year)}

    return notes


def years_to_sign(party: str) -> Callable[[], QuerySet]:
    """Return the query of the ids of years whose agreement lacks the signature of ``party``."""
    return lambda: lacking(party).values("pk")


def _to_sign(year: ProjectYear, party: str) -> Text:
    words = _("The yearly agreement (年度協定書) still lacks this signature: %(party)s. Nothing is paid out before all parties have signed.")  # fmt: skip
    note = words % {"party": names_of([party])}
    holds = ACTS_AS[Signs(party)] in year.stage.holders
    return f"{note} {year.stage.todo}" if holds else note


def reserves_not_covered(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return why a reserve gets no offer now: what is left of its round's budget is not enough.

    How much is left is not said: it tells of the other proposals, which the reader may have to avoid.
    """
    waiting = Proposal.objects.filter(pk__in=ids, state="reserve").select_related("round")
    rounds = {one.round_id: one.round for one in waiting}
    left = {pk: round.left_yen() for pk, round in rounds.items()}
    words = _("This place cannot be offered now: it needs %(amount)s yen, and what is left of the budget of this round does not cover that. Offer it when more becomes free.")  # fmt: skip
    return {
        one.pk: words % {"amount": f"{one.assessed_yen:,}"}
        for one in waiting
        if one.assessed_yen and (yen := left[one.round_id]) is not None and yen < one.assessed_yen
    }


def money_to_pay_back(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return what each group has to pay back, how many yen, and by when."""
    owed = Deadline.objects.open().filter(kind="repayment").prefetch_related("extensions")
    over = Q(state__in=("confirmed", "revoked"))
    waiting = _years(ids).filter(over | Q(pk__in=running_years_that_owe()))
    waiting = waiting.prefetch_related(Prefetch("deadlines", owed, to_attr="repayments"))
    return {year.pk: _to_pay_back(year) for year in waiting if year.balance_yen < 0}


def _to_pay_back(year: ProjectYear) -> Text:
    due = next_of(year.repayments)
    amount = {"amount": f"{-year.balance_yen:,}"}
    if due is None or due.ends_on is None:
        return _("Your group has to pay back %(amount)s yen to the city. The office tells you by when.") % amount  # fmt: skip
    by = {**amount, "day": day_in_words(due.ends_on, get_language() or "ja")}
    return _("Your group has to pay back %(amount)s yen to the city by %(day)s.") % by


def terms_to_accept(side: str) -> Callable[[list[int], datetime], dict[int, Text]]:
    """Return the note of the talks in which terms are written: accept them, or wait."""

    def notes(ids: list[int], at: datetime) -> dict[int, Text]:
        talks = Proposal.objects.filter(pk__in=ids, state="coordinating")
        answers = _answers(side, talks.values("pk"))
        return {proposal: _of_terms(side, accepted) for proposal, accepted in answers.items()}

    return notes


def _of_terms(side: str, accepted: bool) -> Text:
    if not accepted:
        return _("Roles and costs are written down. Read them, and accept them or propose another version.")  # fmt: skip
    other = next(label for code, label in Side.choices if code != side)
    return _("Your side has accepted the roles and costs. They now wait for: %(side)s.") % {
        "side": other
    }


def _answers(side: str, proposals) -> dict[int, bool]:
    """Return, for each proposal that has terms, whether ``side`` accepted them as they stand now."""
    newer = Terms.objects.filter(proposal=OuterRef("proposal"), version__gt=OuterRef("version"))
    standing = Terms.objects.filter(~Exists(newer), proposal__in=proposals)
    acceptance = TermsAcceptance.objects.filter(terms=OuterRef("pk"), side=side)
    return dict(standing.annotate(accepted=Exists(acceptance)).values_list("proposal", "accepted"))


def has_accepted(proposal: Proposal, side: str) -> bool:
    """Return whether ``side`` has accepted the terms as they stand now."""
    return _answers(side, [proposal.pk]).get(proposal.pk, False)


def call_is_over(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return the note of the drafts that can no longer be submitted."""
    words = _("The call has closed, so this draft cannot be submitted any more. Withdraw it, or keep it to copy from.")  # fmt: skip
    late = Proposal.objects.filter(pk__in=ids, state="draft", round__closes_at__lte=at)
    drafts = late.filter(received_on=None).only("title")
    return {draft.pk: _of_destroyed(draft) or words for draft in drafts}


def _of_destroyed(draft: Proposal) -> Text:
    day = destroyed_drafts.destroyed_on(draft)
    return destroyed_drafts.in_words(day) if day else ""


def projects_over(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return the note of the proposals whose project years have all ended."""
    words = _("All project years of this proposal have ended. Nothing is expected any more; see the years below.")  # fmt: skip
    ready = Proposal.objects.filter(pk__in=ids, state="ready").prefetch_related("project_years")
    return {p.pk: words for p in ready if not p.has_year_under_way()}


def drafts_too_late(day: date):
    """Return the ids of drafts whose call closed before ``day``, Japan date."""
    late = Proposal.objects.filter(state="draft", received_on=None)
    midnight = datetime.combine(day, time.min, tzinfo=JAPAN)
    return late.filter(round__closes_at__lte=midnight).values("pk")


def advances_to_claim(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return the note of the years whose group can claim what its course pays in advance."""
    words = _("Carry out the project, keep every receipt, and send the report. Your group can claim up to %(amount)s yen in advance (概算払).")  # fmt: skip
    waiting = awaiting_advance().filter(pk__in=ids).select_related("proposal__round")
    return {year.pk: words % {"amount": f"{advance_yen(year):,}"} for year in waiting}


def balance_to_claim(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return what each group has left to claim, where it owes the claim by a date."""
    words = _("The amount is confirmed. Claim the %(amount)s yen that are left to be paid.")
    under_way = Claim.objects.filter(closed_at=None).values("project_year")
    waiting = _years(ids).filter(state="confirmed").exclude(pk__in=under_way)
    return {
        year.pk: words % {"amount": f"{year.balance_yen:,}"}
        for year in waiting
        if year.balance_yen > 0
    }


def claims_to_pay(ids: list[int], at: datetime) -> dict[int, Text]:
    """Return what accounting pays for each accepted claim, and to whom."""
    words = _("Pay %(amount)s yen (%(kind)s) to %(group)s, and record the payment.")
    found = Claim.objects.filter(pk__in=ids, state="accepted").select_related("organization")
    return {
        claim.pk: words
        % {
            "amount": f"{claim.amount_yen:,}",
            "kind": claim.get_payment_kind_display(),
            "group": claim.organization,
        }
        for claim in found
    }


for signs, party in ACTS_AS.items():
    desk_notes(ProjectYear.KIND, party, signature_of(signs))
    put_on_desk(party, years_to_sign(signs))
desk_notes(ProjectYear.KIND, Party.ACCOUNTING, money_to_move)
put_on_desk(Party.ACCOUNTING, running_years_that_owe)
desk_notes(Claim.KIND, Party.ACCOUNTING, claims_to_pay)
desk_notes(Proposal.KIND, Party.COORDINATOR, drafts_to_read)
desk_notes(Proposal.KIND, Party.OFFICE, reserves_not_covered)
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, advances_to_claim)
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, balance_to_claim)
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, money_to_pay_back)
desk_notes(Proposal.KIND, Party.ORGANIZATION, terms_to_accept(Side.ORGANIZATION))
desk_notes(Proposal.KIND, Party.DEPARTMENT, terms_to_accept(Side.DEPARTMENT))
desk_notes(Proposal.KIND, Party.ORGANIZATION, call_is_over)
desk_notes(Proposal.KIND, Party.ORGANIZATION, projects_over)
leave_off_desk(Party.ORGANIZATION, drafts_too_late)
