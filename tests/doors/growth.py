"""More of everything that a page lists, so that a page that asks the database row by row shows it.

The copies are written beside the services on purpose: only that they are there counts, and playing
so many cases would take minutes. They go away with the transaction in which they were made.
"""

import uuid
from datetime import date, timedelta
from itertools import count

from accounts.models import Change, Duty, Invitation, Membership, Officer, Organization, User
from casework import calendar, history
from casework.models import (
    Approval,
    ApprovalItem,
    Case,
    CitySetting,
    ClosedDay,
    Deadline,
    Destruction,
    Extension,
    FailedTask,
    LegalHold,
    Letter,
    Notice,
    PictureCopy,
    RepresentativeNotice,
    Sender,
    StoredFile,
    Worker,
)
from grants.models import (
    AccountingColumn,
    BudgetEntry,
    BudgetLine,
    ChangeRequest,
    CityIssue,
    CourseEdition,
    EarlyStart,
    EditionParameter,
    FundEntry,
    FundTarget,
    LineCategory,
    ParameterChange,
    PastAward,
    Payment,
    Picture,
    ProjectYear,
    Proposal,
    ProposalMeasure,
    Round,
    Terms,
    YearBudgetLine,
)
from grants.models import Claim as MoneyClaim
from guideline import services, years
from guideline.models import (
    Claim,
    Crosswalk,
    Edition,
    Figure,
    Measure,
    PrintedCount,
    Progress,
    ProgressTable,
    Section,
)
from guideline.public_days import make_public
from reporting.models import (
    CollaborationReport,
    CommitteeComment,
    FieldNote,
    InterimReport,
    Partner,
    PartnerAnswer,
    PartnerPart,
    Publication,
    Receipt,
    Release,
    Report,
    ReportFigure,
    ReportForm,
    ReportPhoto,
    ScoreWord,
    SettlementLine,
    TabledReport,
)
from reviews.models import (
    AgendaItem,
    Conflict,
    Criterion,
    DecisionSnapshot,
    Meeting,
    PanelSeat,
    PossibleConflict,
    Rubric,
    ScoreSheet,
)
from tests.doors.world import NOW, World

_fresh, _times = count(1), count(1)


def copy(row, **changes):
    """Save another row like ``row`` but for ``changes``; of a case, with its open deadlines."""
    made = type(row)._base_manager.get(pk=row.pk)
    made.pk = None
    if isinstance(made, Case):
        made.id = None
        changes.setdefault("number", f"{made.number}-{next(_fresh)}")
    made._state.adding = True
    for name, value in changes.items():
        setattr(made, name, value)
    made.save()
    if isinstance(made, Case):
        _copy_around(row, made)
    return made


def _copy_around(case: Case, made: Case) -> None:
    """Let the copy of a case have what makes it show on desks and in lists."""
    for deadline in case.deadlines.all():
        copy(deadline, case_id=made.pk, superseded_by=None)
    for access in case.access.all():
        copy(access, case_id=made.pk)
    for event in case.events.order_by("pk"):
        told = {"source": event.source, "target": event.target, "by": event.by, "facts": {}}
        history.append(made, event.verb, **told, at=NOW)


def grow(world: World, times: int) -> None:
    """Add ``times`` more of each kind beside the things of the world."""
    for _time in range(times):
        number = next(_times)
        newcomer = _people(world.things, number)
        _plans(world.things, number)
        _cases(world.things, number)
        _forms(world.things, number)
        _selection(world.things, number, newcomer)
        _papers(world.things, number)
        _guideline(world.things, number)
        _city(number)


def _people(things: dict, number: int) -> User:
    newcomer = User.objects.create(
        email=f"more{number}@example.jp", name=f"増{number}", fictitious=True
    )
    group = Organization.objects.get(pk=things["organization"])
    duty = Duty.objects.get(pk=things["duty"])
    copy(duty, user=newcomer)
    copy(duty, post=f"増{number}")
    officers = Officer.objects.filter(organization=group, is_representative=False)
    copy(officers.first(), name=f"増{number}")
    copy(RepresentativeNotice.objects.get(pk=things["told"]), officer=None)
    copy(Membership.objects.get(pk=things["membership"]), user=newcomer)
    invitation = Invitation.objects.get(pk=things["invitation"])
    copy(invitation, token_digest=f"{number:064}", email=f"guest{number}@example.jp")
    copy(duty.user.duty_set.model.objects.get(pk=duty.pk), valid_until=NOW.date())
    twin = copy(group, name=f"{group.name}{number}")
    copy(Membership.objects.get(pk=things["membership"]), organization=twin)
    for user in (newcomer, duty.user):
        Change.objects.create(what="registered", organization=group, user=user, by=newcomer, at=NOW)
    department = Duty.objects.filter(role="department").first().department
    copy(department, name=f"{department.name}{number}")
    return newcomer


def _plans(things: dict, number: int) -> None:
    edition = CourseEdition.objects.get(pk=things["edition"])
    copy(edition, first_fiscal_year=2090 + number)
    copy(edition, first_fiscal_year=2090 + number, fictitious=False)
    by = User.objects.get(email="office@demo.example.jp")
    rule = EditionParameter.objects.filter(edition=edition).first()
    copy(rule, name=f"another_rule_{number}")
    copy(LineCategory.objects.filter(edition=edition).first(), code=f"another-{number}")
    ParameterChange.objects.create(
        edition=edition, name=rule.name, new_status="set", new_value=str(number), by=by, at=NOW
    )
    for name in ("round", "open_round"):
        call = Round.objects.get(pk=things[name])
        again = copy(call, name=f"{call.name}{number}")
        copy(Rubric.objects.get(round=call), round=again)
    copy(BudgetEntry.objects.filter(edition=edition).first())
    copy(FundEntry.objects.get(pk=things["fund_entry"]))
    copy(FundTarget.objects.get(fictitious=False, fiscal_year=2021), fiscal_year=2030 + number)
    award = PastAward.objects.filter(status="adopted").first()
    copy(award, key=f"more-{number}", organization_id=things["organization"])


def _cases(things: dict, number: int) -> None:
    """One more proposal, year and report at every point of the road, each below the one before."""
    measure = _measure_of(things)
    for name in ("proposal", "draft", "keyed", "returned", "submitted", "in_selection", "selected"):
        proposal = copy(Proposal.objects.get(pk=things[name]))
        ProposalMeasure.objects.create(proposal=proposal, measure=measure, how="増")
        for sheet in ScoreSheet.objects.filter(proposal=things[name]):
            copy(sheet, proposal=proposal)
        for terms in Terms.objects.filter(proposal=things[name]):
            copy(terms, proposal=proposal)
        for item in AgendaItem.objects.filter(proposal=things[name]):
            copy(item, proposal=proposal, position=item.position + number)
    _owes_back(things, number)
    for name in ("planned", "applied", "year", "reported", "confirmed", "second_year"):
        year = ProjectYear.objects.get(pk=things[name])
        proposal = copy(year.proposal)
        ProposalMeasure.objects.create(proposal=proposal, measure=measure, how="増")
        copy(year, position=year.position + 10 + number)
        again = copy(year, proposal=proposal)
        if name == "applied":
            item = ApprovalItem.objects.get(pk=things["item"])
            copy(item, case=again, approval=copy(item.approval))
        for told in EarlyStart.objects.filter(year=year, accepted=None):
            answered = {"accepted": True, "decided_by": told.by, "decided_at": NOW}
            copy(told, **answered)
            copy(told, year=again)
        if report := Report.objects.filter(project_year=year).first():
            copy(report, project_year=again)
        for claim in MoneyClaim.objects.filter(project_year=year):
            copy(claim)
            copy(claim, project_year=again)
        for told in InterimReport.objects.filter(project_year=year, is_open=True):
            copy(told, is_open=False)
            copy(told, project_year=again)
        for change in ChangeRequest.objects.filter(project_year=year):
            copy(change, is_open=False)
            copy(change, project_year=again)
    for name in ("issue", "issue_draft"):
        issue = copy(CityIssue.objects.get(pk=things[name]), request_key=None)
        copy(Proposal.objects.get(pk=things["proposal"]), city_issue=issue)
    part = PartnerPart.objects.get(pk=things["partner_part"])
    partner = copy(part.partner, name=f"相手{number}")
    PartnerAnswer.objects.create(
        part=copy(part, partner=partner), question=part.questions[1], words=f"増{number}"
    )
    for name in ("collaboration", "asking", "accepted", "published"):
        report = CollaborationReport.objects.get(pk=things[name])
        again = copy(report, project_year=None, request_key=None, publication=None)
        Partner.objects.create(report=report, name=f"増{number}", share_yen=number)
        _report_photo(things, report)
        ReportFigure.objects.create(report=report, label=f"増{number}", value=number)
        if report.publication:
            _publish(report.publication, again, measure)
        if name == "accepted":
            _releases(things, again)


def _report_photo(things: dict, report: CollaborationReport) -> None:
    """One more photo of a report, with its file and its copies."""
    shown = ReportPhoto.objects.select_related("file").get(pk=things["report_photo"])
    file = copy(shown.file, key=uuid.uuid4(), case_id=report.pk)
    for drawn in PictureCopy.objects.filter(file=shown.file):
        copy(drawn, file=file)
    copy(shown, report=report, file=file)


def _releases(things: dict, report: CollaborationReport) -> None:
    """One more release, one more report in the one there is, and one that is ready for it."""
    release = Release.objects.get(pk=things["prepared_release"])
    item = release.items.get(pk=things["release_item"])
    copy(item, key=str(report.pk))
    copy(item, release=copy(release))
    copy(report, project_year=None, request_key=None, publication=None)


def _forms(things: dict, number: int) -> None:
    """One more form, and one more question and meaning in the one that there is."""
    form = ReportForm.objects.get(pk=things["report_form"])
    copy(form, first_fiscal_year=2100 + number)
    copy(form.questions.get(code="difficulties"), code=f"own-{number}")
    ScoreWord.objects.update_or_create(form=form, score=1 + number % 5, defaults={"words": "増"})
    tabled = TabledReport.objects.get(tabling=things["tabling"], place=1)
    copy(tabled.tabling)
    again = copy(tabled.report, project_year=None, request_key=None, publication=None)
    copy(tabled, report=again, place=1 + number)
    by = tabled.tabling.by
    CommitteeComment.objects.create(tabled=tabled, words=f"増{number}", by=by, at=NOW)


def _owes_back(things: dict, number: int) -> None:
    """One more year of which more was paid than confirmed, with the date for paying it back."""
    year = ProjectYear.objects.get(pk=things["confirmed"])
    again = copy(year, proposal=copy(year.proposal))
    _paid(again, things, again.owed_yen + number, by=year.events.first().by)
    again.deadlines.filter(kind="settlement").update(kind="repayment", owed_by="organization")


def _paid(year: ProjectYear, things: dict, yen: int, *, by: User) -> None:
    """Pay on a claim of its own: the claim of the world is still to be paid."""
    claim = copy(MoneyClaim.objects.get(pk=things["claim"]), project_year=year)
    Payment.objects.create(
        year=year, kind="advance", claim=claim, amount_yen=yen, paid_on=NOW.date(),
        document=f"増{yen}", by=by, at=NOW,
    )  # fmt: skip


def _year_of(measure: Measure, number: int) -> None:
    """Plan and result of one more year, with a figure and its part, and one more figure of this year."""
    by = User.objects.get(email="office@demo.example.jp")
    values = {
        "target": "増", "plan": "増", "plan_months": [4, 5], "result": "増", "result_months": [5],
        "status": "partly", "next_plan": "増", "result_by_month": {"5": "増"},
    }  # fmt: skip
    year, before = calendar.fiscal_year(NOW.date()), 2019 - number
    years.write(measure, before, values, edit_number=0, by=by, at=NOW)
    for fiscal_year in (year, before):
        whole = Figure(label=f"増{number}", value=3, unit="件")
        years.write_figure(measure, fiscal_year, whole, by=by, at=NOW)
        part = Figure(label="内訳", value=2, unit="件", part_of=whole)
        years.write_figure(measure, fiscal_year, part, by=by, at=NOW)
    services.write_text(
        measure.pk, {"text": f"増{number}", "previous_actions": ""},
        seen=services.mark_of_text(Measure.objects.get(pk=measure.pk)), by=by, at=NOW,
    )  # fmt: skip


def _measure_of(things: dict) -> Measure:
    return Measure.objects.get(edition__code="first", number=things["version"])


def _publish(publication: Publication, report: CollaborationReport, measure: Measure) -> None:
    version = copy(publication.version, case_id=report.pk)
    report.publication = copy(publication, report=report, version=version)
    report.publication.measures.add(measure)
    report.save()


def _selection(things: dict, number: int, newcomer: User) -> None:
    seat = PanelSeat.objects.get(pk=things["seat"])
    again = copy(seat, user=newcomer)
    copy(Conflict.objects.get(pk=things["conflict"]), seat=again)
    copy(PossibleConflict.objects.get(pk=things["possible"]), seat=again)
    meeting = Meeting.objects.get(pk=things["meeting"])
    copy(meeting.attendances.first(), seat=again)
    copy(meeting, current=None, opened_at=None)
    for name in ("round", "open_round"):
        criterion = Criterion.objects.filter(rubric__round=things[name]).last()
        copy(criterion, position=criterion.position + number)
        decision = DecisionSnapshot.objects.filter(round=things[name]).last()
        copy(decision, number=decision.number + number, digest=f"{name}{number}")


def _papers(things: dict, number: int) -> None:
    """More of what hangs on the page of a case."""
    by = User.objects.get(email="office@demo.example.jp")
    file = StoredFile.objects.get(key=things["file"])
    letter = Letter.objects.get(key=things["letter"])
    terms = Terms.objects.filter(proposal=things["proposal"]).order_by("version").last()
    copy(terms, version=terms.version + 1)
    for name in (*things.keys() & _CASES,):
        case = Case.objects.get(pk=things[name])
        copy(file, key=uuid.uuid4(), case=case)
        copy(letter, key=uuid.uuid4(), case=case, number=100_000 + next(_fresh))
        _deadline(case, number, by)
        history.append(
            case, "note", source=case.state, target=case.state, by=by, at=NOW,
            facts={"note": f"増{number}"},
        )  # fmt: skip
        if version := case.versions.order_by("number").last():
            copy(version, number=version.number + number)
    listed = Destruction.objects.get(pk=things["destruction"])
    again = copy(listed, month=date(2100 + number, 1, 1))
    copy(listed.items.get(), destruction=again)
    copy(LegalHold.objects.get(pk=things["hold"]), case_id=things["draft"], lifted_at=NOW)
    copy(LegalHold.objects.get(pk=things["hold"]), case_id=again.pk)
    for name in ("notice", "paper"):
        copy(Notice.objects.get(pk=things[name]), key=f"{name}-{number}")
    for line in (
        BudgetLine.objects.filter(proposal=things["draft"]).last(),
        BudgetLine.objects.filter(proposal=things["proposal"]).last(),
        YearBudgetLine.objects.filter(year=things["planned"]).last(),
        SettlementLine.objects.filter(report=things["report"]).last(),
        SettlementLine.objects.filter(report=things["reported_report"]).last(),
    ):
        copy(line, label=f"増{number}")
    shown = Picture.objects.select_related("file").get(pk=things["photo"])
    again = copy(shown.file, key=uuid.uuid4())
    copy(PictureCopy.objects.filter(file=shown.file, size="large").first(), file=again)
    copy(shown, file=again, digest=f"photo{number}")
    for name in ("report", "reported_report"):
        receipt = Receipt.objects.filter(report=things[name]).first()
        copy(receipt, number=100 + number, digest="", item=f"増{number}")
        FieldNote.objects.create(
            report_id=things[name], line=receipt.line if number == 1 else None, asked=f"増{number}",
            by=by, at=NOW, given_at=NOW,
        )  # fmt: skip
    _paid(ProjectYear.objects.get(pk=things["year"]), things, number, by=by)


#: Things that are cases with a page of their own.
_CASES = {
    "proposal", "draft", "keyed", "returned", "submitted", "selected", "confirmed", "in_selection", "planned", "applied", "year", "reported",
    "change", "interim", "claim", "claim_draft", "sheet", "report", "reported_report", "collaboration", "asking", "partner_part", "accepted", "published", "approval",
}  # fmt: skip


def _deadline(case: Case, number: int, by: User) -> None:
    some = case.deadlines.first() or Deadline.objects.filter(kind="report").first()
    closed = copy(some, case=case, closed_at=NOW, superseded_by=None)
    for deadline in (some, closed):
        Extension.objects.create(
            deadline=deadline, until=NOW.date() + timedelta(days=number), reason="増",
            approval=Approval.objects.order_by("pk").first(), by=by, at=NOW,
        )  # fmt: skip


def _guideline(things: dict, number: int) -> None:
    measure = _measure_of(things)
    edition: Edition = measure.edition
    again = copy(measure, number=100 + number)
    copy(edition, code=f"more-{number}")
    section: Section = measure.section
    copy(section, number=100 + number)
    Progress.objects.create(
        measure=measure, fiscal_year=2030 + number, as_of=NOW.date() + timedelta(days=number),
        status=Progress.objects.first().status,
    )  # fmt: skip
    ProgressTable.objects.create(
        edition=edition, as_of=NOW.date(), title=f"増{number}", digest="0" * 64, changes=number,
        taken_at=NOW, taken_by=User.objects.get(email="office@demo.example.jp"),
    )  # fmt: skip
    copy(Figure.objects.of_documents().first(), measure=measure, label=f"増{number}")
    _year_of(measure, number)
    copy(Claim.objects.first(), measure=measure, source=f"増{number}")
    counted = PrintedCount.objects.filter(edition=edition).first()
    copy(counted, as_of=NOW.date() + timedelta(days=number))
    make_public(edition, NOW.date() + timedelta(days=number), source=f"増{number}", at=NOW)
    known = Crosswalk.objects.filter(from_measure__isnull=False, to_measure__isnull=False).first()
    copy(known, from_measure=again)


def _city(number: int) -> None:
    ClosedDay.objects.create(day=date(2040, 1, number), name=f"増{number}")
    copy(Sender.objects.first(), name=f"増{number}")
    copy(CitySetting.objects.first(), code=f"more_{number}")
    copy(AccountingColumn.objects.first(), position=100 + number, header=f"増{number}")
    copy(FailedTask.objects.first(), kwargs={"number": number})
    Worker.objects.create(name=f"more{number}@test", answered_at=NOW)
