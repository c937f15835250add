"""Scores out and in: what members wrote on paper, typed in by the office."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from openpyxl import load_workbook

from accounts.models import Role, User
from casework import verification
from casework.calendar import japan_date
from casework.models import Notice
from casework.services import advance
from grants.models import Proposal, Round
from reviews import paper_files, paper_scores, services
from reviews.barring import bar_everywhere
from reviews.models import PanelSeat, Score, ScoreSheet
from reviews.selection import standings
from tests import factories
from tests.factories import NOON
from tests.reviews.conftest import fill, refer
from tests.reviews.scenes import Scene

pytestmark = pytest.mark.django_db
TODAY = japan_date(NOON)
FORMATS = ("xlsx", "csv")
HEADING = paper_files.HEADING_ROW


@pytest.fixture(autouse=True)
def noon():
    """Let the pages take place when the services of the tests did."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One round for all tests of this module; each test takes back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        factories.sender()
        office, round = factories.user(Role.OFFICE), factories.call(seats=0)
        seats = factories.panel(round, seats=2)
        proposals = [refer(round, office), refer(round, office, asks=60_000)]
        yield round.pk, office.pk, [seat.pk for seat in seats], [p.pk for p in proposals]
        transaction.set_rollback(True)


@pytest.fixture
def scene(world, db):
    round, office, seats, proposals = world
    return Scene(
        round=Round.objects.get(pk=round),
        office=User.objects.get(pk=office).act_on(TODAY),
        seats=[PanelSeat.objects.get(pk=pk) for pk in seats],
        proposals=[Proposal.objects.get(pk=pk) for pk in proposals],
    )


@pytest.fixture
def reader(client, scene):
    """Log in and read English; returns the client."""

    def log_in(person):
        client.force_login(person)
        client.cookies["django_language"] = "en"
        return client

    return log_in


class Sheets:
    """A file of scores as a clerk has it open: cells by member, proposal and column."""

    def __init__(self, content: bytes):
        self.book = load_workbook(io.BytesIO(content))

    def cell(self, member: int, proposal: int, column: str):
        return self.book.worksheets[member][f"{column}{HEADING + 1 + proposal}"]

    def saved(self) -> bytes:
        file = io.BytesIO()
        self.book.save(file)
        return file.getvalue()


def xlsx(scene, by=None) -> bytes:
    sheets = paper_scores.sheets_of(scene.round, by or scene.office)
    return paper_files.xlsx_of(paper_scores.resource_of(scene.round), sheets, title="試験")


def table(scene) -> list[list[str]]:
    sheets = paper_scores.sheets_of(scene.round, scene.office)
    text = "".join(paper_files.csv_of(paper_scores.resource_of(scene.round), sheets))
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def written(rows: list[list[str]], encoding: str = "utf-8-sig") -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def planned(scene, content: bytes, *, received_on=TODAY, at=NOON):
    found = paper_files.read(content, paper_scores.resource_of(scene.round))
    plan = paper_scores.check(
        scene.round, found.lines, received_on=received_on, by=scene.office, at=at
    )
    plan.faults = [*found.faults, *plan.faults]
    return plan


def entered(scene, content: bytes, *, at=NOON):
    found = paper_files.read(content, paper_scores.resource_of(scene.round))
    assert found.faults == []
    return paper_scores.enter(scene.round, found.lines, received_on=TODAY, by=scene.office, at=at)


def filled(scene, form: str, given) -> bytes:
    """Return the file with ``given`` (member, proposal) → points and comment typed in."""
    if form == "csv":
        rows = table(scene)
        for (member, proposal), (first, second, comment) in given.items():
            line = rows[1 + member * len(scene.proposals) + proposal]
            line[3:6] = ["" if p is None else str(p) for p in (first, second)] + [comment]
        return written(rows, "cp932")
    sheets = Sheets(xlsx(scene))
    for (member, proposal), values in given.items():
        for column, value in zip("CDE", values, strict=True):
            sheets.cell(member, proposal, column).value = value
    return sheets.saved()


GIVEN = {(0, 0): (7, 5, "よい"), (0, 1): (0, 3, ""), (1, 0): (10, 0, "=1+1"), (1, 1): (4, 4, "")}


@pytest.mark.parametrize("form", FORMATS)
def test_file_that_comes_back_unchanged_changes_nothing(scene, form):
    fill(scene.sheet(0, 0), 7, 5, comment="=良い\r\n– 次も〜")
    fill(scene.sheet(1, 0), 3, None, submit=False)
    content = xlsx(scene) if form == "xlsx" else written(table(scene), "utf-8-sig")

    plan = planned(scene, content)

    assert (plan.changes, plan.unchanged, plan.faults) == ([], 4, [])


@pytest.mark.parametrize("form", FORMATS)
def test_points_on_paper_stand_as_if_typed_in_by_the_members(scene, form):
    said = {k: (a, b, f"'{c}" if c.startswith("=") else c) for k, (a, b, c) in GIVEN.items()}

    changes = entered(scene, filled(scene, form, said))
    on_paper = [(row.proposal.pk, row.points, row.rank) for row in standings(scene.round)]

    assert len(changes) == 4
    assert {sheet.state for sheet in ScoreSheet.objects.all()} == {"submitted"}
    assert scene.sheet(0, 1).comment == "=1+1"
    for sheet in ScoreSheet.objects.order_by("pk"):
        advance(sheet, "reopen", by=scene.office, at=NOON, reason="比べる")
    for (member, proposal), (first, second, comment) in GIVEN.items():
        fill(scene.sheet(proposal, member), first, second, comment=comment)
    assert [(row.proposal.pk, row.points, row.rank) for row in standings(scene.round)] == on_paper


def test_sheet_that_lacks_points_is_only_saved(scene):
    (change,) = entered(scene, filled(scene, "xlsx", {(0, 0): (7, None, "途中")}))

    sheet = scene.sheet(0, 0)
    assert not change.is_whole
    assert (sheet.state, sheet.comment, list(sheet.points().values())) == (
        "assigned",
        "途中",
        [7, None],
    )
    assert Score.objects.get(points=None).sheet == sheet


def test_history_says_who_typed_it_in_and_the_member_is_told(scene):
    entered(scene, filled(scene, "xlsx", {(0, 0): (7, 5, "")}))

    sheet = scene.sheet(0, 0)
    typed, moved = sheet.events.order_by("pk")[1:]
    assert (typed.verb, typed.by, typed.facts["received_on"]) == (
        "type_in_paper", scene.office, TODAY.isoformat(),
    )  # fmt: skip
    assert (moved.verb, moved.by, moved.facts["received_on"]) == (
        "enter_from_paper", scene.office, TODAY.isoformat(),
    )  # fmt: skip
    assert sheet.deadlines.open().count() == 0
    notice = Notice.objects.get(kind="paper_sheet_entered")
    assert (notice.recipient, notice.path) == (sheet.seat.user, f"/cases/{sheet.pk}/")
    assert list(verification.faults()) == []


def test_full_width_digits_are_digits_and_nothing_is_zero(scene):
    plan = planned(scene, filled(scene, "xlsx", {(0, 0): ("７", None, "")}))

    assert list(plan.changes[0].after.values()) == [7, None]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (11, "11 is above the most points 10"),
        (-1, "-1 is below 0"),
        (7.5, "7.5 is no whole number"),
        ("1e-400", "1e-400 is no whole number"),
        ("4.99999999999999999999", "4.99999999999999999999 is no whole number"),
        ("1e999999999", "1e999999999 is above the most points 10"),
        ("たぶん7", "“たぶん7” is no number"),
        (True, "“True” is no number"),
        ("1_0", "“1_0” is no number"),
        ("nan", "“nan” is no number"),
        ("=3+4", "it holds a formula; type in what it shows"),
    ],
)
def test_points_that_cannot_be_are_named_with_their_cell(scene, typed, why):
    name = str(scene.seats[1].user)
    rows = table(scene)
    rows[4][3] = str(typed)

    in_book = planned(scene, filled(scene, "xlsx", {(1, 1): (typed, 5, "")}))
    in_csv = planned(scene, written(rows))

    assert [str(fault) for fault in in_book.faults] == [f"Sheet {name}, cell C5: {why}"]
    assert [str(fault) for fault in in_csv.faults] == [f"Line 5, column “{rows[0][3]}”: {why}"]


def test_every_fault_of_a_file_is_told_in_japanese_too():
    words = (name for name in vars(paper_files) if name.isupper())
    told = [v for name in words if isinstance(v := getattr(paper_files, name), Promise)]
    in_both = []
    for language in ("en", "ja"):
        with translation.override(language):
            in_both.append([str(one) for one in told])
    assert len(told) == 5 and not set(in_both[0]) & set(in_both[1])


def _other_number(rows, scene):
    rows[1][1] = "S-1999-001"


def _no_member(rows, scene):
    rows[1][0] = "見知らぬ人"


def _twice(rows, scene):
    rows.append(list(rows[1]))


def _sorted_in_part(rows, scene):
    rows[1][-1], rows[2][-1] = rows[2][-1], rows[1][-1]


def _no_key(rows, scene):
    rows[1][-1] = ""


def _strange_column(rows, scene):
    rows[0][3] = "人柄"


def _column_twice(rows, scene):
    rows[0][4] = rows[0][3]


def _cut_off(rows, scene):
    del rows[4][4:]


def _conflict(rows, scene):
    services.declare_conflict(
        seat=scene.seats[0], proposal=scene.proposals[0], kind="officer", by=scene.office, at=NOON
    )


def _submitted(rows, scene):
    fill(scene.sheet(0, 0), 1, 1)


def _saved_since(rows, scene):
    fill(scene.sheet(0, 0), 1, None, submit=False)


def _taken_back(rows, scene):
    advance(
        scene.proposals[0], "withdraw", by=scene.proposals[0].organization.members.get(), at=NOON
    )


def _seat_over(rows, scene):
    services.end_seat(scene.seats[0], last_day=TODAY - timedelta(days=1), by=scene.office, at=NOON)


FAULTS = {
    _other_number: ["Line 2, column “Number”: no proposal in this selection has the number “S-1999-001”"],
    _no_member: ["Line 2, column “Member”: “見知らぬ人” has no seat in this round"],
    _twice: ["Line 6, column “Number”: the proposal stands in row 2 already"],
    _sorted_in_part: ["Line 2, column “Key (do not change)”: the key is not that of this line; was a part of the table sorted?",
                      "Line 3, column “Key (do not change)”: the key is not that of this line; was a part of the table sorted?"],
    _no_key: ["Line 2, column “Key (do not change)”: the key is not that of this line; was a part of the table sorted?"],
    _strange_column: ["Line 1, column “人柄”: “人柄” is no criterion of this round",
                      "Line 1: the column “1. Public benefit (0-10)” is missing"],
    _column_twice: ["Line 1, column “1. Public benefit (0-10)”: the column “1. Public benefit (0-10)” is there twice",
                    "Line 1: the column “2. Feasibility (0-5)” is missing"],
    _cut_off: ["Line 5: The number of cells is not that of the heading. Is the file cut off?"],
    _conflict: ["Line 2, column “Number”: the member has a conflict of interest, or may have one"],
    _submitted: ["Line 2, column “Number”: the sheet is not open; the office opens it again, with a reason"],
    _saved_since: ["Line 2, column “Number”: the sheet changed since the file was taken; take the file again"],
    _taken_back: ["Line 2, column “Number”: no proposal in this selection has the number “{number}”",
                  "Line 4, column “Number”: no proposal in this selection has the number “{number}”"],
    _seat_over: ["Line 2, column “Number”: the member had no seat on the day on which the paper was received"],
}  # fmt: skip


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__.strip("_"))
def test_every_fault_is_named_with_its_place(scene, spoil):
    rows = table(scene)
    rows[1][3:5] = ["7", "5"]

    spoil(rows, scene)
    plan = planned(scene, written(rows))

    expected = [words.format(number=scene.proposals[0].number) for words in FAULTS[spoil]]
    assert [str(fault) for fault in plan.faults] == expected


def test_faults_are_all_named_at_once_and_nothing_of_the_file_is_written(scene):
    rows = table(scene)
    rows[1][3:5] = ["7", "5"]
    rows[2][1], rows[3][0] = "S-1999-001", "見知らぬ人"
    lines = paper_files.read(written(rows), paper_scores.resource_of(scene.round)).lines

    with pytest.raises(paper_files.FaultyFile) as faulty:
        paper_scores.enter(scene.round, lines, received_on=TODAY, by=scene.office, at=NOON)

    assert len(faulty.value.faults) == 2
    assert not Score.objects.exists()
    assert not Notice.objects.filter(kind="paper_sheet_entered").exists()


def test_line_of_another_round_says_so(scene):
    other = factories.call(seats=0)
    factories.panel(other, seats=1)
    content = xlsx(scene)
    found = paper_files.read(content, paper_scores.resource_of(other))

    plan = paper_scores.check(other, found.lines, received_on=TODAY, by=scene.office, at=NOON)

    assert plan.faults[0].why == f"it was taken from another round: {scene.round.name}"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 cut", b"%PDF-1.7", "名前,電話\n佐藤,0467".encode(), b"\xff\xfe\x81"],
)
def test_foreign_file_is_refused_whole(scene, content):
    plan = planned(scene, content)

    assert [str(fault) for fault in plan.faults] == [str(paper_files.FOREIGN)]


def test_workbook_that_is_cut_off_is_refused(scene):
    content = xlsx(scene)

    plan = planned(scene, content[: len(content) // 2])

    assert [str(fault) for fault in plan.faults] == [str(paper_files.FOREIGN)]


def test_empty_worksheet_is_passed_over_and_a_strange_one_is_named(scene):
    sheets = Sheets(xlsx(scene))
    sheets.book.create_sheet("Sheet1")
    sheets.book.create_sheet("覚え")["B2"] = "電話する"

    plan = planned(scene, sheets.saved())

    assert [str(fault) for fault in plan.faults] == [f"Sheet 覚え: {paper_files.FOREIGN}"]


def test_members_of_one_name_have_sheets_of_their_own(scene):
    for seat in scene.seats:
        seat.user.name = "佐藤[部会]/花子"
        seat.user.save()

    names = load_workbook(io.BytesIO(xlsx(scene))).sheetnames

    assert names == ["佐藤 部会  花子", "佐藤 部会  花子 (2)"]


def test_only_the_office_types_papers_in(scene):
    with pytest.raises(PermissionDenied):
        paper_scores.enter(
            scene.round, [], received_on=TODAY, by=scene.seats[0].user.act_on(TODAY), at=NOON
        )
    with pytest.raises(ValidationError, match="future"):
        paper_scores.enter(
            scene.round, [], received_on=TODAY + timedelta(days=1), by=scene.office, at=NOON
        )


# Pages


def upload(content: bytes, name: str = "scores.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return {"file": file, "received_on": TODAY.isoformat()}


def test_clerk_sees_what_changes_before_it_is_written(reader, scene):
    client = reader(scene.office)
    address = reverse("reviews:scores", args=[scene.round.pk])
    content = filled(scene, "xlsx", {(0, 0): (7, 5, "")})

    shown = client.post(address, upload(content))
    assert not Score.objects.exists()
    client.post(
        reverse("reviews:scores-enter", args=[scene.round.pk]), {"shown": shown.context["token"]}
    )

    assert (shown.status_code, shown.context["plan"].unchanged) == (200, 3)
    assert scene.sheet(0, 0).state == "submitted"


def test_faulty_file_is_answered_with_its_faults(reader, scene):
    client = reader(scene.office)
    address = reverse("reviews:scores", args=[scene.round.pk])

    answer = client.post(address, upload(filled(scene, "xlsx", {(0, 0): (70, 5, "")})))

    assert answer.status_code == 422
    assert "cell C4: 70 is above the most points 10" in answer.text


def test_what_changed_since_it_was_shown_is_refused(reader, scene):
    client = reader(scene.office)
    content = filled(scene, "xlsx", {(0, 0): (7, 5, ""), (1, 1): (1, 1, "")})
    shown = client.post(reverse("reviews:scores", args=[scene.round.pk]), upload(content))
    fill(scene.sheet(0, 0), 9, 5)

    address = reverse("reviews:scores-enter", args=[scene.round.pk])
    answer = client.post(address, {"shown": shown.context["token"]})

    assert answer.status_code == 422
    assert "the sheet is not open" in answer.text
    assert scene.sheet(1, 1).state == "assigned"
    assert client.post(address, {"shown": "x"}).status_code == 422


def test_whoever_must_not_meet_a_proposal_finds_it_in_no_file(reader, scene):
    clerk = factories.user(Role.OFFICE)
    content = xlsx(scene)
    bar_everywhere(scene.proposals[0], clerk)
    hidden, open_ = scene.proposals
    client = reader(clerk)

    text = client.get(reverse("reviews:scores-csv", args=[scene.round.pk])).getvalue().decode()
    book = client.get(reverse("reviews:scores-xlsx", args=[scene.round.pk])).content
    answer = client.post(reverse("reviews:scores", args=[scene.round.pk]), upload(content))

    assert open_.number in text and hidden.number not in text
    cells = [cell.value for page in load_workbook(io.BytesIO(book)) for row in page for cell in row]
    assert open_.number in cells and hidden.number not in cells
    assert answer.status_code == 422
    assert hidden.title not in [fault.why for fault in answer.context["faults"]]


@pytest.mark.parametrize("door", ["scores-csv", "scores-xlsx", "scores"])
def test_pages_ask_the_database_as_often_for_many_sheets(reader, scene, door):
    client, address = reader(scene.office), reverse(f"reviews:{door}", args=[scene.round.pk])
    client.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
            body = b"".join(answer) if answer.streaming else answer.content
        counts.append(len(queries))
        fill(refer(scene.round, scene.office).sheets.first(), 5, 5)

    assert body
    assert counts[0] == counts[1], counts
