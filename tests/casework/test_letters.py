"""Formal letters: numbered without gap per fiscal year, frozen, or not sent at all."""

import hashlib
from datetime import date, datetime, timedelta

import pytest

from accounts.models import Officer, Role
from casework import city, letters
from casework.calendar import wareki
from casework.errors import NotPossible
from casework.letters import LetterKind, preview, register, sent_by
from casework.models import Case, Event, Letter, Notice, NumberSeries, Sender
from casework.models.case import KINDS
from casework.services import advance
from tests import factories
from tests.casework.cases import accepted, filed, group_of, in_selection, sent_back
from tests.factories import JAPAN, NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

NEXT_DAY = NOON + timedelta(days=1)


@pytest.fixture
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def ineligible(*, at=NOON, reason="要件に当たらない") -> Letter:
    """Issue a letter by the move that sends it."""
    case = filed()
    advance(case, "ineligible", by=factories.user(Role.OFFICE), at=at, reason=reason)
    return case.letters.get()


def test_move_issues_its_letter(sender):
    letter = ineligible()

    assert (letter.kind, letter.number, letter.fiscal_year) == ("ineligible", 1, 2026)
    assert letter.issued_on == TODAY
    assert letter.data["sender"] == {"title": sender.title, "name": sender.name}
    assert letter.pdf_digest == hashlib.sha256(letter.pdf).hexdigest()


def test_pdf_says_what_the_data_say(sender):
    letter = ineligible(reason="構成員が五人に満たない")
    text = pdf_text(bytes(letter.pdf))

    for word in (
        "第1号",
        "令和8年11月20日",
        sender.name,
        "要件非該当通知書",
        "構成員が五人に満たない",
    ):
        assert word in text
    assert letter.case.organization.name in text


def test_letter_is_told_to_its_addressee(sender):
    letter = ineligible()

    notice = Notice.objects.get(kind="letter_sent")
    assert notice.recipient == group_of(letter.case)
    assert letter.symbol in notice.body


def test_move_that_sends_no_letter_issues_none(sender):
    assert not accepted().letters.exists()


# Numbers


def test_numbers_have_no_gap(sender):
    assert [ineligible().number for _ in range(3)] == [1, 2, 3]


def test_number_of_a_move_that_failed_is_given_again(sender, office, monkeypatch):
    ineligible()
    case = filed()

    def fail(*args, **kwargs):
        raise RuntimeError("no paper")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(letters, "typeset", fail)
        advance(case, "ineligible", by=office, at=NOON, reason="x")

    assert Case.objects.get(pk=case.pk).state == "submitted"
    assert NumberSeries.objects.get(name="letter").last == 1
    assert ineligible().number == 2


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2027, 3, 31, 23, 59, tzinfo=JAPAN), 2026),
        (datetime(2027, 4, 1, 0, 30, tzinfo=JAPAN), 2027),
    ],
)
def test_fiscal_year_of_a_letter_is_that_of_japan(sender, moment, year):
    ineligible()
    letter = ineligible(at=moment)

    assert (letter.fiscal_year, letter.issued_on) == (year, moment.date())
    assert letter.number == (2 if year == 2026 else 1)


def test_symbol_is_that_of_the_city(sender, office):
    city.set_value("letter_symbol", "試つ", source="試験", by=office, at=NOON)

    assert ineligible().symbol == "試つ第1号"


def test_symbol_that_is_not_set_is_left_out(sender):
    assert ineligible().symbol == "第1号"


# The sender


def counts() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Letter, Notice, Event, NumberSeries))


def test_without_a_sender_nothing_leaves_and_nothing_changes(office):
    case = filed()
    before = counts()

    with pytest.raises(NotPossible) as refusal:
        advance(case, "ineligible", by=office, at=NOON, reason="x")

    assert refusal.value.why == letters.NO_SENDER
    assert counts() == before
    assert Case.objects.get(pk=case.pk).state == "submitted"


def test_sender_is_that_of_the_day(sender):
    day = date(2027, 1, 1)
    Sender.objects.create(title="架空市長", name="架空 次郎", valid_from=day)

    assert ineligible().data["sender"]["name"] == "架空 太郎"
    new = ineligible(at=datetime(2027, 1, 1, 9, tzinfo=JAPAN))
    assert new.data["sender"]["name"] == "架空 次郎"


def test_sender_whose_time_is_over_sends_nothing(office):
    Sender.objects.create(title="市長", name="前", valid_until=TODAY - timedelta(days=1))

    assert city.sender_on(TODAY) is None
    assert city.sender_on(TODAY - timedelta(days=1)).name == "前"


def test_letter_keeps_the_sender_it_left_with(sender):
    letter = ineligible()
    Sender.objects.update(name="別の人")

    letter.refresh_from_db()
    assert letter.data["sender"]["name"] == "架空 太郎"


# The addressee


def test_letter_is_addressed_to_the_representative(sender):
    case = filed()
    Officer.objects.create(
        organization=case.organization, name="代表 花子", post="会長", is_representative=True
    )
    advance(case, "ineligible", by=factories.user(Role.OFFICE), at=NOON, reason="x")

    letter = case.letters.get()
    assert letter.addressee == f"{case.organization.name} 会長 代表 花子 様"


def test_letter_to_a_group_without_a_representative_is_addressed_to_the_group(sender):
    letter = ineligible()

    assert letter.data["addressee"]["honorific"] == "御中"


@pytest.mark.parametrize(
    ("set_to", "printed"), [("", None), ("official", "公印"), ("omitted", "（公印省略）")]
)
def test_letter_says_of_the_seal_what_the_city_set(sender, office, set_to, printed):
    city.set_value("letter_seal", set_to, source="試験", by=office, at=NOON)

    letter = ineligible()

    words = pdf_text(bytes(letter.pdf))
    assert letter.seal == set_to
    assert printed in words if printed else "公印" not in words


def test_instruction_on_appeals_is_printed_when_it_is_set(sender, office):
    words = "この決定に不服があるときは、審査請求をすることができます。"
    city.set_value("appeal_text", words, source="試験", by=office, at=NOON)

    assert words in pdf_text(bytes(ineligible().pdf))


# Previews


def test_preview_has_no_number_and_leaves_nothing(sender):
    case = in_selection()
    before = counts()

    pdf = preview(letters.KINDS["declined"], case, {}, today=TODAY)

    text = pdf_text(pdf)
    assert "番号は施行のとき" in text and "第1号" not in text
    assert counts() == before


def test_preview_without_a_sender_says_why():
    with pytest.raises(NotPossible):
        preview(letters.KINDS["declined"], in_selection(), {}, today=TODAY)


def test_preview_of_what_sends_nothing_says_so(sender):
    kind = LetterKind("x", "x", "letter", lambda case, facts: None)

    with pytest.raises(NotPossible):
        preview(kind, filed(), {}, today=TODAY)


# Who sees a letter


def test_letter_is_seen_by_whoever_sees_its_case(sender):
    letter = sent_back().letters.get()

    assert letter in Letter.objects.visible_to(group_of(letter.case))
    assert letter in Letter.objects.visible_to(factories.user(Role.OFFICE))
    other = factories.member(factories.organization())
    assert letter not in Letter.objects.visible_to(other)


# The registry


def test_kind_and_move_are_registered_once():
    def build(case, facts): ...

    with pytest.raises(ValueError, match="registered twice"):
        register(LetterKind("ineligible", "x", "letter", build))
    with pytest.raises(ValueError, match="registered twice"):
        register(LetterKind("new", "x", "letter", build, (("proposal", "ineligible"),)))
    assert "new" not in letters.KINDS


def test_letters_are_sent_by_moves_that_the_tables_have():
    for kind in letters.KINDS.values():
        for case_kind, verb in kind.moves:
            assert verb in KINDS[case_kind].flow
            assert sent_by(KINDS[case_kind](), verb) is kind


def test_letter_names_the_date_that_the_move_opens():
    """A group that is asked to mend something reads in the letter by when."""
    factories.sender()
    proposal = sent_back()

    due = proposal.deadlines.get(kind="supplement").due_on
    items = {row["label"]: row["value"] for row in proposal.letters.get().data["items"]}
    assert any(wareki(due) in value for value in items.values())
