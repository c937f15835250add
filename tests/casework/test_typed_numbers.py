"""Numbers of letters that a person types in: the letter waits, and leaves with its number, once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework import city, timekeeping, typed_numbers
from casework.calendar import wareki
from casework.derivation import Due
from casework.errors import NotPossible
from casework.models import Letter, LetterToNumber, Notice
from casework.services import correct
from casework.views import finding
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=2)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def office():
    factories.sender()
    person = factories.user(Role.OFFICE)
    city.set_value("letter_numbers", city.TYPED_IN, source="文書取扱規程", by=person, at=NOON)
    return person


@remembered
def waiting(**kwargs) -> LetterToNumber:
    case = sent_back(filed(**kwargs), due_on=TODAY + timedelta(days=14))
    return LetterToNumber.objects.get(case=case.pk)


def letter_notices(case_id: int):
    return Notice.objects.filter(case=case_id, kind="letter_sent")


def test_letter_waits_and_nobody_is_told_of_it(office):
    row = waiting()

    assert not Letter.objects.exists()
    assert not letter_notices(row.case_id).exists()
    assert row.letter is None


def test_group_learns_nothing_of_the_outcome_before_its_letter_leaves(office):
    case = filed()
    Notice.objects.all().delete()
    sent_back(case, due_on=TODAY + timedelta(days=14))
    row, group = LetterToNumber.objects.get(), group_of(case)

    assert not Notice.objects.filter(recipient=group).exists()

    typed_numbers.give_number(row, 41, by=office, at=LATER)
    assert [n.kind for n in Notice.objects.filter(recipient=group)] == ["letter_sent"]


def test_letter_leaves_with_its_number_on_the_day_it_gets_it(office):
    row = waiting()

    letter = typed_numbers.give_number(row, 41, by=office, at=LATER)

    assert (letter.number, letter.issued_on) == (41, TODAY + timedelta(days=2))
    assert letter.symbol.endswith("第41号") and letter.pdf.startswith(b"%PDF")
    assert letter_notices(row.case_id).count() == 1
    [due] = dates_in(letter)
    assert due.startswith(wareki(TODAY + timedelta(days=14)))
    last = row.case.events.order_by("-pk").first()
    assert (last.verb, last.by, last.facts) == ("number_letter", office, {"letter": letter.pk})


def dates_in(letter: Letter) -> list[str]:
    """The dates that a letter names for what the move that sent it opened."""
    return [row["value"] for row in letter.data["items"] if row["value"].endswith("まで")]


def test_letter_names_the_date_as_it_is_when_it_leaves(office):
    row, until = waiting(), TODAY + timedelta(days=30)
    factories.extended(row.case.deadlines.get(kind="supplement"), until=until, reason="x", at=LATER)

    letter = typed_numbers.give_number(row, 41, by=office, at=LATER)

    assert [words.startswith(wareki(until)) for words in dates_in(letter)] == [True]


def test_letter_names_the_date_in_the_place_of_one_that_was_replaced(office):
    row, day = waiting(), TODAY + timedelta(days=21)
    timekeeping.supersede(
        row.case.deadlines.get(kind="supplement"), Due.fixed(day, basis="set_by_office"),
        by=office, at=LATER, reason="x",
    )  # fmt: skip

    letter = typed_numbers.give_number(row, 41, by=office, at=LATER)

    assert [words.startswith(wareki(day)) for words in dates_in(letter)] == [True]


@pytest.mark.parametrize(("ended", "named"), [("met_at", 1), ("closed_at", 0)])
def test_letter_names_a_date_that_was_met_and_none_that_fell_away(office, ended, named):
    row = waiting()
    row.case.deadlines.filter(kind="supplement").update(**{ended: LATER})

    letter = typed_numbers.give_number(row, 41, by=office, at=LATER)

    assert len(dates_in(letter)) == named


def test_number_that_is_taken_is_refused_with_the_letter_that_has_it(office):
    first, second = waiting(), waiting()
    typed_numbers.give_number(first, 41, by=office, at=NOON)

    with pytest.raises(NotPossible, match="Number 41 is taken"):
        typed_numbers.give_number(second, 41, by=office, at=NOON)

    assert LetterToNumber.objects.waiting().get() == second
    assert Letter.objects.count() == 1


def test_letter_gets_only_one_number(office):
    row = waiting()
    typed_numbers.give_number(row, 41, by=office, at=NOON)

    with pytest.raises(NotPossible):
        typed_numbers.give_number(row, 42, by=office, at=NOON)
    assert Letter.objects.get().number == 41


def test_counting_goes_on_from_the_highest_number_that_was_typed_in(office):
    typed_numbers.give_number(waiting(), 41, by=office, at=NOON)
    typed_numbers.give_number(waiting(), 7, by=office, at=NOON)
    city.set_value("letter_numbers", "", source="", by=office, at=NOON)

    case = sent_back(due_on=TODAY + timedelta(days=14))

    assert case.letters.get().number == 42


def test_move_that_is_taken_back_drops_its_letter(office):
    row = waiting()

    correct(row.case.specific, reason="宛先違い", by=office, at=LATER)

    assert not LetterToNumber.objects.exists()
    with pytest.raises(NotPossible):
        typed_numbers.give_number(row, 41, by=office, at=LATER)
    assert not Letter.objects.exists()


def test_only_the_office_types_numbers_in(office):
    row = waiting()
    with pytest.raises(PermissionDenied):
        typed_numbers.give_number(row, 41, by=factories.user(Role.APPROVER), at=NOON)
    assert not Letter.objects.exists()


def test_page_gives_the_numbers_that_were_filled_in(client, office):
    first, second = waiting(), waiting()
    client.force_login(office)
    page = reverse("casework:letter-numbers")
    client.post(page, {f"{first.pk}-number": "12", f"{second.pk}-number": ""})

    assert Letter.objects.get().number == 12
    assert LetterToNumber.objects.waiting().get() == second


def test_page_gives_none_where_one_is_taken(client, office):
    first, second = waiting(), waiting()
    client.force_login(office)

    page = client.post(
        reverse("casework:letter-numbers"),
        {f"{first.pk}-number": "12", f"{second.pk}-number": "12"},
    )

    assert page.status_code == 422
    assert not Letter.objects.exists()
    assert [bool(form.errors) for form in page.context["forms"]] == [False, True]


def test_page_gives_none_where_a_letter_has_its_number_or_waits_no_more(enter, office):
    numbered, dropped, third = waiting(), waiting(), waiting()
    typed_numbers.give_number(numbered, 11, by=office, at=NOON)
    dropped_key, _deleted = dropped.pk, dropped.delete()
    page = reverse("casework:letter-numbers")
    typed = {f"{key}-number": str(12 + key) for key in (numbered.pk, dropped_key, third.pk)}

    answer = enter(office).post(page, typed)

    assert answer.status_code == 422
    assert list(LetterToNumber.objects.waiting()) == [third]
    assert [form.errors for form in answer.context["forms"]] == [
        {"number": [typed_numbers.NOT_WAITING]}, {},
    ]  # fmt: skip
    assert [str(said) for said in answer.context["messages"]] == [
        f"{12 + dropped_key}: {typed_numbers.NOT_WAITING}"
    ]


def test_page_gives_the_number_of_a_letter_that_moved_to_another_page(enter, office, monkeypatch):
    monkeypatch.setattr(finding, "PER_PAGE", 1)
    first, second = waiting(), waiting()
    typed_numbers.give_number(first, 11, by=office, at=NOON)

    enter(office).post(
        f"{reverse('casework:letter-numbers')}?page=2", {f"{second.pk}-number": "12"}
    )

    second.refresh_from_db()
    assert second.letter.number == 12


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_often_for_three_letters_as_for_one(
    client, office, number, django_assert_num_queries
):
    for _number in range(number):
        waiting()
    client.force_login(office)
    client.get(reverse("casework:letter-numbers"))

    with django_assert_num_queries(7):
        page = client.get(reverse("casework:letter-numbers"))

    assert len(page.context["rows"]) == number


def test_desk_says_how_many_wait(client, office):
    waiting()
    client.force_login(office)

    desk = client.get(reverse("casework:office"))

    assert reverse("casework:letter-numbers").encode() in desk.content


def test_page_says_since_when_a_letter_waits_and_which_date_it_names_first(enter, office, at_noon):
    row = waiting()
    LetterToNumber.objects.filter(pk=row.pk).update(at=NOON - timedelta(days=3))

    page = enter(office).get(reverse("casework:letter-numbers"))

    [(told, _form)] = page.context["rows"]
    assert (told.since, told.days) == (TODAY - timedelta(days=3), 3)
    assert told.earliest == TODAY + timedelta(days=14)
    words = page.content.decode()
    assert "count from the decision" in words and "3 days" in words and "14 days left" in words


def test_case_tells_the_office_alone_which_letter_waits(enter, office):
    row = waiting()
    told = {}
    for person in (office, factories.anyone(Role.AUDITOR), group_of(row.case)):
        words = whole_page(enter(person), row.case)
        told[person] = (
            reverse("casework:letter-numbers") in words,
            "補正依頼書" in words,
            "A letter about this is being made ready" in words,
        )

    others = (False, False, True)
    assert list(told.values()) == [(True, True, False), others, others]
