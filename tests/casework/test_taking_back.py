"""Every move that can be taken back (訂正) leaves the case as it was, whatever its body set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from accounts.models import Officer, Role
from casework import (
    approvals,
    destruction,
    letters,
    retention,
    taking_back,
    verification,
)
from casework.errors import NotPossible
from casework.models import Case
from casework.models.case import KINDS
from casework.services import advance, correct
from grants import services as issues
from grants.models import ChangeRequest, Claim, Proposal
from reporting import interim, partner_parts
from reporting import services as reports
from reporting.models import InterimReport, PartnerPart
from reporting.publishing import releases
from reviews import services as selection
from reviews.models import ScoreSheet
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

MUCH_LATER = NOON + timedelta(days=100)

#: Rows that a button makes and that nothing follows from: no approval, consequence or letter.
CORRECTABLE = sorted(
    (kind, move.verb)
    for kind, model in KINDS.items()
    for move in model.flow.values()
    if not taking_back.is_final(model(), move)
    and not move.only_follows
    and letters.sent_by(model(), move.verb) is None
)


@dataclass
class Before:
    """A case just before a move, and what the move needs."""

    case: Case
    by: object
    facts: dict = field(default_factory=dict)
    at: datetime = MUCH_LATER


@pytest.fixture(autouse=True)
def sealed():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def columns(case: Case) -> dict[str, object]:
    """What the database holds of a case: every column of its own and of its kind."""
    return Case.objects.filter(pk=case.pk).values().get() | (
        type(case)._base_manager.filter(pk=case.pk).values().get()
    )


def office_does(case: Case, **facts) -> Before:
    return Before(case, factories.user(Role.OFFICE), facts)


def returned_draft() -> Before:
    drafter = factories.user(Role.OFFICE)
    wish = factories.wish(in_selection(), "decline")
    draft = approvals.draft("起案", [wish], by=drafter, at=NOON)
    draft = advance(draft, "send_back", by=factories.user(Role.APPROVER), at=NOON, reason="誤字")
    return office_does(draft)


def listed_for_destruction() -> Before:
    """The list of a month, on which an officer stands whose term ended long ago."""
    office, group = factories.user(Role.OFFICE), factories.organization()
    Officer.objects.create(
        organization=group, name="役員", post="会長", valid_until=date(2020, 1, 1)
    )
    retention.set_period("officers", 1, source="試験", by=office, at=NOON)
    return Before(destruction.propose(at=NOON), office)


@remembered
def looking_for_a_department() -> Before:
    asked = factories.department().pk
    return office_does(accepted(course="collaboration"), department=asked)


@remembered
def being_matched() -> Before:
    before = looking_for_a_department()
    return office_does(
        advance(before.case, "start_matching", by=before.by, at=NOON, **before.facts)
    )


def offered() -> Before:
    proposal = factories.approved(in_selection(), "reserve", assessed_yen=80_000)
    proposal = advance(proposal, "offer", by=factories.user(Role.OFFICE), at=NOON)
    return Before(proposal, group_of(proposal))


def to_be_coordinated() -> Before:
    before = being_matched()
    proposal = before.case
    for verb in ("match", "refer"):
        proposal = advance(proposal, verb, by=before.by, at=NOON)
    return office_does(factories.approved(proposal, "select", assessed_yen=80_000))


def to_be_continued() -> Before:
    """The second year of a project, whose continuation is to be decided."""
    proposal = makers.ready_proposal("collaboration", office=factories.user(Role.OFFICE), years=2)
    decision = {"decided_on": factories.TODAY, "document": "決定書"}
    return office_does(proposal.project_years.get(position=2), **decision)


def paid_up() -> Before:
    year = makers.granted_year(granted_yen=75_000)
    makers.sent_report(year)
    year = factories.approved(year, "confirm", at=makers.LATER, confirmed_yen=75_000)
    factories.paid(year, 75_000, "balance", at=makers.LATER)
    return office_does(year)


@remembered
def requested_collaboration() -> Before:
    department = factories.department()
    (report,) = makers.services.request_collaboration_reports(
        fiscal_year=2026, due_on=date(2027, 5, 31), by=factories.user(Role.OFFICE), at=NOON
    )
    return Before(report, makers.department_clerk(department))


@remembered
def sent_collaboration() -> Before:
    report = makers.collaboration()
    clerk = makers.department_clerk(report.department)
    return office_does(advance(report, "submit", by=clerk, at=NOON))


@remembered
def filled_sheet() -> Before:
    """A sheet that was submitted once before, so that it bears a moment already."""
    proposal = in_selection()
    sheet = ScoreSheet.objects.get(proposal=proposal)
    member = sheet.seat.user.act_on(factories.TODAY)
    points = {criterion.pk: 5 for criterion in proposal.round.rubric.criteria.all()}
    selection.save_scores(sheet, points=points, comment="", edit_number=0, by=member, at=NOON)
    moment = NOON + timedelta(microseconds=123456)
    sheet = selection.submit_sheet(sheet, by=member, at=moment)
    sheet = advance(sheet, "reopen", by=factories.user(Role.OFFICE), at=NOON)
    return Before(sheet, member)


def submitted_sheet() -> Before:
    before = filled_sheet()
    return office_does(selection.submit_sheet(before.case, by=before.by, at=NOON))


@remembered
def accepted_claim() -> Claim:
    return factories.claimed(makers.granted_year(claim_days="30"), amount_yen=50_000)


@remembered
def filed_claim() -> Before:
    """A claim that was accepted and came back once, so that it had a date already."""
    claim, office = accepted_claim(), factories.user(Role.OFFICE)
    claim = advance(claim, "send_back", by=office, at=NOON, reason="誤り")
    return Before(advance(claim, "resubmit", by=makers.group_of(claim), at=NOON), office)


def filed_change() -> ChangeRequest:
    return factories.changed(makers.granted_year(), content="別の内容")


def withdrawn_by_its_group() -> Before:
    change = filed_change()
    return Before(change, makers.group_of(change))


@remembered
def asked_interim() -> InterimReport:
    """An interim report that the office asks for."""
    return interim.ask_for_interim(
        makers.granted_year(), due_on=date(2026, 12, 20), asks="", by=factories.user(Role.OFFICE),
        at=NOON,
    )  # fmt: skip


@remembered
def sent_interim() -> InterimReport:
    report, group = asked_interim(), makers.group_of(InterimReport.objects.get())
    fields = dict.fromkeys(interim.FIELDS, "順調です。")
    report = interim.save_interim(report, fields=fields, edit_number=0, by=group, at=NOON)
    return advance(report, "submit", by=group, at=NOON)


@remembered
def viewed(*, known: bool = True) -> PartnerPart:
    """The part of a partner that has said everything, and did not give it yet.

    :param known: whether it is a group with a log-in, or a name alone.
    """
    report = makers.collaboration(process_score=4, outcome_score=3)
    clerk = makers.department_clerk(report.department)
    group = factories.member(factories.organization()).organizations.get() if known else None
    report = reports.save_collaboration_report(
        report, fields={}, measures=[], partners=[{"name": "相手", "organization": group}],
        edit_number=report.edit_number, by=clerk, at=NOON,
    )  # fmt: skip
    (part,) = partner_parts.ask_partners(report, due_on=date(2026, 12, 20), by=clerk, at=NOON)
    by = makers.group_of(part) if known else clerk
    said = {"process_score": 5, "outcome_score": 2}
    return partner_parts.save_part(part, fields=said, edit_number=0, by=by, at=NOON)


def given_view() -> Before:
    part = viewed()
    part = advance(part, "give", by=makers.group_of(part), at=NOON)
    return office_does(part, reason="誤り")


def typed_in_view() -> Before:
    part = viewed(known=False)
    by = makers.department_clerk(part.department)
    return Before(part, by, {"said_on": factories.TODAY})


@remembered
def asked_issue() -> Before:
    """A city issue that the office asks a department for, with a day."""
    clerk = factories.user(Role.DEPARTMENT)
    (issue,) = issues.ask_for_issues(
        fiscal_year=2026, due_on=date(2026, 12, 20), by=factories.user(Role.OFFICE), at=NOON
    )
    return Before(issue, clerk)


@remembered
def written_issue() -> Before:
    before = asked_issue()
    words = {"title": "課題", "problem": "人手", "offers": "広報", "seeks": "団体", "until": None}
    issue = issues.save_issue(before.case, fields=words, edit_number=0, by=before.by, at=NOON)
    return Before(issue, before.by)


def sent_issue() -> Before:
    before = written_issue()
    return office_does(advance(before.case, "send", by=before.by, at=NOON))


def returned_issue() -> Before:
    sent = sent_issue()
    issue = advance(sent.case, "send_back", by=sent.by, at=NOON, reason="誤り")
    return Before(issue, makers.department_clerk(issue.department))


def public_issue() -> Before:
    sent = sent_issue()
    return office_does(advance(sent.case, "publish", by=sent.by, at=NOON))


def begun_by_mistake() -> Before:
    report = makers.collaboration()
    return Before(report, makers.department_clerk(report.department), {"reason": "誤り"})


def begun_release() -> Before:
    office = factories.user(Role.OFFICE)
    return Before(releases.begin_with(makers.accepted_collaboration(), by=office, at=NOON), office)


READY: dict[tuple[str, str], Callable[[], Before]] = {
    ("approval", "redraft"): returned_draft,
    ("change", "send_back"): lambda: office_does(filed_change(), reason="誤り"),
    ("change", "withdraw"): withdrawn_by_its_group,
    ("claim", "accept"): filed_claim,
    ("claim", "send_back"): lambda: office_does(accepted_claim(), reason="誤り"),
    ("claim", "drop"): lambda: office_does(accepted_claim(), reason="誤り"),
    ("claim", "withdraw"): lambda: Before(filed_claim().case, makers.group_of(Claim.objects.get())),
    ("destruction", "drop"): listed_for_destruction,
    ("interim_report", "send_back"): lambda: office_does(
        sent_interim(), reason="誤り", due_on=date(2026, 12, 25)
    ),
    ("interim_report", "note"): lambda: office_does(sent_interim()),
    ("interim_report", "waive"): lambda: office_does(asked_interim(), reason="誤り"),
    ("proposal", "accept"): lambda: office_does(filed()),
    ("proposal", "start_matching"): looking_for_a_department,
    ("proposal", "match"): being_matched,
    ("proposal", "pass_up"): offered,
    ("proposal", "coordinate"): to_be_coordinated,
    ("project_year", "plan"): to_be_continued,
    ("project_year", "settle"): paid_up,
    ("collaboration_report", "accept"): sent_collaboration,
    ("collaboration_report", "answer_none"): requested_collaboration,
    ("collaboration_report", "send_back"): lambda: office_does(
        sent_collaboration().case, reason="誤り", due_on=date(2026, 12, 25)
    ),
    ("collaboration_report", "start"): requested_collaboration,
    ("collaboration_report", "drop"): begun_by_mistake,
    ("partner_part", "give"): lambda: Before(viewed(), makers.group_of(PartnerPart.objects.get())),
    ("partner_part", "type_in"): typed_in_view,
    ("partner_part", "ask_anew"): given_view,
    ("city_issue", "start"): asked_issue,
    ("city_issue", "answer_none"): asked_issue,
    ("city_issue", "send"): written_issue,
    ("city_issue", "send_back"): lambda: office_does(sent_issue().case, reason="誤り"),
    ("city_issue", "publish"): sent_issue,
    ("city_issue", "resend"): returned_issue,
    ("city_issue", "withdraw"): returned_issue,
    ("city_issue", "close"): public_issue,
    ("release", "drop"): begun_release,
    ("score_sheet", "submit"): filled_sheet,
    ("score_sheet", "reopen"): submitted_sheet,
}


def test_every_correctable_move_is_tried():
    assert sorted(READY) == CORRECTABLE


@pytest.mark.parametrize(("kind", "verb"), sorted(READY), ids=map(".".join, sorted(READY)))
def test_move_taken_back_leaves_every_column_as_it_was(kind, verb, office):
    ready = READY[kind, verb]()
    before = columns(ready.case)
    owed = set(ready.case.deadlines.open())

    moved = advance(ready.case, verb, by=ready.by, at=ready.at, **ready.facts)
    assert columns(moved) != before
    correct(moved, reason="押しまちがい", by=office, at=ready.at + timedelta(hours=1))

    assert columns(ready.case) == before
    assert set(ready.case.deadlines.open()) == owed
    assert list(verification.faults()) == []


def test_department_asked_by_mistake_is_in_charge_no_more(office):
    ready = looking_for_a_department()

    moved = advance(ready.case, "start_matching", by=office, at=NOON, **ready.facts)
    corrected = correct(moved, reason="別の課", by=office, at=NOON)

    assert (moved.department_id, corrected.department_id) == (ready.facts["department"], None)
    assert moved.events.get(verb="start_matching").facts["before"] == {"department_id": None}


def test_move_that_stands_keeps_nothing_of_what_was_before():
    assert "before" not in filed().events.get(verb="submit").facts


def test_lapse_stands_once_its_letter_has_left(office):
    proposal = advance(sent_back(), "lapse", by=office, at=MUCH_LATER, reason="期限が過ぎた")

    with pytest.raises(NotPossible) as refusal:
        correct(proposal, reason="押しまちがい", by=office, at=MUCH_LATER)

    assert refusal.value.why == taking_back.LETTER_LEFT


# What the history may keep


def test_words_never_enter_the_history():
    proposal = Proposal(purpose="だれも知らない目的")
    before = taking_back.fields_of(proposal)
    proposal.purpose, proposal.years, proposal.received_on = "別の目的", 2, date(2026, 11, 1)

    assert taking_back.written_over(proposal, before) == {
        "before": {"received_on": None, "years": 1},
        "words_lost": ["purpose"],
    }


def test_empty_place_for_words_is_kept():
    proposal = Proposal(schedule="")
    before = taking_back.fields_of(proposal)
    proposal.schedule = "春から"

    assert taking_back.written_over(proposal, before) == {"before": {"schedule": ""}}


def test_move_that_wrote_over_words_is_not_taken_back():
    proposal = accepted()
    last = proposal.events.order_by("-pk").first()
    last.facts = {"words_lost": ["purpose"]}

    assert taking_back.refusal(proposal, last, at=NOON) == taking_back.WORDS_GONE


def test_what_followed_from_another_case_is_taken_back_there(office):
    year = makers.granted_year()
    report = makers.sent_report(year)
    advance(report, "send_back", by=office, at=makers.LATER, reason="領収書", due_on=None)
    year.refresh_from_db()
    assert year.state == "report_returned"

    with pytest.raises(NotPossible) as refusal:
        correct(year, reason="誤り", by=office, at=makers.LATER)

    assert refusal.value.why in (taking_back.FOLLOWS, taking_back.FOLLOWED)
