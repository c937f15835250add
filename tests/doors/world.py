"""The world the doors open on: the rehearsed year, and one thing of each kind to knock at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client

from accounts.models import (
    Duty,
    Invitation,
    Membership,
    Officer,
    Organization,
    SetupLink,
    User,
)
from accounts.services.tokens import digest
from casework import calendar, files, outbox, picture_copies, services, works
from casework.models import (
    ApprovalItem,
    CalendarFeed,
    Case,
    Deadline,
    Destruction,
    DestructionItem,
    FailedTask,
    LegalHold,
    Letter,
    Notice,
    Sender,
    StoredFile,
)
from grants.models import (
    ActivityDone,
    AgreementSignature,
    ChangeRequest,
    ChargeEntry,
    CityIssue,
    Claim,
    EarlyStart,
    FundEntry,
    LogEntry,
    Payment,
    Picture,
    ProjectYear,
    Proposal,
    Question,
    Round,
)
from grants.services.pictures import add_picture
from guideline import years
from guideline.models import Crosswalk, Figure, Measure
from reporting import photos
from reporting.models import (
    CollaborationReport,
    InterimReport,
    PartnerPart,
    Receipt,
    Report,
    ReportForm,
    ReportPhoto,
    Tabling,
)
from reporting.publishing import checks, releases
from reviews.models import (
    AgendaItem,
    Attendance,
    Conflict,
    DecisionSnapshot,
    Meeting,
    PanelSeat,
    PossibleConflict,
    ScoreSheet,
)
from tests.casework.camera import photo
from tests.doors import plays

#: The moment at which the world stands still: within the year it plays.
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))

#: The token of the invitation that waits.
TOKEN = "invitation-token"
#: The token of the calendar of a clerk of the office.
FEED_TOKEN = "calendar-token"

#: Column of the table → e-mail of the invented person, or ``None`` for nobody.
PEOPLE = {
    "anonymous": None,
    "member": "engawa",
    "stranger": "hanabi",
    "office": "office",
    "approver": "approver",
    "accounting": "accounting",
    "department": "department",
    "other_dept": "department2",
    "panel": "panel1",
    "coordinator": "coordinator",
    "committee": "committee",
    "auditor": "auditor",
    "admin": "administrator",
}

#: Names of things that are cases; the number of another thing may be that of some case by chance.
CASES = (
    *plays.TITLES,
    "proposal",
    "second_year",
    "agreed_year",
    "sheet",
    "report",
    "reported_report",
    "collaboration",
    "asking",
    "partner_part",
    "accepted",
    "published",
    "issue",
    "issue_draft",
    "approval",
    "destruction",
    "claim",
    "claim_draft",
    "change",
    "interim",
    "prepared_release",
)


@dataclass(frozen=True)
class World:
    """What there is to knock at, and who knocks.

    :param things: name used in the tables → number or key of the thing.
    :param clients: column of the tables → a browser in which that person is logged in.
    """

    things: dict[str, object]
    clients: dict[str, Client]

    def cases(self) -> list[object]:
        """Return the numbers of the things that are cases."""
        return [self.things[name] for name in CASES]

    def person(self, column: str) -> User | None:
        """Return who acts in a column, with the duties of the day; ``None`` is nobody."""
        name = PEOPLE[column]
        return plays.person(name).act_on(NOW.date()) if name else None


def build() -> World:
    """Play the year up to NOW, and what the year lacks on that day."""
    with time_machine.travel(NOW, tick=False), outbox.delivered_by_hand():
        call_command("load_reference", verbosity=0)
        call_command("rehearse", "--until-today")
        plays.Play(NOW).all()
        return World(things(), {column: _client(email) for column, email in PEOPLE.items()})


def _client(email: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if email:
        client.force_login(User.objects.get(email=f"{email}@demo.example.jp"))
    return client


def things() -> dict[str, object]:
    """Return a thing of each kind, by the name that the tables use for it."""
    crosswalk = Crosswalk.objects.earliest("pk").pk
    return {
        **_people(), **_program(), **_reports(), **_casework(),
        "version": 1, "crosswalk": crosswalk, "year_figure": _year_of_a_measure().pk,
    }  # fmt: skip


def _year_of_a_measure() -> Figure:
    """A figure of the running year of the first measure, whose plan the office began to write."""
    measure = Measure.objects.of("first").get(number=1)
    by, year = plays.person("office"), calendar.fiscal_year(NOW.date())
    words = dict.fromkeys(("target", "plan", "result", "next_plan", "status"), "")
    values = {
        **words, "plan": "計画", "plan_months": [4], "result_months": [],
        "plan_by_month": {"4": "準備会"},
    }  # fmt: skip
    years.write(measure, year, values, edit_number=0, by=by, at=NOW)
    figure = Figure(label="参加者", value=3, unit="人")
    return years.write_figure(measure, year, figure, by=by, at=NOW)


def _people() -> dict[str, object]:
    owner = Membership.objects.get(user__email="engawa@demo.example.jp")
    group, panelist = owner.organization, plays.person("panel1")
    return {
        "organization": group.pk,
        "officer": Officer.objects.get(organization=group, name="代わりの 代表").pk,
        "told": group.representative_notices.get().pk,
        "membership": owner.pk,
        "invitation": _invitation(group, owner.user).pk,
        "token": TOKEN,
        "setup": _setup_link(),
        "person": panelist.pk,
        "duty": Duty.objects.get(user=panelist).pk,
        "group_person": owner.user_id,
    }


def _program() -> dict[str, object]:
    proposal = Proposal.objects.get(title="えんがわ出張相談")
    at = {name: Proposal.objects.get(title=title) for name, title in plays.TITLES.items()}
    years = {name: ProjectYear.objects.get(proposal=at[name]).pk for name in plays.YEARS}
    satoyama = ProjectYear.objects.filter(proposal__title="里山たんけん学校")
    sheet = ScoreSheet.objects.get(
        proposal=at["in_selection"], seat__user__email="panel1@demo.example.jp"
    )
    return {
        **{name: found.pk for name, found in at.items()},
        **years,
        "proposal": proposal.pk,
        "second_year": satoyama.get(position=2).pk,
        "agreed_year": satoyama.get(position=1).pk,
        "signature": AgreementSignature.objects.filter(year__in=satoyama, struck_at=None)
        .first()
        .pk,
        "payment": Payment.objects.filter(year=satoyama.get(position=1)).earliest("pk").pk,
        "charge_entry": _charge_entry(satoyama.get(position=1)),
        "early_start": _early_start(years["planned"]),
        "interim": InterimReport.objects.get(project_year=years["year"]).pk,
        "change": ChangeRequest.objects.get(project_year=years["year"]).pk,
        "claim_draft": Claim.objects.get(project_year=years["year"]).pk,
        "claim": Claim.objects.get(project_year=years["confirmed"]).pk,
        "sheet": sheet.pk,
        "seat": sheet.seat_id,
        "decision": DecisionSnapshot.objects.earliest("pk").pk,
        "conflict": Conflict.objects.get(proposal=at["in_selection"]).pk,
        **_meeting(at["in_selection"], sheet.seat),
        "possible": PossibleConflict.objects.get(proposal=at["planned"]).pk,
        "round": proposal.round_id,
        "open_round": at["draft"].round_id,
        "prepared_round": _prepared_round(proposal.round),
        "work": _work(at["draft"].round_id),
        "edition": proposal.round.edition_id,
        "fund_entry": _fund_entry(),
        "log_entry": LogEntry.objects.standing().filter(case__isnull=False).latest("pk").pk,
        "photo": _photo(ProjectYear.objects.get(pk=years["year"])).pk,
        "activity": (planned := ActivityDone.objects.latest("pk")).activity_id,
        "activity_line": planned.pk,
        "question": Question.objects.latest("pk").pk,
    }


def _prepared_round(call: Round) -> int:
    """The round that follows ``call`` in the year after, which only the office sees."""
    made = Round.objects.get(pk=call.pk)
    made.pk, made._state.adding = None, True
    made.announced_at, made.copied_from, made.fiscal_year = None, call, call.fiscal_year + 1
    made.save()
    return made.pk


def _early_start(year: int) -> int:
    """A notice of a start before the decision; the rehearsed course has no rule about it."""
    return EarlyStart.objects.create(
        year_id=year, starts_on=NOW.date(), reason="会場", by=plays.person("engawa"), at=NOW
    ).pk


def _charge_entry(year: ProjectYear) -> int:
    """A charge that came, with its line in the history; the rehearsed year owes none."""
    by = plays.person("accounting")
    entry = ChargeEntry.objects.create(
        year=year, which=ChargeEntry.Which.LATE, kind="paid", amount_yen=1, paid_on=NOW.date(),
        document="領収", by=by, at=NOW,
    )  # fmt: skip
    told = {"charge": entry.pk, "which": entry.which, "amount_yen": entry.amount_yen}
    services.record(year, "pay_charge", by=by, at=NOW, **told)
    return entry.pk


def _photo(year: ProjectYear) -> Picture:
    """A photo of the year that runs, which nobody described."""
    upload = ContentFile(photo("JPEG"), name="写真.jpg")
    by = plays.person("engawa")
    made = add_picture(year, upload, kind=Picture.Kind.PHOTO, by=by, at=NOW)
    picture_copies.draw_all(made.file_id)
    return made


def _fund_entry() -> int:
    """A gift that is not invented; the pages show no other outside a demonstration."""
    return FundEntry.objects.create(
        kind="gift", amount_yen=1_000, fiscal_year=2026, on=NOW.date(), document="調書",
        by=plays.person("office"), at=NOW,
    ).pk  # fmt: skip


def _meeting(proposal: Proposal, seat: PanelSeat) -> dict[str, object]:
    """A meeting that runs, with one proposal before the room."""
    meeting = Meeting.objects.create(round=proposal.round, held_on=NOW.date(), opened_at=NOW)
    item = AgendaItem.objects.create(meeting=meeting, proposal=proposal, position=1, began_at=NOW)
    meeting.current = item
    meeting.save()
    Attendance.objects.create(meeting=meeting, seat=seat, arrived_at=NOW, by=plays.person("office"))
    return {"meeting": meeting.pk, "agenda_item": item.pk}


def _work(round: int) -> int:
    """A long work that waits, about a round that is not any more what it was when it was asked for."""
    asked = {"params": {"round": round}, "fingerprint": "another"}
    return works.ask("sensitivity", **asked, by=plays.person("office"), at=NOW).pk


def _reports() -> dict[str, object]:
    asked = CollaborationReport.objects.filter(state="requested", department__fictitious=True)
    report = Report.objects.get(project_year__proposal__title=plays.TITLES["year"])
    reported = Report.objects.get(project_year__proposal__title=plays.TITLES["reported"])
    return {
        "report": report.pk,
        "reported_report": reported.pk,
        "receipt": (receipt := _receipt(report)).pk,
        "picture": receipt.file.key,
        "collaboration": asked.order_by("pk").first().pk,
        "accepted": CollaborationReport.objects.get(title="受理された協働").pk,
        "published": CollaborationReport.objects.get(title="公開された協働").pk,
        **_release(CollaborationReport.objects.get(title="受理された協働")),
        "issue": CityIssue.objects.get(title="公開された課題").pk,
        "issue_draft": CityIssue.objects.get(title="書いている課題").pk,
        "partner_part": (part := PartnerPart.objects.get()).pk,
        "asking": part.report_id,
        "report_photo": _report_photo(part.report).pk,
        "tabling": Tabling.objects.get().pk,
        "report_form": ReportForm.objects.earliest("pk").pk,
    }


def _report_photo(report: CollaborationReport) -> ReportPhoto:
    """A photo of the report that a department is writing, described and agreed to."""
    upload = ContentFile(photo("JPEG"), name="写真.jpg")
    made = photos.add(
        report, upload, alternative_text="花だん", consent="nobody", by=plays.person("department"),
        at=NOW,
    )  # fmt: skip
    picture_copies.draw_all(made.file_id)
    return made


def _release(report: CollaborationReport) -> dict[str, object]:
    """A release that the office is putting together; its one warning, of the committee, may stand."""
    office = plays.person("office").act_on(NOW.date())
    made = releases.begin_with(report, by=office, at=NOW)
    for found in checks.in_the_way(made, at=NOW):
        checks.accept(made, found.digest, reason="順序は決めていない", by=office, at=NOW)
    return {"prepared_release": made.pk, "release_item": made.items.get().pk}


def _receipt(report: Report) -> Receipt:
    """A receipt of the report that the group is writing, with a photo of it."""
    line = report.settlement_lines.filter(side="expenditure").earliest("pk")
    upload = ContentFile(photo("HEIF"), name="IMG_0001.HEIC")
    stored = files.store(report, upload, label="", by=plays.person("office"), at=NOW)
    return Receipt.objects.create(
        report=report, line=line, number=1, item="チラシ", paid_on=NOW.date(), amount_yen=500,
        file=stored, digest=stored.digest,
    )  # fmt: skip


def _casework() -> dict[str, object]:
    item = ApprovalItem.objects.get(case__title=plays.TITLES["applied"], verb="grant")
    proposal = Case.objects.get(title="えんがわ出張相談", kind="proposal")
    year = Case.objects.get(title=plays.TITLES["year"], kind="project_year")
    mine = Notice.objects.filter(recipient__email="engawa@demo.example.jp")
    printed = Notice.objects.filter(state=Notice.State.PRINTED, case__title=plays.FILED_PAPER)
    file = _file(proposal)
    return {
        "approval": item.approval_id,
        "item": item.pk,
        "deadline": Deadline.objects.open().get(case=year, kind="report").pk,
        "letter": Letter.objects.filter(case=proposal).order_by("pk").first().key,
        "file": file.key,
        "notice": mine.order_by("pk").first().pk,
        "paper": printed.order_by("pk").first().pk,
        "sender": Sender.objects.order_by("pk").first().pk,
        "destruction": _destruction(file),
        "hold": _hold(proposal),
        "feed": _feed(),
        "failed_task": FailedTask.objects.create(task="casework.tasks.tick", error="E", at=NOW).pk,
    }


def _destruction(file: StoredFile) -> int:
    """The list of a month, with one file on it."""
    listed = Destruction(title="廃棄", month=NOW.date().replace(day=1), internal=True, number="D-1")
    services.open_case(listed, by=plays.person("office"), at=NOW, filed=True)
    DestructionItem.objects.create(destruction=listed, code="files", row=file.pk, years=5)
    return listed.pk


def _hold(case: Case) -> int:
    return LegalHold.objects.create(case=case, by=plays.person("office"), at=NOW).pk


def _invitation(organization: Organization, by: User) -> Invitation:
    return Invitation.objects.create(
        organization=organization, email="new@example.jp", role="viewer",
        token_digest=digest(TOKEN), invited_by=by, invited_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )  # fmt: skip


def _setup_link() -> str:
    token = "setup-token"
    SetupLink.objects.create(
        token_digest=digest(token), made_at=NOW, expires_at=NOW + timedelta(days=1)
    )
    return token


def _feed() -> str:
    """The token of the office's calendar."""
    CalendarFeed.objects.create(
        user=plays.person("office"), token_digest=digest(FEED_TOKEN), made_at=NOW
    )
    return FEED_TOKEN


def _file(case: Case) -> StoredFile:
    """A real PDF that was sent in: a letter serves for it."""
    pdf = bytes(Letter.objects.filter(case=case).order_by("pk").first().pdf)
    upload = ContentFile(pdf, name="計画.pdf")
    return files.store(case, upload, label="", by=plays.person("office"), at=NOW)
