"""What people do with proposals and project years, besides making moves."""

from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Change, Organization
from accounts.permissions import require
from casework import history
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.models import ApprovalItem
from casework.outbox import tell
from casework.parties import Party
from casework.services import advance, locked, open_case, record

from .agreements import refuse_unsigned
from .models import (
    BudgetEntry,
    BudgetLine,
    CourseEdition,
    EditionParameter,
    ParameterChange,
    Payment,
    ProjectYear,
    Proposal,
    ProposalMeasure,
    Round,
    Terms,
    TermsAcceptance,
)


@transaction.atomic
def open_round(
    edition: CourseEdition, *, fiscal_year: int, name: str, opens_at: datetime,
    closes_at: datetime, budget_yen: int | None, by, at: datetime,
) -> Round:  # fmt: skip
    """Open a call: freeze the edition's rules as they stand and announce it.

    :param budget_yen: what the round may spend, in yen; ``None`` while it is not set.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it closes before it opens.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    frozen = edition.frozen()
    call = Round(
        edition=edition,
        fiscal_year=fiscal_year,
        name=name,
        opens_at=opens_at,
        closes_at=closes_at,
        announced_at=at,
        budget_yen=budget_yen,
        frozen_rules=frozen,
        rules_digest=history.digest_of(frozen),
    )
    call.full_clean(exclude=["frozen_rules", "rules_digest"])
    call.save()
    return call


@transaction.atomic
def start_draft(
    call: Round, organization, *, title: str, by, at: datetime, received_on: date | None = None
) -> Proposal:
    """Begin a proposal. A paper one is keyed in by the office and is filed from the start.

    :param received_on: the day a paper was received (収受日); ``None`` for a proposal made here.
    :raises PermissionDenied: if ``by`` does not write for the group, or for paper is not the office.
    :raises ValidationError: if the call is not open.
    """
    by.act_on(japan_date(at))
    if received_on is None:
        allowed, is_open = by.duties.edits(organization.pk), call.is_open(at)
    else:
        allowed, is_open = rules.has_perm("grants.handle", by), call.was_open_on(received_on)
    if not allowed:
        raise PermissionDenied("grants.write")
    if not is_open:
        raise ValidationError(_("This call is not open on that day."))
    draft = Proposal(
        round=call,
        organization=organization,
        title=title,
        fiscal_year=call.fiscal_year,
        received_on=received_on,
        on_paper=received_on is not None,
    )
    return open_case(draft, by=by, at=at, filed=received_on is not None, opens=("call",))


@transaction.atomic
def start_paper(
    call: Round, *, organization: Organization | None, new_organization: str = "", title: str,
    received_on: date, by, at: datetime,
) -> Proposal:  # fmt: skip
    """Begin to key in a paper proposal, and the name of its group where it is not here yet.

    :param new_organization: the name of a group that has no log-in and no row yet.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the call was not open on ``received_on``.
    """
    require(by.act_on(japan_date(at)), "grants.handle")
    if organization is None:
        organization = Organization.objects.create(name=new_organization)
        Change.objects.create(what="registered", organization=organization, by=by, at=at)
    return start_draft(call, organization, title=title, by=by, at=at, received_on=received_on)


@transaction.atomic
def set_parameter(
    edition: CourseEdition, name: str, *, by, at: datetime, **fields
) -> EditionParameter:
    """Set one rule of an edition. Rounds that are open keep the rules they froze.

    :param fields: ``status, value, source, confirmed_years, note``.
    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    before = edition.parameters.select_for_update().filter(name=name).first()
    parameter, _created = EditionParameter.objects.update_or_create(
        edition=edition, name=name, defaults=fields
    )
    keep_change(before, parameter, by=by, at=at)
    return parameter


def keep_change(
    before: EditionParameter | None, after: EditionParameter, *, by, at: datetime
) -> None:
    """Record that a rule was changed, if it was: what it said, what it says, and whence."""
    kept = ("status", "value", "unit", "source", "level", "confirmed_years", "note")
    if before and all(getattr(before, name) == getattr(after, name) for name in kept):
        return
    ParameterChange.objects.create(
        edition=after.edition,
        name=after.name,
        old_status=before.status if before else "",
        old_value=before.value if before else "",
        new_status=after.status,
        new_value=after.value,
        source=after.source,
        by=by,
        at=at,
    )


@transaction.atomic
def save_draft(
    proposal: Proposal, *, fields: dict, lines: list[dict], measures: list[dict],
    edit_number: int, by, at: datetime,
) -> Proposal:  # fmt: skip
    """Save what a group wrote, if nobody saved since the page was loaded.

    :param lines: budget lines as dicts of ``side, label, detail, amount_yen, from_city``.
    :param measures: dicts of ``measure, how``.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the draft has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the proposal is not being written.
    """
    proposal = locked(proposal)
    if not may_edit(proposal, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.edit_proposal")
    take_next(proposal, edit_number)
    for name, value in fields.items():
        setattr(proposal, name, value)
    proposal.save()
    proposal.budget_lines.all().delete()
    BudgetLine.objects.bulk_create(BudgetLine(proposal=proposal, **line) for line in lines)
    proposal.proposal_measures.all().delete()
    ProposalMeasure.objects.bulk_create(
        ProposalMeasure(proposal=proposal, **measure) for measure in measures
    )
    return proposal


def may_edit(proposal: Proposal, user) -> bool:
    """Return whether ``user`` may change what the proposal says, in the state it is in."""
    return proposal.state in ("draft", "returned") and rules.has_perm(
        "grants.edit_proposal", user, proposal
    )


@transaction.atomic
def pledge(proposal: Proposal, *, name: str, by, at: datetime) -> Proposal:
    """Accept the pledges (誓約事項) by name; the moment is kept.

    :raises PermissionDenied: if ``by`` may not write in the proposal now.
    """
    proposal = locked(proposal)
    if not may_edit(proposal, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.edit_proposal")
    proposal.pledged_by_name, proposal.pledged_at = name, at
    proposal.save()
    record(proposal, "pledge", by=by, at=at)
    return proposal


@transaction.atomic
def share_with_coordinators(proposal: Proposal, *, by, at: datetime) -> None:
    """Let the coordinators read a draft that only its group can see so far, and tell them once.

    :raises PermissionDenied: if ``by`` does not write for the group.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.write", proposal)
    proposal.access.get_or_create(role="coordinator", reason="shared by the group")
    record(proposal, "share", by=by, at=at)
    tell(proposal, Party.COORDINATOR, "draft_shared", at=at, key=f"shared-{proposal.pk}")


@transaction.atomic
def note_matching(proposal: Proposal, *, note: str, by, at: datetime) -> None:
    """Keep what was talked about while a department is looked for (担当課協議).

    :raises PermissionDenied: if ``by`` is neither of the office nor of the department.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.match", proposal)
    record(proposal, "note", by=by, at=at, note=note)


@transaction.atomic
def propose_terms(
    proposal: Proposal, *, organization_role: str, department_role: str, cost_share: str,
    by, at: datetime,
) -> Terms:  # fmt: skip
    """Write a new version of the terms (事前調整); what was accepted before counts no more.

    :raises PermissionDenied: if ``by`` is no party to the talks.
    :raises ValidationError: if the talks are not under way.
    """
    proposal = locked(proposal)
    require(by.act_on(japan_date(at)), "grants.propose_terms", proposal)
    if proposal.state != "coordinating":
        raise ValidationError(_("The talks on roles and costs are not under way."))
    terms = Terms.objects.create(
        proposal=proposal,
        version=proposal.terms.count() + 1,
        organization_role=organization_role,
        department_role=department_role,
        cost_share=cost_share,
        by=by,
        at=at,
    )
    record(proposal, "propose_terms", by=by, at=at, terms=terms.pk, version=terms.version)
    return terms


def may_propose_terms(proposal: Proposal, user) -> bool:
    """Return whether ``user`` may write a new version of the terms now."""
    return proposal.state == "coordinating" and rules.has_perm(
        "grants.propose_terms", user, proposal
    )


def terms_to_begin_with(proposal: Proposal) -> dict[str, str]:
    """Return the words of the latest terms, for a new version to begin with."""
    names = ("organization_role", "department_role", "cost_share")
    return proposal.terms.order_by("-version").values(*names).first() or {}


@transaction.atomic
def accept_terms(proposal: Proposal, *, side: str, version: int, by, at: datetime) -> Proposal:
    """Accept the terms for one side; when both sides have, the talks are concluded.

    :param version: the version the person read; another one is refused.
    :raises PermissionDenied: if ``by`` does not speak for ``side``.
    :raises ValidationError: if the terms have a newer version.
    """
    proposal = locked(proposal)
    by.act_on(japan_date(at))
    if side not in sides_of(by, proposal) or proposal.state != "coordinating":
        raise PermissionDenied("grants.agree")
    terms = proposal.terms.order_by("-version").first()
    if terms is None or terms.version != version:
        raise ValidationError(_("The terms have changed. Read the new version first."))
    _acceptance, first = TermsAcceptance.objects.get_or_create(
        terms=terms, side=side, defaults={"by": by, "at": at}
    )
    if first:
        record(proposal, "accept_terms", by=by, at=at, side=side, version=version)
    if proposal.accepted_by_both():
        return advance(proposal, "agree", by=by, at=at)
    return proposal


def sides_of(user, proposal: Proposal) -> list[str]:
    """Return for which sides of the talks ``user`` can speak."""
    sides = []
    if rules.has_perm("grants.write", user, proposal):
        sides.append(TermsAcceptance.Side.ORGANIZATION)
    if proposal.department_id in user.duties.departments:
        sides.append(TermsAcceptance.Side.DEPARTMENT)
    return sides


@transaction.atomic
def save_year(
    year: ProjectYear, *, fields: dict, lines: list[dict], edit_number: int, by, at: datetime
) -> ProjectYear:
    """Save the application of a project year while its group still writes it.

    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the application has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` does not write for the group, or it is applied for.
    """
    year = locked(year)
    by.act_on(japan_date(at))
    if not may_edit_year(year, by):
        raise PermissionDenied("grants.write")
    take_next(year, edit_number)
    for name, value in fields.items():
        setattr(year, name, value)
    year.save()
    year.budget_lines.all().delete()
    year.budget_lines.bulk_create(year.budget_lines.model(year=year, **line) for line in lines)
    return year


def may_edit_year(year: ProjectYear, user) -> bool:
    return year.state in ("planned", "returned") and rules.has_perm("grants.write", user, year)


@transaction.atomic
def enter_budget(
    edition: CourseEdition, *, fiscal_year: int, kind: str, amount_yen: int, voted_on: date,
    document: str, by, at: datetime,
) -> BudgetEntry:  # fmt: skip
    """Add an entry to the city's budget of a course and fiscal year; entries are never changed.

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.plan")
    CourseEdition.objects.filter(pk=edition.pk).lock_courses()
    return BudgetEntry.objects.create(
        edition=edition,
        fiscal_year=fiscal_year,
        kind=kind,
        amount_yen=amount_yen,
        voted_on=voted_on,
        document=document,
        by=by,
        at=at,
    )


@transaction.atomic
def record_payment(
    year: ProjectYear, *, kind: str, amount_yen: int, paid_on: date, document: str, by, at: datetime
) -> Payment:
    """Add a line to the ledger of a project year: money that went out or came back, in yen.

    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if the amount is more than what is owed, or than what was paid, or
        money goes out before all parties have signed the yearly agreement, or the day lies in the
        future or before the grant.
    """
    year = locked(year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    _refuse_wrong_day(paid_on, earliest=_granted_on(year), at=at)
    _refuse_wrong_amount(year, kind, amount_yen)
    if kind != Payment.Kind.REPAYMENT:
        refuse_unsigned(year)
    payment = Payment.objects.create(
        year=year, kind=kind, amount_yen=amount_yen, paid_on=paid_on, document=document, by=by,
        at=at,
    )  # fmt: skip
    record(year, "pay", by=by, at=at, payment=payment.pk, kind=kind, amount_yen=amount_yen)
    return payment


@transaction.atomic
def reverse_payment(
    payment: Payment, *, reason: str, paid_on: date, document: str, by, at: datetime
) -> Payment:
    """Undo a line of the ledger that was entered by mistake (訂正仕訳), whole and once.

    Both lines stay. What was right is then entered anew.

    :param paid_on: Japan date of the document that corrects the books.
    :raises PermissionDenied: if ``by`` is not of accounting.
    :raises ValidationError: if it is a reversal, or reversed already, or the account is settled,
        money came back on the strength of it, or the day is wrong.
    """
    year = locked(payment.year)
    require(by.act_on(japan_date(at)), "grants.record_payment", year)
    if why := why_not_reversed(payment, year):
        raise ValidationError(why)
    _refuse_wrong_day(paid_on, earliest=payment.paid_on, at=at)
    reversal = Payment.objects.create(
        year=year, kind=Payment.Kind.REVERSAL, of=payment, amount_yen=payment.amount_yen,
        reason=reason, paid_on=paid_on, document=document, by=by, at=at,
    )  # fmt: skip
    record(
        year, "reverse_payment", by=by, at=at, payment=reversal.pk, of=payment.pk,
        amount_yen=payment.amount_yen, reason=reason,
    )  # fmt: skip
    return reversal


def why_not_reversed(payment: Payment, year: ProjectYear) -> str | None:
    """Return why a line of the ledger of ``year`` cannot be undone, or ``None`` if it can."""
    if payment.kind == Payment.Kind.REVERSAL or year.payments.filter(of=payment).exists():
        return _("This entry is a reversal, or is reversed already.")
    if year.stage.final:
        return _("The account is settled. The office takes that back (訂正) first.")
    if year.paid_yen < payment.signed_yen:
        return _("More came back than would then have been paid. Reverse the repayment first.")
    return None


def _granted_on(year: ProjectYear) -> date | None:
    """Return the day of the decision to grant (決裁日), Japan date, which may be before its letter."""
    items = ApprovalItem.objects.filter(case_id=year.pk, verb="grant", executed_at__isnull=False)
    last = items.select_related("approval").order_by("-pk").first()
    return last.approval.decided_on if last else None


def _refuse_wrong_day(day: date, *, earliest: date | None, at: datetime) -> None:
    """Refuse a day that has not come, or lies before what it rests on.

    :raises ValidationError: naming the earliest day.
    """
    if day > japan_date(at):
        raise ValidationError({"paid_on": _("The day cannot lie in the future.")})
    if earliest and day < earliest:
        words = _("The day cannot lie before %(earliest)s.") % {"earliest": earliest.isoformat()}
        raise ValidationError({"paid_on": words})


def _refuse_wrong_amount(year: ProjectYear, kind: str, amount_yen: int) -> None:
    wanted = {
        Payment.Kind.ADVANCE: ("granted", "reported", "report_returned", "discontinued"),
        Payment.Kind.BALANCE: ("confirmed",),
        Payment.Kind.REPAYMENT: ("confirmed", "revoked"),
    }
    again = _is_entered_anew(year, kind)
    if year.state not in wanted.get(kind, ()) and not again:
        raise ValidationError(
            _("No such payment is possible while the project year stands at “%(state)s”.")
            % {"state": year.get_state_display()}
        )
    most = -year.balance_yen if kind == Payment.Kind.REPAYMENT else year.balance_yen
    if again and kind != Payment.Kind.REPAYMENT:
        most = (year.granted_yen or 0) - year.paid_yen
    if amount_yen > most:
        raise ValidationError(
            _("At most %(most)s yen can be entered: the ledger shows what is open.")
            % {"most": f"{max(most, 0):,}"}
        )


def _is_entered_anew(year: ProjectYear, kind: str) -> bool:
    """Return whether a line of ``kind`` was reversed, so that what was really moved is entered.

    That may be long ago: the state of today does not say what could be paid then.
    """
    return not year.stage.final and year.payments.filter(of__isnull=False, of__kind=kind).exists()
