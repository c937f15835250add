"""Writing history: the digest covers every column, the chain holds, seals close a day."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role
from casework import history
from casework.models import Event, Remark, Seal
from casework.services import advance, record
from tests import factories
from tests.casework.cases import accepted, filed
from tests.factories import JAPAN, NOON, TODAY
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def event():
    return accepted().events.get(verb="accept")


OTHER = {
    "case_id": 0,
    "verb": "refer",
    "source": "draft",
    "target": "in_selection",
    "by_id": 0,
    "at": NOON + timedelta(microseconds=1),
    "facts": {"added": 1},
    "previous_digest": "0" * 64,
}


@pytest.mark.parametrize(("column", "value"), OTHER.items())
def test_digest_covers_each_column(event, column, value):
    setattr(event, column, value)

    assert history.event_digest(event) != event.digest


def test_digest_covers_all_columns_but_those_the_database_makes():
    columns = {field.attname for field in Event._meta.concrete_fields}

    assert columns - set(OTHER) == {"id", "digest"}


def test_digest_is_the_same_in_whatever_zone_the_moment_is_told(event):
    event.at = event.at.astimezone(JAPAN)

    assert history.event_digest(event) == event.digest


def test_digest_is_the_same_after_reading_back():
    facts = {"on": date(2026, 4, 1), "yen": 80_000, "名": ["𠮷", 1.5, None, True], "z": {"a": 1}}
    event = record(factories.draft(), "note_facts", by=factories.user(), at=NOON, **facts)

    assert history.event_digest(Event.objects.get(pk=event.pk)) == event.digest


def test_each_line_names_the_digest_of_the_one_before():
    proposal = accepted()
    chain = list(proposal.events.order_by("pk"))

    assert [e.previous_digest for e in chain] == ["", *(e.digest for e in chain[:-1])]
    assert len({e.digest for e in chain}) == len(chain)


def test_chain_cannot_fork(event):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(
            case_id=event.case_id, verb="x", source="", target="", by_id=event.by_id, at=NOON,
            previous_digest=event.previous_digest, digest="1" * 64,
        )  # fmt: skip


def test_cases_have_chains_of_their_own():
    first, second = filed(), filed()

    assert first.events.order_by("pk")[0].previous_digest == ""
    assert second.events.order_by("pk")[0].previous_digest == ""


@pytest.mark.parametrize("name", history.PROSE)
def test_facts_hold_no_prose(name):
    words = "佐藤さんの電話で聞いた"
    event = record(factories.draft(), "call", by=factories.user(), at=NOON, **{name: words})

    assert words not in history.canonical(event.facts)
    remark = Remark.objects.get(pk=event.facts[name]["remark"])
    assert remark.text == words
    assert event.facts[name]["digest"] == history.digest_of([remark.salt, words])


def test_same_words_have_another_digest_each_time():
    draft, person = factories.draft(), factories.user()
    events = [record(draft, "call", by=person, at=NOON, note="同じ") for _ in range(2)]

    assert len({event.facts["note"]["digest"] for event in events}) == 2


@pytest.mark.parametrize("empty", ["", None])
def test_empty_words_leave_no_remark(empty):
    draft = factories.draft()
    before = Remark.objects.count()
    record(draft, "call", by=factories.user(), at=NOON, note=empty)

    assert Remark.objects.count() == before


def test_canonical_text_does_not_depend_on_the_order():
    assert history.canonical({"b": 1, "a": "あ"}) == history.canonical({"a": "あ", "b": 1})
    assert history.canonical({"a": "あ"}) == '{"a":"あ"}'


# Seals


def test_seal_holds_the_heads_of_all_cases():
    first, second = filed(), factories.draft()

    seal = history.seal(day=TODAY)

    assert seal.cases == 2
    assert seal.last_event == Event.objects.order_by("-pk").first().pk
    heads = {c.pk: c.events.order_by("-pk").first().digest for c in (first, second)}
    assert history.heads_at(seal.last_event) == heads
    assert seal.digest == history.seal_digest(TODAY, seal.last_event, heads, "")


def test_sealing_a_day_again_changes_nothing():
    filed()
    seal = history.seal(day=TODAY)
    filed()

    assert history.seal(day=TODAY) == seal
    assert history.seal(day=TODAY - timedelta(days=3)) == seal
    assert Seal.objects.count() == 1


def test_seals_are_chained():
    proposal = filed()
    first = history.seal(day=TODAY)
    advance(proposal, "accept", by=factories.user(Role.OFFICE), at=NOON)

    second = history.seal(day=TODAY + timedelta(days=1))

    assert second.previous_digest == first.digest
    assert second.digest != first.digest


def test_quiet_day_is_sealed_too():
    filed()
    first = history.seal(day=TODAY)

    assert history.seal(day=TODAY + timedelta(days=1)).last_event == first.last_event


def test_nothing_to_seal_is_no_seal():
    assert history.seal(day=TODAY) is None


def test_moment_keeps_its_microseconds():
    moment = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=JAPAN)
    event = record(factories.draft(), "call", by=factories.user(), at=moment)

    assert Event.objects.get(pk=event.pk).at == moment
