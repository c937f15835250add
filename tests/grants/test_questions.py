"""Questions on a call: whoever logs in asks, the office answers, and nothing is public before it says so."""

from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts.models import Role
from casework import retention
from casework.errors import NotPossible
from casework.models import Notice
from grants.forms.questions import REACHES
from grants.models import CallAnswer, Question
from grants.services import questions
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db
Audience = CallAnswer.Audience

ASKED = "つばめ会の山田です。謝礼は対象ですか。"
WORDING = "謝礼は対象になりますか。"
ANSWER = "講師への謝礼は対象です。"


@remembered
def asked(call=None) -> Question:
    call = call or factories.call(seats=0)
    return questions.ask(call, text=ASKED, key=uuid4(), by=factories.user(), at=NOON)


def answer(question, audience=Audience.EVERYBODY, by=None, **kwargs) -> CallAnswer:
    newest = question.answers.order_by("-pk").first()
    told = {"wording": WORDING, "answer": ANSWER, "after": newest.pk if newest else 0} | kwargs
    by = by or factories.anyone(Role.OFFICE)
    return questions.answer(question, audience=audience, **told, by=by, at=NOON)


@pytest.fixture(autouse=True)
def _at_noon():
    """The pages are asked for at noon of the day of the tests."""
    with time_machine.travel(NOON, tick=False):
        yield


def page(question, person=None) -> str:
    client = Client(headers={"accept-language": "en"})
    if person:
        client.force_login(person)
    return client.get(f"/calls/{question.round_id}/").content.decode()


@pytest.mark.parametrize(
    ("audience", "to_public", "to_asker"),
    [
        (None, False, False),
        (Audience.NOBODY, False, False),
        (Audience.ASKER, False, True),
        (Audience.EVERYBODY, True, True),
    ],
)
def test_answer_is_read_by_whom_the_office_says_and_the_question_by_its_asker(
    audience, to_public, to_asker
):
    question = asked()
    if audience:
        answer(question, audience)

    public, own = page(question), page(question, question.by)

    assert (ANSWER in public, ANSWER in own) == (to_public, to_asker)
    assert (WORDING in public) == to_public
    assert ASKED not in public and ASKED in own
    assert ASKED not in page(question, factories.user())


def test_words_that_are_taken_back_are_public_no_more():
    question = asked()
    answer(question)

    answer(question, Audience.NOBODY)

    assert ANSWER not in page(question)
    assert [told.audience for told in question.answers.order_by("pk")] == ["everybody", "nobody"]


def test_newest_answer_stands_first_and_old_words_of_it_nowhere():
    first = asked()
    answer(first, answer="古い答え")
    answer(first, answer="直した答え")
    second = questions.ask(first.round, text="？", key=uuid4(), by=factories.user(), at=NOON)
    answer(second, answer="あとの答え")

    text = page(first)

    assert text.index("あとの答え") < text.index("直した答え")
    assert "古い答え" not in text


def test_office_is_told_of_the_question_and_the_asker_of_the_answer_not_of_a_draft():
    clerk = factories.user(Role.OFFICE)
    question = asked()
    answer(question, Audience.NOBODY)
    told = Notice.objects.get(kind="question_asked", recipient=clerk)
    assert told.path == f"/office/questions/{question.pk}/"
    assert not Notice.objects.filter(kind="question_answered").exists()

    answer(question)

    sent = Notice.objects.get(kind="question_answered")
    assert (sent.recipient, sent.path) == (question.by, f"/calls/{question.round_id}/#questions")


def test_only_the_office_answers():
    question = asked()
    for role in (Role.APPROVER, Role.DEPARTMENT, Role.PANEL, Role.COORDINATOR, Role.AUDITOR):
        with pytest.raises(PermissionDenied):
            answer(question, by=factories.user(role))
    assert not question.answers.exists()


def test_second_clerk_does_not_write_over_the_first():
    question = asked()
    answer(question)

    with pytest.raises(NotPossible):
        answer(question, answer="別の答え", after=0)
    assert question.answers.count() == 1


def test_question_sent_twice_is_one_and_waiting_ones_are_limited():
    call, person = factories.call(seats=0), factories.user()
    told = {"text": "？", "by": person, "at": NOON}
    for number in range(questions.MOST_WAITING):
        questions.ask(call, key=UUID(int=number), **told)
    questions.ask(call, key=UUID(int=0), **told)

    with pytest.raises(NotPossible):
        questions.ask(call, key=uuid4(), **told)
    assert call.questions.count() == questions.MOST_WAITING


def test_question_on_a_call_that_is_not_announced_is_not_found(client):
    call = factories.call(seats=0)
    type(call).objects.filter(pk=call.pk).update(announced_at=None)
    client.force_login(factories.user())

    assert client.get(f"/calls/{call.pk}/ask/").status_code == 404
    with pytest.raises(PermissionDenied):
        questions.ask(call, text="？", key=uuid4(), by=factories.user(), at=NOON)


def test_office_answers_on_the_page_and_is_told_what_is_missing(client):
    question = asked()
    client.force_login(factories.anyone(Role.OFFICE))
    address, told = f"/office/questions/{question.pk}/", {"audience": "everybody", "after": "0"}
    assert f"{address}" in client.get("/office/").content.decode()
    assert client.get(address).content.decode().count(question.text) == 1  # not in the public words

    missing = client.post(address, told)
    done = client.post(address, told | {"wording": WORDING, "answer": ANSWER})

    assert (missing.status_code, done.status_code) == (422, 302)
    assert question.answers.get().audience == "everybody"
    assert address not in client.get("/office/").content.decode()
    assert address in client.get("/office/questions/?all=1").content.decode()


@pytest.mark.parametrize("act", ["update", "delete"])
def test_database_keeps_every_answer(act):
    made = answer(asked())
    rows = CallAnswer.objects.filter(pk=made.pk)

    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(answer="") if act == "update" else rows._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        CallAnswer.objects.create(
            question=made.question, audience="everybody", by=made.by, at=NOON, answer="x"
        )
    assert rows.get().answer == ANSWER


def test_words_of_who_asked_go_when_their_time_is_over_and_published_ones_stay():
    question = asked()
    answer(question)
    kept = retention.classes()["questions"]

    rows = kept.due(factories.TODAY.replace(year=2040))
    kept.destroy(rows, by=factories.anyone(Role.OFFICE), at=NOON)

    assert Question.objects.get().text == ""
    assert WORDING in page(question)


def test_answer_that_only_the_asker_reads_goes_when_its_time_is_over():
    private, public = asked(), asked()
    answer(private, Audience.NOBODY, wording="")
    answer(private, Audience.ASKER, wording="")
    answer(public)
    answer(public, Audience.NOBODY)
    kept = retention.classes()["private_answers"]
    later = factories.TODAY.replace(year=2040)

    assert not kept.due(factories.TODAY).exists()
    kept.destroy(kept.due(later), by=factories.anyone(Role.OFFICE), at=NOON)

    assert not kept.due(later).exists()
    told = CallAnswer.objects.order_by("pk").values_list("audience", "wording", "answer")
    assert list(told) == [
        ("nobody", "", "（消去済）"), ("asker", "", "（消去済）"),
        ("everybody", WORDING, ANSWER), ("nobody", "（消去済）", "（消去済）"),
    ]  # fmt: skip
    assert ANSWER not in page(private, private.by)


@pytest.mark.parametrize(
    "change",
    [{"answer": "別の答え"}, {"answer": "（消去済）", "audience": "everybody"}, {"question": None}],
)
def test_nothing_but_erasing_changes_an_answer(change):
    made = answer(asked(), Audience.ASKER)
    if "question" in change:
        change = {"question": asked()}

    with pytest.raises(DatabaseError), transaction.atomic():
        CallAnswer.objects.filter(pk=made.pk).update(**change)
    CallAnswer.objects.filter(pk=made.pk).update(answer="（消去済）")

    assert CallAnswer.objects.get(pk=made.pk).answer == "（消去済）"


@pytest.mark.parametrize("number", [1, 3])
def test_pages_ask_as_often_for_three_questions_as_for_one(
    client, number, django_assert_max_num_queries
):
    call = factories.call(seats=0)
    for _time in range(number):
        answer(asked(call))
    client.force_login(factories.anyone(Role.OFFICE))

    with django_assert_max_num_queries(11):
        shown = client.get("/office/questions/?all=1")
    assert len(shown.context["page"].object_list) == number
    with django_assert_max_num_queries(16):
        assert client.get(f"/calls/{call.pk}/").content.decode().count(ANSWER) == number


@pytest.mark.parametrize(
    "reached", ["０９０－１２３４－５６７８", "0467 23 3000", "(0467) 23-3000", "hanako@example.jp"]
)
def test_public_words_that_reach_a_person_are_confirmed(client, reached):
    question = asked()
    client.force_login(factories.anyone(Role.OFFICE))
    address = f"/office/questions/{question.pk}/"
    told = {"after": "0", "wording": WORDING, "answer": f"電話は{reached}です。"}

    refused = client.post(address, told | {"audience": "everybody"})
    assert refused.status_code == 422 and not question.answers.exists()
    assert (
        client.post(address, told | {"audience": "everybody", "no_person": "on"}).status_code == 302
    )


@pytest.mark.parametrize(
    "told", ["2026年11月20日から30日までに、金額1,000,000円", "令和8年度の50%"]
)
def test_days_and_amounts_are_no_telephone_numbers(told):
    assert not REACHES.search(told)
