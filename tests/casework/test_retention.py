"""Retention (保存年限): what is due, who decides, what goes, and that every verification stays green."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Change, Invitation, Membership, Officer, Organization, Role, User
from accounts.services.logins import close_login, reopen_login
from casework import (
    approvals,
    destruction,
    files,
    messaging,
    notice_words,
    outbox,
    outbox_keeping,
    retention,
    tasks,
    verification,
)
from casework.approvals import Wish
from casework.calendar import JAPAN, japan_date
from casework.derivation import Due
from casework.errors import NotPossible
from casework.letter_versions import reissue
from casework.models import (
    Access,
    Destruction,
    Event,
    Extension,
    LegalHold,
    LetterToNumber,
    Notice,
    Remark,
    Reminder,
    StoredFile,
)
from casework.services import advance
from casework.timekeeping import supersede
from casework.views import finding
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

#: The classes of casework; the program has its own, see tests/grants and tests/reviews.
CLASSES = set(retention.classes()) - {
    "activities", "bank_accounts", "comments", "committee_comments", "conflict_notes", "drafts", "early_starts", "field_notes", "log",
    "meeting_notes", "panel_comments", "possible_conflict_notes", "questions", "receipts", "report_photos",
    "pictures", "private_answers", "signatures", "withdrawn_reports",
}  # fmt: skip
#: All ends on TODAY, in fiscal year 2026; five years are over when fiscal year 2032 begins.
YEARS = 5
LAST_MOMENT = datetime(2032, 3, 31, 23, 59, tzinfo=JAPAN)
DUE = datetime(2032, 4, 1, 3, 40, tzinfo=JAPAN)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture
def approver():
    return factories.user(Role.APPROVER)


def keep_all(office, years: int | None = YEARS, *codes: str) -> None:
    for code in codes or retention.classes():
        retention.set_period(code, years, source="架空の文書取扱規程", by=office, at=NOON)


@remembered
def over(office):
    """A proposal with a file, remarks, a message and notices that its group withdrew."""
    case = filed()
    messaging.write(case, text="利用 一郎に電話してください", key=uuid4(), by=office, at=NOON)
    upload = ContentFile(PDF, name="計画.pdf")
    files.store(case, upload, label="計画", by=office, at=NOON)
    advance(case, "send_back", by=office, at=NOON, reason="電話番号を書いてください")
    owed = case.deadlines.open().first()
    factories.extended(owed, until=owed.due_on + timedelta(days=7), reason="利用 一郎の入院")
    due = Due.fixed(owed.due_on + timedelta(days=9), basis="set_by_office")
    supersede(owed, due, reason="利用 一郎の転居", by=office, at=NOON)
    case = advance(case, "withdraw", by=group_of(case), at=NOON)
    Notice.objects.update(state="sent", sent_at=NOON)
    return case


def people_of(case, office):
    """An officer, an invitation, a former member and a closed log-in of the group of a case."""
    group, admin = case.organization, factories.user(Role.ADMINISTRATOR)
    Officer.objects.create(organization=group, name="役員 花子", post="会長", valid_until=TODAY)
    Officer.objects.create(organization=group, name="役員 太郎", post="会計")
    Invitation.objects.create(
        organization=group, email="guest@example.jp", role="viewer", token_digest="0" * 64,
        invited_by=office, invited_at=NOON, expires_at=NOON + timedelta(days=14),
    )  # fmt: skip
    gone = factories.user(name="利用 一郎")
    Membership.objects.create(
        user=gone, organization=group, role="owner", valid_from=TODAY - timedelta(days=9),
        valid_until=TODAY,
    )  # fmt: skip
    close_login(gone, by=admin, at=NOON)
    return gone


@remembered
def left_group() -> None:
    """A group that everybody left, whose one case is over."""
    case = filed()
    case = advance(case, "withdraw", by=group_of(case), at=NOON)
    Membership.objects.filter(organization=case.organization).update(valid_until=TODAY)
    Organization.objects.filter(pk=case.organization_id).update(
        postal_code="248-0000",
        address="架空町1-2 利用方",
        phone="0467-00-0000",
        email="g@example.jp",
    )


def decide(listed: Destruction, office, approver, at=DUE):
    draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=office, at=at)
    advance(draft, "approve", by=approver, at=at, decided_on=at.date())
    listed.refresh_from_db()
    return listed


def outcomes(listed: Destruction) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for code, outcome in listed.items.values_list("code", "outcome"):
        told.setdefault(code, set()).add(outcome)
    return told


# What is due


def test_nothing_is_proposed_while_no_period_is_set(office):
    over(office)

    assert destruction.propose(at=DUE) is None
    assert not Destruction.objects.exists()


def test_period_that_is_taken_back_is_not_set_again(office):
    keep_all(office)
    keep_all(office, None)

    assert retention.periods() == {}


def test_period_is_a_year_or_more_and_the_offices(office, approver):
    with pytest.raises(ValidationError):
        retention.set_period("files", 0, source="", by=office, at=NOON)
    with pytest.raises(PermissionDenied):
        retention.set_period("files", 5, source="", by=approver, at=NOON)
    assert retention.periods() == {}


def test_every_class_is_due_the_day_after_its_last_and_not_before(office):
    people_of(over(office), office)
    left_group()
    keep_all(office)

    assert destruction.propose(at=LAST_MOMENT) is None
    listed = destruction.propose(at=DUE)
    assert {item.code for item in listed.items.all()} == CLASSES


def test_open_case_keeps_what_belongs_to_it(office):
    case = filed()
    files.store(case, ContentFile(PDF, name="計画.pdf"), label="", by=office, at=NOON)
    keep_all(office, YEARS, "files", "remarks", "memberships")
    Membership.objects.filter(organization=case.organization).update(valid_until=TODAY)

    assert destruction.propose(at=DUE) is None


def test_login_of_somebody_who_held_a_duty_is_kept(office):
    close_login(office, by=factories.user(Role.ADMINISTRATOR), at=NOON)
    keep_all(factories.user(Role.OFFICE), YEARS, "logins")

    assert destruction.propose(at=DUE) is None


@pytest.mark.parametrize("days_before", [0, 1])
def test_login_of_a_former_member_is_kept_while_a_case_of_their_time_runs(office, days_before):
    case = filed()
    last = case.opened_on - timedelta(days=days_before)
    gone = factories.user(name="利用 一郎")
    Membership.objects.create(
        user=gone, organization=case.organization, role="owner", valid_until=last,
        valid_from=TODAY - timedelta(days=900),
    )  # fmt: skip
    close_login(gone, by=factories.user(Role.ADMINISTRATOR), at=NOON)

    for code, row in (("logins", gone.pk), ("memberships", gone.membership_set.get().pk)):
        due = retention.classes()[code].due(japan_date(DUE))
        assert due.filter(pk=row).exists() == bool(days_before)


# The monthly list


def test_list_is_made_once_a_month_and_the_office_is_told(office):
    over(office)
    keep_all(office)

    listed = destruction.propose(at=DUE)

    assert destruction.propose(at=DUE + timedelta(days=20)) is None
    assert (listed.state, listed.internal, listed.number) == ("proposed", True, "D-2032-001")
    assert listed.month == date(2032, 4, 1)
    told = Notice.objects.filter(case=listed)
    assert office in {notice.recipient for notice in told}
    assert {notice.recipient for notice in told} == set(User.objects.filter(duty__role="office"))
    assert listed.events.get().by.is_system


def test_job_that_runs_late_lists_what_an_earlier_month_missed(office):
    over(office)
    keep_all(office)

    with time_machine.travel(DUE + timedelta(days=400), tick=False):
        tasks.propose_destruction()
        tasks.propose_destruction()
        call_command("propose_destruction")

    assert Destruction.objects.get().month == date(2033, 5, 1)


def test_next_month_leaves_out_what_waits_on_a_list(office):
    over(office)
    keep_all(office)
    destruction.propose(at=DUE)

    assert destruction.propose(at=DUE + timedelta(days=31)) is None


def test_dropped_list_destroys_nothing_and_is_proposed_anew(office):
    over(office)
    keep_all(office, YEARS, "files")
    listed = destruction.propose(at=DUE)
    advance(listed, "drop", by=office, at=DUE, reason="確認中")

    again = destruction.propose(at=DUE + timedelta(days=31))

    assert StoredFile.objects.get().destroyed_at is None
    assert again.items.get().row == listed.items.get().row


# The decision


def test_nobody_destroys_without_an_approval(office, approver):
    over(office)
    keep_all(office)
    listed = destruction.propose(at=DUE)

    with pytest.raises(NotPossible):
        advance(listed, "destroy", by=approver, at=DUE)
    with pytest.raises(PermissionDenied):
        advance(listed, "destroy", by=office, at=DUE)
    assert set(listed.items.values_list("outcome", flat=True)) == {"listed"}


def test_drafter_does_not_decide(office):
    both = factories.user(Role.OFFICE, Role.APPROVER)
    over(office)
    keep_all(office)
    listed = destruction.propose(at=DUE)
    draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=both, at=DUE)

    with pytest.raises(PermissionDenied):
        advance(draft, "approve", by=both, at=DUE, decided_on=DUE.date())
    assert Remark.objects.exists()


def test_decision_destroys_every_class_and_every_verification_stays_green(
    office, approver, uploads, django_capture_on_commit_callbacks
):
    case = over(office)
    standing = group_of(case)
    gone = people_of(case, office)
    left_group()
    keep_all(office)
    stored = StoredFile.objects.get()
    before = (stored.digest, list(case.versions.values_list("digest", flat=True)))
    letters = dict(case.letters.values_list("pk", "pdf_digest"))
    assert letters and Path(stored.content.path).exists()

    listed = destruction.propose(at=DUE)
    with django_capture_on_commit_callbacks(execute=True):
        decide(listed, office, approver)

    assert listed.state == "destroyed"
    assert outcomes(listed) == {code: {"destroyed"} for code in CLASSES}
    assert list(verification.faults()) == []
    stored.refresh_from_db()
    assert (stored.digest, list(case.versions.values_list("digest", flat=True))) == before
    assert dict(case.letters.values_list("pk", "pdf_digest")) == letters
    assert (stored.destroyed_at, stored.content.name) == (DUE, "")
    assert not [path for path in uploads.rglob("*") if path.is_file()]
    assert [officer.name for officer in Officer.objects.all()] == ["役員 太郎"]
    assert not Invitation.objects.exists()
    assert [row.user for row in Membership.objects.all()] == [standing]
    assert not Organization.objects.exclude(address="", phone="", email="", postal_code="").exists()
    assert Change.objects.filter(what="contacts_erased", by=approver).count() == 1
    assert [(row.addressee, row.data, bytes(row.pdf)) for row in case.letters.all()] == [
        ("（消去済）", {}, b"")
    ] * len(letters)
    words = [row.facts.get("reason") for row in case.approval_items.all()]
    words += case.deadlines.exclude(superseded_by=None).values_list("closed_because", flat=True)
    assert words == ["（消去済）", "（消去済）"]
    assert not case.remarks.exists()
    assert [row.reason for row in Extension.objects.all()] == ["（消去済）"]
    gone.refresh_from_db()
    assert (gone.name, gone.erased_at) == ("（消去済）", DUE)
    assert gone.email.endswith("@erased.invalid") and not gone.has_usable_password()
    assert Change.objects.filter(what="person_erased", user=gone, by=approver).exists()
    told = case.notices.values_list("body", "to", "erased_at").distinct()
    assert list(told) == [("", "", DUE)]


def test_subject_of_an_erased_notice_says_only_its_kind(office, approver):
    case = over(office)
    Notice.objects.filter(case=case).update(subject="利用 一郎 様")
    Notice.objects.filter(pk=case.notices.first().pk).update(kind="unknown_kind")
    keep_all(office, YEARS, "notices")
    decide(destruction.propose(at=DUE), office, approver)

    with override("ja"):
        plain = {code: str(kind.label) for code, kind in notice_words.KINDS.items()}
    told = dict(case.notices.values_list("kind", "subject"))
    assert told == {kind: plain.get(kind, "（消去済）") for kind in told} and len(told) > 1


def test_decision_writes_down_classes_counts_and_ids_only(office, approver):
    case = over(office)
    gone = people_of(case, office)
    left_group()
    keep_all(office)
    decide(destruction.propose(at=DUE), office, approver)

    told = {e.facts["retention_class"]: e.facts for e in Event.objects.filter(verb="destroy_rows")}
    assert set(told) == CLASSES
    assert told["logins"] == {
        "retention_class": "logins", "destroyed": [gone.pk], "held": [], "changed": []
    }  # fmt: skip
    assert "利用 一郎" not in str(list(Event.objects.values_list("facts", flat=True)))


def test_many_rows_are_destroyed_in_batches(office, approver, monkeypatch):
    monkeypatch.setattr(destruction, "BATCH", 2)
    over(office)
    keep_all(office, YEARS, "notices")
    rows = Notice.objects.filter(posted_at__lte=NOON).count()
    listed = decide(destruction.propose(at=DUE), office, approver)

    lines = Event.objects.filter(verb="destroy_rows").count()
    assert rows > 2 and lines == -(-rows // 2)
    assert listed.items.filter(outcome="destroyed").count() == rows


# What is skipped


def test_hold_keeps_a_case_and_its_people_from_the_list(office):
    case = over(office)
    people_of(case, office)
    keep_all(office)
    retention.hold(case, reason="監査のため", by=office, at=NOON)

    assert destruction.propose(at=DUE) is None
    assert "監査" not in str(case.events.get(verb="hold").facts)


def test_hold_put_after_the_list_skips_its_rows_and_says_so(office, approver):
    case = over(office)
    keep_all(office, YEARS, "files", "remarks")
    listed = destruction.propose(at=DUE)
    retention.hold(case, reason="監査のため", by=office, at=DUE)

    decide(listed, office, approver)

    assert outcomes(listed)["files"] == {"held"}
    assert StoredFile.objects.get().destroyed_at is None
    assert list(verification.faults()) == []


def test_lifted_hold_keeps_nothing(office):
    case = over(office)
    keep_all(office, YEARS, "files")
    standing = retention.hold(case, reason="監査のため", by=office, at=NOON)
    with pytest.raises(NotPossible):
        retention.hold(case, reason="もう一度", by=office, at=NOON)
    retention.lift(standing, reason="終了", by=office, at=NOON)
    with pytest.raises(NotPossible):
        retention.lift(LegalHold.objects.get(), reason="終了", by=office, at=NOON)

    assert destruction.propose(at=DUE).items.get().code == "files"


def test_row_that_changed_after_the_list_is_skipped_and_named(office, approver):
    case = over(office)
    admin = factories.user(Role.ADMINISTRATOR)
    gone = people_of(case, office)
    keep_all(office, YEARS, "logins", "officers")
    listed = destruction.propose(at=DUE)
    reopen_login(gone, by=admin, at=DUE)
    Officer.objects.filter(valid_until=TODAY).delete()

    decide(listed, office, approver)

    assert outcomes(listed) == {"logins": {"changed"}, "officers": {"changed"}}
    assert User.objects.get(pk=gone.pk).name == "利用 一郎"


def test_period_that_grew_after_the_list_skips_all_of_its_class(office, approver):
    over(office)
    keep_all(office, YEARS, "files", "remarks")
    listed = destruction.propose(at=DUE)
    keep_all(office, YEARS + 1, "files")

    decide(listed, office, approver)

    assert outcomes(listed) == {"files": {"changed"}, "remarks": {"destroyed"}}


# Afterwards


def test_file_whose_unlinking_was_interrupted_is_swept_by_the_next_run(office, approver, uploads):
    over(office)
    keep_all(office, YEARS, "files")
    decide(destruction.propose(at=DUE), office, approver)  # its on_commit is never reached
    stored = StoredFile.objects.get()
    assert stored.destroyed_at and Path(stored.content.path).exists()

    with time_machine.travel(DUE + timedelta(days=31), tick=False):
        tasks.propose_destruction()

    assert not [path for path in uploads.rglob("*") if path.is_file()]
    assert files.unlink_destroyed() == 0


def test_file_whose_bytes_went_before_its_name_did_is_swept_too(office, approver):
    over(office)
    keep_all(office, YEARS, "files")
    decide(destruction.propose(at=DUE), office, approver)
    Path(StoredFile.objects.get().content.path).unlink()

    assert files.unlink_destroyed() == 1
    assert StoredFile.objects.get().content.name == ""


def test_destroyed_file_is_gone_for_whoever_may_see_the_case_and_unknown_to_others(
    office, approver, enter
):
    case = over(office)
    keep_all(office, YEARS, "files")
    decide(destruction.propose(at=DUE), office, approver)
    address = reverse("casework:file", args=[StoredFile.objects.get().key])

    answer = enter(group_of(case)).get(address)

    assert answer.status_code == 410 and "destroyed" in answer.content.decode()
    assert enter(factories.user()).get(address).status_code == 404
    page = whole_page(enter(office), case)
    assert address not in page and "Destroyed" in page


def test_erased_person_cannot_come_back(office, approver):
    gone = people_of(over(office), office)
    keep_all(office, YEARS, "logins")
    decide(destruction.propose(at=DUE), office, approver)

    with pytest.raises(ValidationError):
        reopen_login(gone, by=factories.user(Role.ADMINISTRATOR), at=DUE)
    assert not User.objects.get(pk=gone.pk).is_active


def test_no_reminder_keeps_an_address_of_an_erased_person(office, approver):
    case = over(office)
    gone = people_of(case, office)
    outbox.enqueue(
        "case_moved", to="before@example.jp", recipient=gone, at=NOON, key="before",
        subject="件名", body="本文",
    )  # fmt: skip
    for address in (gone.email, "before@example.jp", office.email, ""):
        Reminder.objects.create(
            deadline=case.deadlines.first(), ends_on=TODAY, rung=3, recipient=address,
            outcome="sent", at=NOON,
        )  # fmt: skip
    keep_all(office, YEARS, "logins")
    decide(destruction.propose(at=DUE), office, approver)

    left = set(Reminder.objects.values_list("recipient", flat=True))
    marks = {f"erased-{gone.pk}@erased.invalid", f"erased-{gone.pk}-1@erased.invalid"}
    assert left == {*marks, office.email, ""}


def test_erased_notice_says_so_and_is_not_sent_again(office, approver, enter):
    case = over(office)
    Notice.objects.filter(case=case).update(state="failed", error="550 <a@example.jp>")
    keep_all(office, YEARS, "notices")
    decide(destruction.propose(at=DUE), office, approver)
    notice = Notice.objects.filter(case=case).first()

    with pytest.raises(NotPossible):
        outbox_keeping.retry(notice, by=office, at=DUE)
    page = enter(office).get(reverse("casework:outbox-notice", args=[notice.pk])).content.decode()
    assert "were destroyed" in page and "550" not in page


def test_destroyed_letter_says_so_keeps_its_versions_and_is_not_issued_anew(
    office, approver, enter
):
    case = over(office)
    first = case.letters.order_by("pk").first()
    second = reissue(first, reason="利用 一郎の名の誤り", remark="訂正", by=office, at=NOON)
    waited = LetterToNumber.objects.create(
        case_id=case.pk, kind=first.kind, content={"to": "利用 一郎"}, at=NOON, letter=first
    )
    before = dict(case.letters.values_list("pk", "pdf_digest"))
    keep_all(office, YEARS, "letters")
    decide(destruction.propose(at=DUE), office, approver)

    with time_machine.travel(DUE, tick=False):
        browser = enter(office)
        answers = [browser.get(reverse("casework:letter", args=[x.key])) for x in (first, second)]
        again = browser.get(reverse("casework:letter-reissue", args=[second.key])).content.decode()
        page = whole_page(browser, case)
    assert [answer.status_code for answer in answers] == [410, 410]
    assert before[second.pk] in answers[1].content.decode()
    assert "it was destroyed" in again
    letters = page.split('id="letters"')[1].split("</section>")[0]
    assert "version 2" in letters and "利用 一郎" not in letters
    with pytest.raises(NotPossible, match="destroyed"):
        reissue(second, reason="もう一度", remark="訂正", by=office, at=DUE)
    waited.refresh_from_db()
    assert waited.content == {} and dict(case.letters.values_list("pk", "pdf_digest")) == before
    assert list(verification.faults()) == []


# Pages


def test_page_says_not_set_and_then_what_is_due(office, enter):
    case = over(office)
    page = reverse("casework:retention")
    with time_machine.travel(DUE, tick=False):
        assert "Not set" in enter(office).get(page).content.decode()
        answer = enter(office).post(
            reverse("casework:retention-years", args=["files"]), {"years": "5", "source": "規程"}
        )
        assert answer.status_code == 302
        html = enter(office).get(page).content.decode()
        listed = reverse("casework:retention-class", args=["files"])
        assert listed in html
        assert "計画" in enter(office).get(listed).content.decode()
        retention.hold(case, reason="監査", by=office, at=DUE)
        assert "1 of them is held" in enter(office).get(page).content.decode()
        assert "1 of them is kept" in enter(office).get(listed).content.decode()


def test_class_is_listed_without_names(office, enter):
    people_of(over(office), office)
    keep_all(office)
    with time_machine.travel(DUE, tick=False):
        pages = "".join(
            enter(office).get(reverse("casework:retention-class", args=[code])).content.decode()
            for code in retention.classes()
        )
    assert not [name for name in ("役員 花子", "利用 一郎", "guest@example.jp") if name in pages]
    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert "receipt" in kinds and not [code for code in kinds if f"· {code}" in pages]


def test_class_names_no_case_that_its_reader_is_barred_from(office, enter):
    case, other = over(office), over(office)
    codes = [code for code in CLASSES if retention.classes()[code].about]
    keep_all(office, YEARS, *codes)
    Access.objects.create(case=case, user=office, barred=True, reason="利害関係")
    with time_machine.travel(DUE, tick=False):
        reader = enter(office)
        pages = [reader.get(reverse("casework:retention-class", args=[code])) for code in codes]

    for page in (page.content.decode() for page in pages):
        assert other.number in page and case.number not in page and "–" in page
    assert {"letters", "decisions", "dates", "files"} < set(codes)


@pytest.mark.parametrize("count", [1, 3])
def test_class_asks_as_often_for_three_cases_as_for_one(
    office, enter, count, django_assert_num_queries
):
    for _number in range(count):
        over(office)
    keep_all(office, YEARS, "extensions")
    address = reverse("casework:retention-class", args=["extensions"])
    with time_machine.travel(DUE, tick=False):
        reader = enter(office)
        reader.get(address)
        with django_assert_num_queries(9):
            html = reader.get(address).content.decode()

    assert html.count("data-label") == count


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_read_and_do_not_keep(role, enter):
    reader = enter(factories.user(role))

    assert reader.get(reverse("casework:retention")).status_code == 200
    assert reader.get(reverse("casework:retention-years", args=["files"])).status_code == 403
    assert reader.get(reverse("casework:hold-add")).status_code == 403


def test_hold_is_put_and_lifted_on_pages(office, enter):
    case, other = over(office), over(office)
    browser = enter(office)
    address = reverse("casework:retention")
    retention.hold(other, reason="住民訴訟", by=office, at=NOON)

    unknown = browser.post(reverse("casework:hold-add"), {"number": "X-1", "reason": "監査"})
    assert unknown.status_code == 422
    browser.post(reverse("casework:hold-add"), {"number": case.number, "reason": "会計検査"})
    standing = LegalHold.objects.get(case=case.pk)
    page = browser.get(address).content.decode()
    for words in (case.number, "会計検査", other.number, "住民訴訟", str(office)):
        assert words in page
    Access.objects.create(case=other, user=office, barred=True, reason="conflict")
    page = browser.get(address).content.decode()
    assert case.number in page and other.number not in page and "住民訴訟" not in page
    lift = reverse("casework:hold-lift", args=[standing.pk])
    assert case.number in browser.get(lift).content.decode()
    assert browser.post(lift, {"reason": ""}).status_code == 422
    assert LegalHold.objects.get(pk=standing.pk).lifted_at is None
    browser.post(lift, {"reason": "検査の終了"})
    standing.refresh_from_db()
    assert standing.lifted_by == office
    page = browser.get(address).content.decode()
    standing_holds, lifted = page.split("Holds that were lifted")[:2]
    assert "No hold stands on a case that you see." in standing_holds
    assert "会計検査" in lifted and "検査の終了" in lifted and "検査の終了" not in standing_holds


@pytest.mark.parametrize("count", [1, 3])
def test_holds_are_listed_with_as_many_queries_for_three_as_for_one_and_by_pages(
    office, enter, count, django_assert_num_queries, monkeypatch
):
    for number in range(count):
        retention.hold(filed(), reason=f"理由{number}", by=office, at=NOON)
    reader, address = enter(office), reverse("casework:retention")
    reader.get(address)
    with django_assert_num_queries(11):
        html = reader.get(address).content.decode()
    assert html.count("理由") == count

    monkeypatch.setattr(finding, "PER_PAGE", 2)
    second = reader.get(address, {"holds": 2}).content.decode()
    assert second.count("理由") == 1 and ("?holds=1#holds" in second) == (count > 2)


def test_office_drafts_and_approver_decides_on_pages(office, approver, enter):
    case = over(office)
    keep_all(office)
    listed = destruction.propose(at=DUE)
    with time_machine.travel(DUE, tick=False):
        page = whole_page(enter(office), listed)
        assert reverse("casework:draft", args=[listed.pk, "destroy"]) in page
        address = reverse("casework:draft", args=[listed.pk, "destroy"])
        title = enter(office).get(address).context["title_form"].initial["title"]
        draft = int(enter(office).post(address, {"title": title}).url.strip("/").split("/")[1])
        reader, move = enter(approver), reverse("casework:move", args=[draft, "approve"])
        shown = [reverse("casework:case", args=[draft]), move]
        pages = [reader.get(address).content.decode() for address in shown]
        rows = reverse("casework:destruction-rows", args=[listed.pk, "notices"])
        names = reader.get(rows).content.decode()
        reader.post(move, {"decided_on": "2032-04-01"})
    listed.refresh_from_db()
    assert listed.state == "destroyed" and title.endswith("（廃棄）")
    for page in pages:
        assert rows in page and f"{listed.items.count()} records are listed" in page
        assert "Nobody can bring it back" in page and "etters it sends" not in page
    assert case.number in names and group_of(case).email not in names
    assert enter(group_of(case)).get(rows).status_code == 404


def test_record_of_destruction_lists_every_row_by_class_and_id(office, approver, enter):
    over(office)
    keep_all(office, YEARS, "files")
    decide(destruction.propose(at=DUE), office, approver)

    body = enter(office).get(reverse("casework:retention-record")).getvalue().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(body))
    assert list(line.values()) == [
        "D-2032-001", "2032-04", "Files uploaded to cases", str(StoredFile.objects.get().pk), "5",
        "destroyed", "2032-04-01 03:40", approver.name,
    ]  # fmt: skip


def test_two_classes_of_one_code_are_refused():
    kept = retention.classes()["files"]

    with pytest.raises(ValueError, match="files"):
        retention.register(replace(kept, label="another"))
    assert retention.classes()["files"] is kept
