"""The parts of the case page that proposals and project years add."""

from dataclasses import dataclass
from datetime import date

import rules
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from casework import messaging, representatives
from casework.calendar import first_day
from casework.flow import Text
from casework.models import Case, Deadline, Remark
from casework.models.deadline import deadlines_of, open_deadline, with_extensions
from casework.panels import CONTACT, CONTENT, COORDINATION, MONEY, PAPERS, REQUIREMENTS, panel
from casework.parties import Party, is_held
from casework.work_pages import work_page

from . import agreements, claims, destroyed_drafts, printing, processing, services
from .adoptions import cap_of
from .advancing import advanced
from .categories import by_code
from .charge_dates import CHARGE
from .charges_owed import CHARGED_IN
from .desk_notes import has_accepted
from .eligibility import Check, Outcome
from .forms.projects import MatchingNoteForm
from .forms.rule_words import alike_in_words, what_is_open
from .models import (
    AgreementSignature,
    BankAccount,
    ChangeRequest,
    Claim,
    ProjectYear,
    Proposal,
    Side,
    TermsAcceptance,
)
from .models.proposal import WITH_YEARS
from .reckoning import grantable, over_asked, shown_to_group
from .standing import Standing, changes_since, last_record, rule_standings

#: Shown beside the words of an outcome; the words say the same.
ICONS = {Outcome.PASSES: "✓", Outcome.FAILS: "✗", Outcome.NOT_SET: "–", Outcome.NEEDS_PERSON: "?"}
TONES = {Outcome.PASSES: "good", Outcome.FAILS: "bad", Outcome.NOT_SET: "neutral",
         Outcome.NEEDS_PERSON: "action"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filing:
    """Whether a proposal is filed, as one plain fact.

    :param filed: whether it was ever filed.
    :param waiting: whether a supplement was asked for and is not filed yet.
    :param destroyed: that and when what was written was destroyed; empty if it was not.
    """

    filed: bool
    waiting: bool
    number: str
    at: object
    received_on: object
    destroyed: str


def filing(proposal: Proposal, request) -> Filing:
    day = destroyed_drafts.destroyed_on(proposal)
    return Filing(
        filed=proposal.submitted_at is not None,
        waiting=proposal.state == "returned",
        number=proposal.number or "",
        at=proposal.submitted_at,
        received_on=proposal.received_on,
        destroyed=destroyed_drafts.in_words(day) if day else "",
    )


def supplement_asked(case) -> Remark | None:
    """Return the office's words about the supplement that is open now."""
    if case.state != "returned":
        return None
    asked = case.events.filter(verb="send_back").order_by("-pk").first()
    told = asked.facts.get("reason") if asked else None
    return case.remarks.filter(pk=told["remark"]).first() if told else None


def is_party(user, case) -> bool:
    """Return whether ``user`` is of the group, or of those in the city who decide or audit."""
    deciding = user.duties.holds("office", "approver", "auditor")
    return deciding or case.organization_id in user.duties.organizations


# The proposal


def filing_panel(proposal: Proposal, request) -> dict:
    user = request.user
    is_draft = proposal.filed_at is None and proposal.title != destroyed_drafts.TITLE
    may_share = user.duties.edits(proposal.organization_id) and is_draft
    shared = proposal.is_shared()
    return {
        "case": proposal,
        "call": proposal.round,
        "is_open": proposal.round.is_open(request.now),
        "filing": filing(proposal, request),
        "may_edit": services.may_edit(proposal, user),
        "may_share": may_share and not shared,
        "no_coordinator": may_share and not is_held(Role.COORDINATOR, day=request.today),
        "shared": shared,
        "is_party": is_party(user, proposal),
    }


def missing_panel(case, request) -> dict | None:
    """What is still missing, while somebody can do something about it."""
    if isinstance(case, Proposal):
        writes = services.may_edit(case, request.user)
    else:
        writes = services.may_edit_year(case, request.user)
    if not writes:
        return None
    return {"case": case, "missing": case.missing_parts(), "over": over_asked(case)}


def reads_requirements(proposal: Proposal, user) -> bool:
    return is_party(user, proposal) and proposal.title != destroyed_drafts.TITLE


def eligibility_panel(proposal: Proposal, request) -> dict:
    """Each rule with what the group has, what is asked, where it stands, and how to mend it."""
    user = request.user
    record, weighed = last_record(proposal), _is_weighed(proposal)
    day = request.today if weighed or record is None else record.on
    rows = rule_standings(proposal, on=day)
    for_the_city = user.duties.holds("office", "approver", "auditor")
    shown = [
        _row_of(row, proposal, user)
        for row in rows
        if for_the_city or row.check.code != "same_group"
    ]
    return {
        "case": proposal,
        "answers": [row for row in shown if row["standing"].outcome != Outcome.NOT_SET],
        "not_set": [row for row in shown if row["standing"].outcome == Outcome.NOT_SET],
        "on": day,
        "undecided": proposal.state in ("draft", "returned", "submitted"),
        "changes": changes_since(record, rows) if weighed and for_the_city else None,
        "for_the_city": for_the_city,
        "may_answer": services.may_answer(proposal, user),
    }


def _is_weighed(proposal: Proposal) -> bool:
    """Return whether something is still to be decided that rests on the rules."""
    if proposal.state != "ready":
        return not proposal.stage.final
    return proposal.project_years.filter(granted_yen=None, closed_at=None).exists()


def _row_of(row: Standing, proposal: Proposal, user) -> dict:
    check = row.check
    return {
        "standing": row,
        "check": check,
        "icon": ICONS[row.outcome],
        "tone": TONES[row.outcome],
        "words": Outcome(row.outcome).label,
        "address": _mended_at(check, proposal, user),
        "alike": alike_in_words(check.alike) if check.alike else "",
    }


#: Rules whose answer is mended elsewhere than in the group's data.
MENDED_AT = {
    "min_officers": "accounts:officer-list",
    **dict.fromkeys(
        (
            "cap_yen", "project_in_city", "public_interest", "no_new_facility",
            "excluded_purposes", "other_subsidy",
        ),
        "grants:proposal-edit",
    ),
    "pledges": "grants:proposal-pledge",
}  # fmt: skip
#: Rules whose answer no page mends, and those that no page mends once their day is known.
MENDED_BY_HAND = ("max_adoptions", "same_group", "nonprofit", "proper_accounting")
MENDED_BY_TIME = ("max_age_years", "min_activity_years")


def _mended_at(check: Check, proposal: Proposal, user) -> str:
    """Return the page on which ``user`` can change the answer; empty if they cannot."""
    if not check.mend:
        return ""
    page = MENDED_AT.get(check.code, "accounts:organization-edit")
    if check.code in MENDED_BY_HAND or (check.code in MENDED_BY_TIME and check.value):
        return ""
    if page.startswith("grants:"):
        may, pk = services.may_edit(proposal, user), proposal.pk
    else:
        group = proposal.organization
        may, pk = user.has_perm("accounts.edit_organization", group), group.pk
    return reverse(page, args=[pk]) if may else ""


def is_written(proposal: Proposal, user) -> bool:
    """Return whether the words of ``proposal`` are still there."""
    return proposal.title != destroyed_drafts.TITLE


def content_panel(proposal: Proposal, request) -> dict:
    over = over_asked(proposal) if proposal.stage.holders else None
    named = [row.named for row in advanced(proposal) if row.named]
    return {"case": proposal, "over": over, **printing.content(proposal), "measures": named}


def is_matched(proposal: Proposal, user) -> bool:
    return proposal.matches_department and proposal.submitted_at is not None


def matching_panel(proposal: Proposal, request) -> dict:
    """Which department was wished for and asked, and what was talked about."""
    user = request.user
    may_note = user.has_perm("grants.match", proposal)
    ids = [
        event.facts["note"]["remark"]
        for event in (proposal.events.filter(verb__in=("note", "match")) if may_note else ())
        if "note" in event.facts
    ]
    notes = proposal.remarks.filter(pk__in=ids).select_related("by").order_by("-pk")
    return {
        "case": proposal,
        "notes": notes if ids else [],
        "form": MatchingNoteForm() if may_note and proposal.closed_at is None else None,
        "may_note": may_note,
    }


@dataclass(frozen=True, slots=True)
class SideOfTerms:
    """Whether one side accepted the terms as they stand, and whether the reader can."""

    code: str
    label: Text
    accepted: TermsAcceptance | None
    may_accept: bool


def terms_panel(proposal: Proposal, request) -> dict | None:
    """Roles and costs (事前調整): the version that stands, and who accepted it when."""
    if not proposal.has_terms() and proposal.state != "coordinating":
        return None
    acceptances = Prefetch("acceptances", TermsAcceptance.objects.select_related("by"))
    rows = proposal.terms.select_related("by").prefetch_related(acceptances)
    versions = list(rows.order_by("-version"))
    own = services.sides_of(request.user, proposal) if proposal.state == "coordinating" else []
    latest = versions[0] if versions else None
    accepted = {row.side: row for row in latest.acceptances.all()} if latest else {}
    sides = [
        SideOfTerms(code, label, accepted.get(code), code in own and code not in accepted)
        for code, label in TermsAcceptance.Side.choices
    ]
    return {
        "case": proposal,
        "terms": latest,
        "earlier": versions[1:],
        "sides": sides if latest else [],
        "may_propose": services.may_propose_terms(proposal, request.user),
    }


def versions_panel(case, request) -> dict | None:
    versions = list(case.versions.defer("content").select_related("by").order_by("-number"))
    return {"case": case, "versions": versions} if versions else None


def may_have_years(proposal: Proposal, user) -> bool:
    """Return whether a project year may have been opened; it stays when the project is given up."""
    return proposal.state in WITH_YEARS


def years_panel(proposal: Proposal, request) -> dict | None:
    years = list(proposal.project_years.visible_to(request.user).order_by("position"))
    return {"case": proposal, "years": years, "here": None} if years else None


# The project year


def has_plan(year: ProjectYear, user) -> bool:
    """Return whether ``year`` is more than expected: its plan and its money are there."""
    return year.state != "expected"


def application_panel(year: ProjectYear, request) -> dict:
    """What is done this year, its budget, and the door to the form; once it is to be applied for."""
    lines = year.lines()
    sides = {side: [line for line in lines if line.side == side] for side in Side.values}
    return {
        "case": year,
        "year": year,
        "asked": supplement_asked(year),
        "may_edit": services.may_edit_year(year, request.user),
        "income": sides[Side.INCOME],
        "income_yen": sum(line.amount_yen for line in sides[Side.INCOME]),
        "expenditure": sides[Side.EXPENDITURE],
        "expenditure_yen": sum(line.amount_yen for line in sides[Side.EXPENDITURE]),
        "requested_yen": year.requested_yen,
        "categories": by_code(year.rules.categories),
        "begins_on": None if weighs_decision(year, request.user) else _begins_later(year, request),
    }


def _begins_later(year: ProjectYear, request) -> date | None:
    """Return the first day of a fiscal year that has not begun."""
    begins_on = first_day(year.fiscal_year)
    return begins_on if request.today < begins_on else None


def money_panel(year: ProjectYear, request) -> dict:
    """Asked, granted, paid, and what is still open, with the ledger."""
    balance, ledger = year.balance_yen, year.payments.select_related("of", "reversal", "claim")
    may_enter = request.user.has_perm("grants.record_payment", year)
    return {
        "case": year,
        "year": year,
        "requested_yen": year.requested_yen,
        "cap_yen": cap_of(year.proposal),
        "cap_source": year.rules.source("cap_yen"),
        "granted_so": shown_to_group(year.reckoning),
        "confirmed_so": shown_to_group(year.confirmed_reckoning),
        "payments": list(ledger.order_by("paid_on", "pk")) if year.has_ledger else [],
        "paid_yen": year.paid_yen,
        "to_pay_yen": max(balance, 0),
        "to_come_back_yen": max(-balance, 0),
        "unsigned": agreements.names_of(agreements.unsigned(year)) if year.granted_yen else "",
        "may_enter": may_enter and balance < 0 and not year.stage.final,
        "may_reverse": may_enter and not year.stage.final,
    }  # fmt: skip


def claims_panel(year: ProjectYear, request) -> dict | None:
    """What can be claimed now, how much and why not, and the claims there are (請求書)."""
    user = request.user
    if year.granted_yen is None and not year.has_claims:
        return None
    seen = Claim.objects.visible_to(user).filter(project_year=year)
    found = list(seen.order_by("pk")) if year.has_claims else []
    may_write = user.has_perm("grants.write", year) and not year.stage.final
    return {
        "case": year,
        "claims": found,
        "year": year,
        "begins_on": None if year.stage.final else _begins_later(year, request),
        "rooms": [
            (room, Claim.Kind(room.kind).label, _about(room.kind)) for room in _still_claimed(year)
        ],
        "source": year.rules.source(claims.RULE),
        "may_start": may_write and not year.has_open_claim,
        "waits_for_claim": may_write and year.has_open_claim,
        "is_over": year.stage.final,
        **_account_of(year, user),
    }


def _still_claimed(year: ProjectYear) -> list[claims.Room]:
    """Return the kinds that can be claimed now or later; once the amount stands, nothing beforehand."""
    over = claims.BEFOREHAND if year.state in ("confirmed", "revoked") else ()
    return [room for room in claims.rooms(year) if room.kind not in over]


def _account_of(case, user) -> dict:
    """Whether a bank account of the group is registered: since when, never which."""
    kept = BankAccount.objects.current().filter(organization=case.organization_id)
    return {
        "account": case.registered_account()
        if isinstance(case, Claim)
        else kept.select_related("by").first(),
        "may_enter_account": user.has_perm("grants.enter_bank_account", case.organization),
    }


#: What each kind means for the group.
ABOUT = {
    claims.ADVANCE: _("Before the amount is confirmed. It is settled with the report (精算)."),
    claims.PREPAYMENT: _("Before the project is carried out. No settlement (精算) follows."),
    claims.BALANCE: _("What is left once the amount is confirmed."),
}


def _about(kind: str) -> Text:
    return ABOUT[kind]


def claim_panel(claim: Claim, request) -> dict:
    """What is claimed, whether it can be paid, where it is paid to, and what was paid."""
    year, user = claim.project_year, request.user
    return {
        "case": claim,
        "claim": claim,
        "year": year,
        "room": claim.room,
        "about": _about(claim.payment_kind),
        "is_open": not claim.stage.final,
        "begins_on": None if claim.stage.final else _begins_later(year, request),
        "payments": claim.paid_by(),
        "may_edit": services.may_edit_on_year(claim, user),
        "missing": claim.missing_parts() if services.may_edit_on_year(claim, user) else None,
        "may_pay": claim.state == "accepted" and user.has_perm("grants.record_payment", year),
        "may_read_account": claim.bank_account_id is not None
        and rules.has_perm("grants.read_bank_account", user),
        "sent_account": claim.bank_account,
        **_account_of(claim, user),
    }


def decision_panel(year: ProjectYear, request) -> dict:
    """What the office looks at before it drafts the grant: budget, what the rules come to, going on."""
    return {
        "case": year,
        "year": year,
        "budget": year.program_budget(),
        "may_enter_budget": rules.has_perm("grants.plan", request.user),
        "begins_on": _begins_later(year, request),
        "amount": grantable(year) if year.state != "expected" else None,
    }


def requirements_panel(year: ProjectYear, request) -> dict | None:
    """What changed of the requirements since the last record, and what is not met now."""
    return {"case": year, "requirements": what_is_open(year, today=request.today)}


def weighs_requirements(year: ProjectYear, user) -> bool:
    return year.state != "expected" and weighs_decision(year, user)


def weighs_decision(year: ProjectYear, user) -> bool:
    """Return whether ``user`` is shown what comes before the decision, which is still to be made."""
    deciding = user.duties.holds("office", "approver", "auditor")
    return deciding and year.state in ("expected", "planned", "returned", "applied")


@dataclass(frozen=True, slots=True)
class PartyOfAgreement:
    """Whether one party has signed the yearly agreement, and whether the reader can record it."""

    label: Text
    signature: AgreementSignature | None
    may_sign: bool


def agreement_panel(year: ProjectYear, request) -> dict | None:
    """Who has signed the yearly agreement (年度協定書), who has not, and what waits for it."""
    parties = agreements.parties_of(year)
    if not parties or year.granted_yen is None:
        return None
    rows = year.signatures.filter(struck_at=None).select_related("by") if year.signed_by else ()
    signed = {row.party: row for row in rows}
    signable = agreements.signable_by(request.user, year)
    rows = [
        PartyOfAgreement(AgreementSignature.Party(p).label, signed.get(p), p in signable)
        for p in parties
    ]
    handles = request.user.has_perm("grants.handle", year)
    return {
        "case": year,
        "rows": rows,
        "missing": agreements.names_of([p for p in parties if p not in signed]),
        "parties_are_set": year.rules.text("agreement_parties") is not None,
        "may_sign": bool(signable),
        "for_others": handles,
        "may_strike": handles and year.state in agreements.STANDING,
    }


def siblings_panel(year: ProjectYear, request) -> dict:
    """The proposal, and all years of it; one query, in which what is barred does not come."""
    years = ProjectYear.objects.filter(proposal=year.proposal_id).order_by().values("pk")
    of_project = years.union(Proposal.objects.filter(pk=year.proposal_id).values("pk"))
    seen = Case.objects.visible_to(request.user).filter(pk__in=of_project)
    seen = seen.select_related("projectyear")
    found = list(seen.order_by("projectyear__position"))
    proposal = next((case for case in found if case.pk == year.proposal_id), None)
    years = [case for case in found if case.kind == ProjectYear.KIND]
    return {"case": year, "years": years, "here": year.pk, "proposal": proposal}


#: Where an application stands while it waits for its decision.
UNDECIDED = {
    Proposal.KIND: ("submitted", "returned", "accepted", "matching", "matched", "in_selection"),
    ProjectYear.KIND: ("applied", "returned"),
}


def clocks_panel(case: Proposal | ProjectYear, request) -> dict | None:
    """The clock of the office until the decision, and what the group owes by a date."""
    if case.state not in UNDECIDED[case.kind]:
        return None
    rows = with_extensions(case, deadlines_of(case))
    open_ones = (row for row in rows if row.is_open)
    return {
        "case": case,
        "clock": processing.clock_of(case, rows, today=request.today),
        "owed": [row for row in open_ones if row.owed_by == Party.ORGANIZATION],
    }


def put(kind: str, name: str, context, order: int, **where) -> None:
    panel(kind, f"grants/panels/{name}.html", context, order, **where)


P, Y, C = Proposal.KIND, ProjectYear.KIND, Claim.KIND
put(P, "filing", filing_panel, 10)
put(P, "missing", missing_panel, 20)
put(P, "clocks", clocks_panel, 25)
put(P, "years", years_panel, 60, offered=may_have_years)
put(P, "eligibility", eligibility_panel, 30, part=REQUIREMENTS, offered=reads_requirements)
put(P, "matching", matching_panel, 40, part=COORDINATION, offered=is_matched)
put(P, "terms", terms_panel, 50, part=COORDINATION, offered=is_matched)
put(P, "content", content_panel, 70, part=CONTENT, offered=is_written)
put(P, "versions", versions_panel, 80, part=PAPERS)
put(Y, "missing", missing_panel, 20)
put(Y, "clocks", clocks_panel, 22)
put(Y, "years", siblings_panel, 60)
put(Y, "requirements", requirements_panel, 10, part=REQUIREMENTS, offered=weighs_requirements)
put(Y, "application", application_panel, 50, part=CONTENT, offered=has_plan)
put(Y, "agreement", agreement_panel, 25, part=MONEY, offered=has_plan)
put(Y, "claims", claims_panel, 28, part=MONEY, offered=has_plan)
put(Y, "money", money_panel, 30, part=MONEY, offered=has_plan)
put(Y, "decision", decision_panel, 40, part=MONEY, offered=weighs_decision)
put(Y, "versions", versions_panel, 80, part=PAPERS)
put(C, "claim", claim_panel, 10)
for kind in (P, Y, C, ChangeRequest.KIND):
    panel(
        kind, "casework/panels/representative.html", representatives.on_case, 15,
        part=CONTACT, offered=messaging.may_read,
    )  # fmt: skip


def _lacks_terms(proposal: Proposal, user) -> bool:
    return services.may_propose_terms(proposal, user) and not proposal.has_terms()


def _reads_terms(proposal: Proposal, user) -> bool:
    """Return whether ``user`` speaks for a side that has not accepted the terms that stand."""
    if proposal.state != "coordinating" or not proposal.has_terms():
        return False
    return any(not has_accepted(proposal, side) for side in services.sides_of(user, proposal))


def _at_terms(proposal: Proposal) -> str:
    return f"{reverse('casework:case-part', args=[proposal.pk, COORDINATION.code])}#terms"


def _lacks_pledge(proposal: Proposal, user) -> bool:
    return services.may_edit(proposal, user) and not proposal.pledged_at


def _has_money_to_come_back(year: ProjectYear, user) -> bool:
    return user.has_perm("grants.record_payment", year) and year.balance_yen < 0


def _has_charge_to_come(year: ProjectYear, user) -> bool:
    return user.has_perm("grants.record_payment", year) and _charge_owed(year) is not None


def _has_charge_without_date(year: ProjectYear, user) -> bool:
    owed = user.has_perm("grants.handle", year) and _charge_owed(year)
    return bool(owed) and owed.ends_on is None


def _charge_owed(year: ProjectYear) -> Deadline | None:
    return open_deadline(year, CHARGE) if year.state in CHARGED_IN else None


def _at_date_of_charge(year: ProjectYear) -> str:
    return reverse("casework:set-date", args=[_charge_owed(year).pk])


def _has_claim_to_pay(year: ProjectYear, user) -> bool:
    return user.has_perm("grants.record_payment", year) and year.accepted_claim is not None


def _claim_to_pay(year: ProjectYear) -> str:
    return reverse("grants:claim-pay", args=[year.accepted_claim])


def _has_balance_to_claim(year: ProjectYear, user) -> bool:
    """Return whether ``user`` writes for a group that has not claimed what is left to be paid."""
    if year.state != "confirmed" or not user.has_perm("grants.write", year):
        return False
    return not year.has_open_claim and not claims.room(year, claims.BALANCE).why_not


def _at_claims(year: ProjectYear) -> str:
    return f"{reverse('casework:case-part', args=[year.pk, MONEY.code])}#claims"


def _awaits_payment(claim: Claim, user) -> bool:
    return claim.state == "accepted" and user.has_perm("grants.record_payment", claim.project_year)


def _lacks_account(claim: Claim, user) -> bool:
    """Return whether all that keeps ``user`` from sending the claim is the bank account."""
    may_enter = user.has_perm("grants.enter_bank_account", claim.organization)
    return services.may_edit_on_year(claim, user) and may_enter and not claim.has_account


def _at_account(claim: Claim) -> str:
    return f"{reverse('grants:bank-account', args=[claim.organization_id])}?claim={claim.pk}"


def _lacks_budget(year: ProjectYear, user) -> bool:
    """Return whether nothing but the city's budget keeps ``user`` from drafting the grant."""
    waits = year.state == "applied" and rules.has_perm("grants.plan", user)
    return waits and year.program_budget().planned_yen is None


def _at_budget(year: ProjectYear) -> str:
    return reverse("grants:budget-new")


def _signs_for_itself(year: ProjectYear, user) -> bool:
    own = agreements.signable_by(user, year)
    return bool(own) and not user.has_perm("grants.handle", year)


def _records_signatures(year: ProjectYear, user) -> bool:
    may_record = agreements.signable_by(user, year)
    return bool(may_record) and user.has_perm("grants.handle", year)


def _is_complete(case: Proposal | ProjectYear | Claim) -> bool:
    return not case.missing_parts()


work_page(
    P, _("Write the proposal"), "grants:proposal-edit", services.may_edit, finished=_is_complete
)
work_page(
    Y, _("Fill in the application"), "grants:year-edit", services.may_edit_year,
    finished=_is_complete,
)  # fmt: skip
work_page(
    C, _("Write the claim"), "grants:claim-edit", services.may_edit_on_year, finished=_is_complete
)
for kind, label, address, offered in (
    (P, _("Accept the pledges"), "grants:proposal-pledge", _lacks_pledge),
    (P, _("Read the roles and costs, and accept them"), _at_terms, _reads_terms),
    (P, _("Write down roles and costs"), "grants:terms", _lacks_terms),
    (Y, _("Enter the city’s budget for this year"), _at_budget, _lacks_budget),
    (Y, _("Sign the yearly agreement"), "grants:agreement-sign", _signs_for_itself),
    (Y, _("Enter a signature of the agreement"), "grants:agreement-sign", _records_signatures),
    (Y, _("Claim the balance"), _at_claims, _has_balance_to_claim),
    (Y, _("Record a payment"), _claim_to_pay, _has_claim_to_pay),
    (Y, _("Record a repayment"), "grants:payment-new", _has_money_to_come_back),
    (Y, _("Record a charge that came"), "grants:charge-pay", _has_charge_to_come),
    (Y, _("Set the date of the charges"), _at_date_of_charge, _has_charge_without_date),
    (C, _("Register the bank account"), _at_account, _lacks_account),
    (C, _("Record a payment"), "grants:claim-pay", _awaits_payment),
):
    work_page(kind, label, address, offered)
