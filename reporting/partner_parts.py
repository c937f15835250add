"""Partners are asked for their view, and neither side reads the other's scores too early.

Scores are honest while nobody knows the other's. So a side reads what the other scored once both have
given theirs for good: the partner by giving its view, the department by fixing its scores or by
sending the report. The office reads all.
"""

from collections.abc import Sequence
from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from accounts.permissions import require
from casework import outbox
from casework.calendar import japan_date
from casework.edit_numbers import take_next
from casework.flow import Text
from casework.parties import writers_on
from casework.services import locked, open_case, record

from .models import CollaborationReport, PartnerAnswer, PartnerPart
from .partner_flow import PART
from .partners import title_of_part

#: While the report is there, the partners can be asked and can answer.
TAKES_VIEWS = ("drafting", "submitted", "returned")
NOT_NOW = gettext_lazy("Partners are asked while the report is written or checked.")
#: Who reads all scores at any time: they are no side.
READERS = (Role.OFFICE, Role.APPROVER, Role.AUDITOR)


def why_nobody_is_asked(report: CollaborationReport, partners: Sequence) -> Text:
    """Say why the partners of a report are not asked for their views now; empty if some can be.

    :param partners: of the report, each with its part.
    """
    if report.state not in TAKES_VIEWS:
        return NOT_NOW
    if not partners:
        return _("The report names no partner yet. Write the partners into the report first.")
    if all(hasattr(partner, "part") for partner in partners):
        return _("All partners of this report have been asked.")
    return ""


def groups_reached(partners: Sequence, day: date) -> set[int]:
    """Return the groups among the partners in which somebody logs in who writes for them.

    :param day: Japan date.
    """
    groups = [one.organization_id for one in partners if one.organization_id]
    found = writers_on(day).filter(organization__in=groups)
    return set(found.values_list("organization", flat=True))


@transaction.atomic
def ask_partners(
    report: CollaborationReport, *, due_on: date | None, by, at: datetime
) -> list[PartnerPart]:
    """Ask every partner of a report for its view that was not asked before; return the new parts.

    :param due_on: by when, Japan date; ``None`` leaves it "not set". It binds who can log in or is
        registered here; a partner that is a name alone owes the city nothing.
    :raises PermissionDenied: if ``by`` is neither of the department nor of the office.
    :raises ValidationError: if the report takes no views now, or the day has passed.
    """
    report = locked(report)
    require(by.act_on(japan_date(at)), "reporting.ask_partners", report)
    if report.state not in TAKES_VIEWS:
        raise ValidationError(NOT_NOW)
    if due_on and due_on <= japan_date(at):
        raise ValidationError({"due_on": _("The date must lie in the future.")})
    asked = report.partners.filter(part=None).select_related("organization").order_by("pk")
    return [_ask(report, partner, due_on, by=by, at=at) for partner in asked]


def _ask(report: CollaborationReport, partner, due_on, *, by, at: datetime) -> PartnerPart:
    part = PartnerPart(
        report=report, partner=partner, title=title_of_part(partner),
        organization=partner.organization, department=report.department, clerk=report.clerk,
        fiscal_year=report.fiscal_year,
    )  # fmt: skip
    facts = {"due_on": due_on} if due_on else {}
    opens = (PART,) if partner.organization_id else ()
    part = open_case(part, by=by, at=at, filed=True, opens=opens, **facts)
    for party in part.stage.holders:
        outbox.tell(part, party, "your_turn", at=at, but=by)
    return part


def may_edit_part(part: PartnerPart, user) -> bool:
    """Return whether ``user`` may write the view of a partner now: the group, or whoever types it in."""
    return part.state == "asked" and (
        rules.has_perm("reporting.write_part", user, part)
        or rules.has_perm("reporting.type_in_part", user, part)
    )


@transaction.atomic
def save_part(
    part: PartnerPart, *, fields: dict, edit_number: int, by, at: datetime
) -> PartnerPart:
    """Save what the partner says, if nobody saved since the page was loaded.

    :param fields: answers by the code of their question.
    :raises StaleDraft: if the part has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write it, or it is given.
    """
    part = locked(part)
    if not may_edit_part(part, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_part")
    take_next(part, edit_number)
    own = {one.code: one for one in part.questions if one.is_own}
    for code, value in fields.items():
        if code not in own:
            setattr(part, code, value)
    part.save()
    part.answers.all().delete()
    PartnerAnswer.objects.bulk_create(
        PartnerAnswer(part=part, question=own[code], words=str(words))
        for code, words in fields.items()
        if code in own and words not in (None, "")
    )
    part.__dict__.pop("questions", None)  # they told of the answers before
    part.__dict__.pop("answers_by_code", None)
    return part


@transaction.atomic
def fix_scores(report: CollaborationReport, *, by, at: datetime) -> CollaborationReport:
    """Give the department's scores for good, before the report is sent.

    :raises PermissionDenied: if ``by`` does not write the report.
    :raises ValidationError: if a score is missing, or they are fixed.
    """
    report = locked(report)
    require(by.act_on(japan_date(at)), "reporting.write_collaboration", report)
    if report.scores_fixed_at:
        raise ValidationError(_("Your scores are given already."))
    if report.state not in ("drafting", "returned") or None in scores_of(report):
        raise ValidationError(_("Give both scores in the report first."))
    report.scores_fixed_at = at
    report.save(update_fields=["scores_fixed_at"])
    record(report, "fix_scores", by=by, at=at)
    return report


def scores_of(side: CollaborationReport | PartnerPart) -> tuple[int | None, int | None]:
    """Return what one side scored: process and outcome, 1 to 5."""
    return side.process_score, side.outcome_score


def may_change_scores(report: CollaborationReport) -> bool:
    """Return whether the department's scores can still change: not once they are given for good.

    A correction of what is public is the office's, and where the office asks for a score on a
    returned report, that is put right.
    """
    if report.scores_fixed_at is None or report.publication_id:
        return True
    asked = report.field_notes.awaited().filter(field__in=("process_score", "outcome_score"))
    return report.state == "returned" and asked.exists()


def reads_part(user, part: PartnerPart) -> bool:
    """Return whether ``user`` reads what a partner says.

    The group reads its own; the department what the partner gave, once its own scores are given for
    good, and at any time what it types in itself.
    """
    duties = user.duties
    if duties.holds(*READERS) or part.organization_id in duties.organizations:
        return True
    if part.department_id not in duties.departments:
        return False
    if part.organization_id is None:
        return True
    if part.state == "given":
        return part.typed_in_by_id is not None or part.report.scores_fixed_at is not None
    return rules.has_perm("reporting.type_in_part", user, part)


def reads_department_scores(part: PartnerPart) -> bool:
    """Return whether the partner reads what the department scored: once both have given theirs."""
    return part.state != "asked" and part.report.scores_fixed_at is not None


def read_parts(report: CollaborationReport, user=None) -> list[PartnerPart]:
    """Return the views given on a report that ``user`` reads; all of them without a user."""
    given = [part for part in report.all_parts if part.state == "given"]
    for part in given:
        part.report = report
    return [part for part in given if user is None or reads_part(user, part)]
