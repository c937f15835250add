"""What each party does next with a case beyond what its table says: yen, dates, signatures."""

from collections.abc import Callable
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from casework.calendar import JAPAN, japan_date
from casework.desk_notes import desk_notes
from casework.desks import leave_off_desk, put_on_desk
from casework.flow import Text
from casework.models import Deadline
from casework.notice_words import in_words as day_in_words
from casework.parties import Party

from . import destroyed_drafts
from .advances import advance_yen, awaits_advance
from .agreements import ACTS_AS, STANDING, lacking, names_of, unsigned
from .charge_dates import CHARGE
from .charges_owed import CHARGED_IN, fixed_yen
from .models import AgreementSignature, Claim, ProjectYear, Proposal, TermsAcceptance

Side, Signs = TermsAcceptance.Side, AgreementSignature.Party


def money_to_move(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return, for each project year that waits for accounting, what to pay or to take back."""
    waiting = ProjectYear.flow.states_held_by(Party.ACCOUNTING)
    moved = [year for year in years if year.state in waiting or owes_in_between(year)]
    square = [year for year in moved if year.balance_yen == 0]
    charged = fixed_yen(square, today=japan_date(at))
    words = _("All has come back. Charges (加算金・延滞金) of %(amount)s yen are open: record them when they have come, or the office waives them. Then settle the account.")  # fmt: skip
    notes = {pk: words % {"amount": f"{yen:,}"} for pk, yen in charged.items()}
    return {year.pk: _in_words(year) for year in moved} | notes


#: States in which a project year runs or reports, and a change may have left too much paid.
RUNNING = ("granted", "discontinued", "reported", "report_returned")


def owes_in_between(year: ProjectYear) -> bool:
    """Return whether a change left more paid than is granted, before the amount is confirmed."""
    return year.state in RUNNING and year.balance_yen < 0


def running_years_that_owe() -> QuerySet:
    """Return the ids of years that are not confirmed and owe money back: their grant was changed."""
    owed = Deadline.objects.open().filter(kind="repayment").values("case")
    return ProjectYear.objects.filter(state__in=RUNNING, pk__in=owed).values("pk")


def _in_words(year: ProjectYear) -> Text:
    amount = {"amount": f"{abs(year.balance_yen):,}"}
    if year.balance_yen > 0 and (missing := unsigned(year)):
        words = _("The yearly agreement (年度協定書) is not signed yet by: %(parties)s.")
        return words % {"parties": names_of(missing)}
    if year.balance_yen > 0 and year.accepted_claim:
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


def drafts_to_read(proposals: list[Proposal], at: datetime) -> dict[int, Text]:
    """Return what a coordinator does with each draft that was shared."""
    drafts = [
        proposal.pk
        for proposal in proposals
        if proposal.filed_at is None and proposal.title != destroyed_drafts.TITLE
    ]
    words = _(
        "The group shared this draft. Read it, and talk with the group before the call closes."
    )
    return dict.fromkeys(drafts, words)


def signature_of(party: str) -> Callable[[list[ProjectYear], datetime], dict[int, Text]]:
    """Return the note of the years whose agreement lacks the signature of ``party``."""

    def notes(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
        standing = [year for year in years if year.state in STANDING]
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


def reserves_not_covered(proposals: list[Proposal], at: datetime) -> dict[int, Text]:
    """Return why a reserve gets no offer now: what is left of its round's budget is not enough.

    How much is left is not said: it tells of the other proposals, which the reader may have to avoid.
    """
    waiting = [proposal for proposal in proposals if proposal.state == "reserve"]
    rounds = {one.round_id: one.round for one in waiting}
    left = {pk: round.left_yen() for pk, round in rounds.items()}
    words = _("This place cannot be offered now: it needs %(amount)s yen, and what is left of the budget of this round does not cover that. Offer it when more becomes free.")  # fmt: skip
    return {
        one.pk: words % {"amount": f"{one.assessed_yen:,}"}
        for one in waiting
        if one.assessed_yen and (yen := left[one.round_id]) is not None and yen < one.assessed_yen
    }


def money_to_pay_back(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return what each group has to pay back, how many yen, and by when."""
    over = [
        year for year in years if year.state in ("confirmed", "revoked") or owes_in_between(year)
    ]
    waiting = [year for year in over if year.balance_yen < 0]
    return {year.pk: _to_pay_back(year, year.to_pay_back_by) for year in waiting}


def nothing_to_pay_back(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return the note of the revoked years of which all has come back."""
    words = _("Nothing has to be paid back any more. The city settles the account.")
    over = [year for year in years if year.state in ("confirmed", "revoked")]
    square = [year for year in over if year.balance_yen == 0]
    charged = fixed_yen(square, today=japan_date(at))
    notes = {year.pk: words for year in square if year.state == "revoked"}
    return notes | {pk: _of_the_charge(yen) for pk, yen in charged.items()}


def charges_without_date(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return what the office sets a date for: charges whose days the rules do not say."""
    square = [year for year in years if year.state in CHARGED_IN and year.balance_yen == 0]
    charged = fixed_yen(square, today=japan_date(at))
    dateless = set(_dates_not_set().filter(case__in=charged).values_list("case", flat=True)) if charged else ()  # fmt: skip
    words = _("Charges (加算金・延滞金) of %(amount)s yen are owed without a date. Set the date by which they are paid, as on the payment slip (納入通知書).")  # fmt: skip
    return {pk: words % {"amount": f"{charged[pk]:,}"} for pk in dateless}


def _dates_not_set() -> QuerySet:
    return Deadline.objects.open().filter(kind=CHARGE, due_on=None, extensions=None)


def years_with_charges_without_date() -> QuerySet:
    """Return the ids of years whose group owes a charge for which nobody has set a date."""
    return _dates_not_set().values("case")


def _of_the_charge(yen: int) -> Text:
    words = _("All that had to come back is back. Pay the charges (加算金・延滞金) of %(amount)s yen to the city, as the office tells you.")  # fmt: skip
    return words % {"amount": f"{yen:,}"}


def _to_pay_back(year: ProjectYear, ends_on: date | None) -> Text:
    amount = {"amount": f"{-year.balance_yen:,}"}
    if ends_on is None:
        return _("Your group has to pay back %(amount)s yen to the city. The office tells you by when.") % amount  # fmt: skip
    by = {**amount, "day": day_in_words(ends_on)}
    return _("Your group has to pay back %(amount)s yen to the city by %(day)s.") % by


def terms_to_accept(side: str) -> Callable[[list[Proposal], datetime], dict[int, Text]]:
    """Return the note of the talks in which terms are written: accept them, or wait."""

    def notes(proposals: list[Proposal], at: datetime) -> dict[int, Text]:
        talks = [one for one in proposals if one.state == "coordinating" and one.has_terms()]
        return {one.pk: _of_terms(side, has_accepted(one, side)) for one in talks}

    return notes


def _of_terms(side: str, accepted: bool) -> Text:
    if not accepted:
        return _("Roles and costs are written down. Read them, and accept them or propose another version.")  # fmt: skip
    other = next(label for code, label in Side.choices if code != side)
    return _("Your side has accepted the roles and costs. They now wait for: %(side)s.") % {
        "side": other
    }


def has_accepted(proposal: Proposal, side: str) -> bool:
    """Return whether ``side`` has accepted the terms as they stand now."""
    return side in proposal.sides_in_agreement()


def call_is_over(proposals: list[Proposal], at: datetime) -> dict[int, Text]:
    """Return the note of the drafts that can no longer be submitted."""
    words = _("The call has closed, so this draft cannot be submitted any more. Withdraw it, or keep it to copy from.")  # fmt: skip
    drafts = (one for one in proposals if one.state == "draft" and one.received_on is None)
    late = (draft for draft in drafts if draft.round.closes_at <= at)
    return {draft.pk: _of_destroyed(draft) or words for draft in late}


def _of_destroyed(draft: Proposal) -> Text:
    day = destroyed_drafts.destroyed_on(draft)
    return destroyed_drafts.in_words(day) if day else ""


def projects_over(proposals: list[Proposal], at: datetime) -> dict[int, Text]:
    """Return the note of the proposals whose project years have all ended."""
    words = _("All project years of this proposal have ended. Nothing is expected any more; see the years below.")  # fmt: skip
    ready = (proposal for proposal in proposals if proposal.state == "ready")
    return {one.pk: words for one in ready if not one.has_year_under_way()}


def drafts_too_late(day: date):
    """Return the ids of drafts whose call closed before ``day``, Japan date."""
    late = Proposal.objects.filter(state="draft", received_on=None)
    midnight = datetime.combine(day, time.min, tzinfo=JAPAN)
    return late.filter(round__closes_at__lte=midnight).values("pk")


def advances_to_claim(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return the note of the years whose group can claim what its course pays in advance."""
    words = _("Carry out the project, keep every receipt, and send the report. Your group can claim up to %(amount)s yen in advance (概算払).")  # fmt: skip
    waiting = (year for year in years if awaits_advance(year))
    return {year.pk: words % {"amount": f"{advance_yen(year):,}"} for year in waiting}


def account_to_settle(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return what the office waits for before it settles the account of a confirmed year."""
    confirmed = [year for year in years if year.state == "confirmed"]
    notes = money_to_move([year for year in confirmed if year.balance_yen >= 0], at)
    words = _("%(amount)s yen have to come back from the group. Accounting records them when they have come; then settle the account.")  # fmt: skip
    owing = [year for year in confirmed if year.balance_yen < 0]
    return notes | {year.pk: words % {"amount": f"{-year.balance_yen:,}"} for year in owing}


def balance_on_its_way(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return what each group is still paid on its claim, once the office has accepted it."""
    words = _("The city pays the %(amount)s yen that are left, on your claim (請求書). You need not do anything.")  # fmt: skip
    confirmed = (year for year in years if year.state == "confirmed" and year.accepted_claim)
    waiting = (year for year in confirmed if year.balance_yen > 0)
    return {year.pk: words % {"amount": f"{year.balance_yen:,}"} for year in waiting}


def balance_to_claim(years: list[ProjectYear], at: datetime) -> dict[int, Text]:
    """Return what each group has left to claim, where it owes the claim by a date."""
    words = _("The amount is confirmed. Claim the %(amount)s yen that are left to be paid.")
    confirmed = (year for year in years if year.state == "confirmed" and not year.has_open_claim)
    waiting = (year for year in confirmed if year.balance_yen > 0)
    return {year.pk: words % {"amount": f"{year.balance_yen:,}"} for year in waiting}


def claims_to_pay(claims: list[Claim], at: datetime) -> dict[int, Text]:
    """Return what accounting pays for each accepted claim, and to whom."""
    words = _("Pay %(amount)s yen (%(kind)s) to %(group)s, and record the payment.")
    found = (claim for claim in claims if claim.state == "accepted")
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
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, balance_on_its_way)
desk_notes(ProjectYear.KIND, Party.OFFICE, account_to_settle)
desk_notes(ProjectYear.KIND, Party.OFFICE, charges_without_date)
put_on_desk(Party.OFFICE, years_with_charges_without_date)
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, money_to_pay_back)
desk_notes(ProjectYear.KIND, Party.ORGANIZATION, nothing_to_pay_back)
desk_notes(Proposal.KIND, Party.ORGANIZATION, terms_to_accept(Side.ORGANIZATION))
desk_notes(Proposal.KIND, Party.DEPARTMENT, terms_to_accept(Side.DEPARTMENT))
desk_notes(Proposal.KIND, Party.ORGANIZATION, call_is_over)
desk_notes(Proposal.KIND, Party.ORGANIZATION, projects_over)
leave_off_desk(Party.ORGANIZATION, drafts_too_late)
