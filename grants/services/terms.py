"""Matching and talks (担当課協議・事前調整): what group and department say, write and accept."""

from datetime import datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.services import advance, locked, record
from grants.models import Proposal, Terms, TermsAcceptance


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
