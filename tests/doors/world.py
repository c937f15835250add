"""The world the doors open on: the rehearsed year, and one thing of each kind to knock at."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client

from accounts.models import Duty, Invitation, Membership, Officer, Organization, User
from casework.models import ApprovalItem, Case, Deadline, Letter, Notice, Sender, StoredFile
from grants.models import ProjectYear, Proposal, Round
from reporting.models import CollaborationReport, Report
from reviews.models import ScoreSheet

#: The moment at which the world stands still: within the year it plays.
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))

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


def build() -> None:
    """Play the year up to NOW."""
    with time_machine.travel(NOW, tick=False):
        call_command("load_reference", verbosity=0)
        call_command("rehearse")


def clients() -> dict[str, Client]:
    """Return a logged-in browser for every column."""
    return {column: _client(email) for column, email in PEOPLE.items()}


def _client(email: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if email:
        client.force_login(User.objects.get(email=f"{email}@demo.example.jp"))
    return client


def things() -> dict[str, object]:
    """Return a thing of each kind, by the name that the table of doors uses for it."""
    own = Organization.objects.get(membership__user__email="engawa@demo.example.jp")
    owner = Membership.objects.get(organization=own)
    proposal = Proposal.objects.get(title="えんがわ出張相談")
    year = ProjectYear.objects.get(proposal__title="里山たんけん学校", position=1)
    reported = ProjectYear.objects.get(proposal__title="はまべ一斉清掃")
    report = Report.objects.get(project_year=year)
    sheet = ScoreSheet.objects.filter(proposal=proposal).order_by("pk").first()
    asked = CollaborationReport.objects.filter(department__mailbox="", state="requested")
    panelist = User.objects.get(email="panel1@demo.example.jp")
    call = proposal.round
    return {
        "organization": own.pk,
        "officer": Officer.objects.filter(organization=own).order_by("pk").first().pk,
        "membership": owner.pk,
        "invitation": _invitation(own, owner.user).pk,
        "person": panelist.pk,
        "duty": Duty.objects.get(user=panelist).pk,
        "group_person": owner.user_id,
        "proposal": proposal.pk,
        "year": year.pk,
        "reported": reported.pk,
        "report": report.pk,
        "reported_report": Report.objects.get(project_year=reported).pk,
        "sheet": sheet.pk,
        "seat": sheet.seat_id,
        "signature": year.signatures.order_by("pk").first().pk,
        "collaboration": asked.filter(department__fictitious=True).order_by("pk").first().pk,
        "approval": ApprovalItem.objects.order_by("pk").first().approval_id,
        "item": ApprovalItem.objects.order_by("pk").first().pk,
        "round": call.pk,
        "open_round": Round.objects.get(name__contains="体験用", edition__course="startup").pk,
        "edition": call.edition_id,
        "deadline": Deadline.objects.open().filter(case=year.pk, kind="report").get().pk,
        "letter": Letter.objects.filter(case=proposal.pk).order_by("pk").first().key,
        "file": _file(proposal).key,
        "notice": Notice.objects.filter(recipient=owner.user).order_by("pk").first().pk,
        "sender": Sender.objects.order_by("pk").first().pk,
        "version": 1,
    }


def _invitation(organization: Organization, by: User) -> Invitation:
    return Invitation.objects.create(
        organization=organization, email="new@example.jp", role="viewer", token_digest="0" * 64,
        invited_by=by, invited_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip


def _file(case: Case) -> StoredFile:
    stored = StoredFile(
        case_id=case.pk, name="計画.pdf", media_type="application/pdf", size=5, digest="0" * 64,
        by=case.clerk or User.objects.first(), at=NOW,
    )  # fmt: skip
    stored.content.save("door.pdf", ContentFile(b"%PDF-"))
    stored.content.close()
    return stored
