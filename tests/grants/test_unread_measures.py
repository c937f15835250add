"""Adopted projects whose measures wait: in which order, and several confirmed at once as they were named."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import Role
from casework.models import Event
from grants.models import MeasureReading, Proposal, ProposalMeasure
from grants.services import Read, mark_of_measures, read_measures, take_as_named
from grants.unread_measures import as_listed, unread_cases, waiting
from guideline.measure_names import with_edition
from tests import factories
from tests.casework.cases import in_selection
from tests.factories import NOON
from tests.grants.test_measure_years import granted, named
from tests.grants.test_measures import standing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
LIST = "/office/measures/"


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@pytest.fixture(autouse=True)
def english(client):
    client.cookies["django_language"] = "en"


def titles(user) -> list[str]:
    return [case.title for case in unread_cases(user.act_on(NOON.date()))]


def called(title: str, *more, **changes) -> Proposal:
    """An adopted project that names a measure of its own, and ``more``."""
    proposal = granted()
    for measure in more:
        proposal.proposal_measures.create(measure=measure, how="こちらも進める")
    Proposal.objects.filter(pk=proposal.pk).update(title=title, **changes)
    return Proposal.objects.get(pk=proposal.pk)


def read(proposal, *rows, by):
    return read_measures(proposal, rows, seen=mark_of_measures(proposal), by=by, at=NOON)


def test_list_holds_adopted_projects_until_their_measures_are_confirmed(office):
    waits, done = called("待つ事業"), called("済んだ事業")
    in_selection(title="選考中の事業")
    read(done, Read(named(done).pk, 100, named(done).pk), by=office)

    assert titles(office) == ["待つ事業"]
    take_as_named(waits, seen=mark_of_measures(waits), by=office, at=NOON)
    assert titles(office) == []


def test_what_can_be_taken_as_named_comes_first_and_of_that_the_oldest(office):
    again, untold = called("読み直す", fiscal_year=2020), called("書いていない", fiscal_year=2021)
    called("あたらしい", fiscal_year=2026)
    called("ふるい", fiscal_year=2025)
    read(again, Read(named(again).pk, 100, named(again).pk), by=office)
    again.proposal_measures.create(measure=factories.measure(), how="あとから")
    untold.proposal_measures.update(how=" \n")

    rows = waiting(as_listed(unread_cases(office.act_on(NOON.date()))))

    assert [(row.case.title, row.takeable, row.was_read) for row in rows] == [
        ("ふるい", True, False), ("あたらしい", True, False),
        ("読み直す", False, True), ("書いていない", False, False),
    ]  # fmt: skip


def test_taken_as_named_the_words_of_the_group_stand_with_the_weights_that_were_shown(office):
    proposal = called("三つ", factories.measure(), factories.measure())
    (row,) = waiting(as_listed(unread_cases(office.act_on(NOON.date()))))

    take_as_named(proposal, seen=row.seen, by=office, at=NOON)

    assert standing(proposal) == {one.measure_id: weight for one, weight in row.rows}
    assert sorted(standing(proposal).values()) == [33, 33, 34]
    assert set(MeasureReading.objects.values_list("how", "reason")) == {("", "")}
    assert Event.objects.filter(case=proposal, verb="read_measures", by=office).count() == 1


def test_what_somebody_has_to_look_at_is_not_taken_as_named(office):
    again, untold = called("読み直す"), called("書いていない")
    read(again, Read(named(again).pk, 100, named(again).pk), by=office)
    untold.proposal_measures.update(how="")

    for proposal, words in ((again, "read it before"), (untold, "does not say how")):
        with pytest.raises(ValidationError, match=words):
            take_as_named(proposal, seen=mark_of_measures(proposal), by=office, at=NOON)

    assert not MeasureReading.objects.filter(proposal=untold).exists()


def test_nobody_but_the_office_takes_anything_as_named():
    proposal = called("待つ事業")
    for role in (r for r in Role.values if r not in (Role.OFFICE, Role.SYSTEM)):
        with pytest.raises(PermissionDenied):
            seen = mark_of_measures(proposal)
            take_as_named(proposal, seen=seen, by=factories.user(role), at=NOON)


# The pages


def posted(*proposals, **seen) -> dict:
    told = {f"seen-{p.pk}": mark_of_measures(p) for p in proposals}
    return {"case": [p.pk for p in proposals], **told, **seen}


def test_chosen_ones_are_confirmed_each_by_itself_and_the_others_wait(client, office):
    one, other, _third = called("一つめ"), called("二つめ"), called("三つめ")
    client.force_login(office)

    answer = client.post(LIST, posted(one, other), follow=True)

    assert answer.redirect_chain == [(LIST, 302)]
    assert titles(office) == ["三つめ"]
    assert "The measures of 2 projects are confirmed as named" in answer.content.decode()
    events = Event.objects.filter(verb="read_measures").values_list("case", flat=True)
    assert sorted(events) == [one.pk, other.pk]


def test_one_that_changed_meanwhile_is_told_by_name_and_keeps_the_others_from_nothing(
    client, office
):
    fresh, changed, gone = called("そのまま"), called("変わった"), called("先に済んだ")
    said = posted(fresh, changed, gone)
    Proposal.objects.filter(pk=changed.pk).update(edit_number=changed.edit_number + 1)
    take_as_named(gone, seen=mark_of_measures(gone), by=office, at=NOON)
    client.force_login(office)

    page = client.post(LIST, said, follow=True).content.decode()

    assert "The measures of 1 project are confirmed" in page
    assert "変わった: Somebody else changed the measures meanwhile." in page
    assert "1 project was left out" in page
    assert titles(office) == ["変わった"]


def test_nothing_chosen_changes_nothing_and_says_so(client, office):
    called("待つ事業")
    client.force_login(office)

    page = client.post(LIST, {}, follow=True).content.decode()

    assert "Choose at least one project." in page
    assert not MeasureReading.objects.exists()


def test_list_offers_a_box_only_for_what_can_be_taken_as_named(client, office):
    plain, again = called("そのまま"), called("読み直す")
    read(again, Read(named(again).pk, 100, named(again).pk), by=office)
    again.proposal_measures.create(measure=factories.measure(), how="あとから")
    client.force_login(office)

    page = client.get(LIST).content.decode()

    assert f'name="case" value="{plain.pk}"' in page
    assert f'name="case" value="{again.pk}"' not in page
    assert "named something else since" in page
    assert " checked" not in page
    assert client.get(LIST, {"all": 1}).content.decode().count(" checked") == 1


def test_person_who_opens_one_from_the_list_comes_back_to_it(client, office):
    proposal = called("待つ事業")
    client.force_login(office)
    address = f"{reverse('grants:proposal-measures', args=[proposal.pk])}?list=1"
    assert f'href="{address}"' in client.get(LIST).content.decode()
    prefix, row = f"named-{named(proposal).pk}", {"measure": named(proposal).pk, "weight": 100}
    empty = {f"added-{at}-{name}": "" for at in range(2) for name in ("measure", "weight", "how")}

    answer = client.post(
        address,
        {"seen": mark_of_measures(proposal), f"{prefix}-how": "", f"{prefix}-reason": "", **empty}
        | {f"{prefix}-{name}": value for name, value in row.items()},
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert "The measures of all adopted projects are confirmed" in client.get(LIST).content.decode()


def test_desk_says_how_many_wait_and_shows_the_first(client, office):
    client.force_login(office)
    assert "unread-measures" not in client.get("/office/").content.decode()
    for number in range(7):
        called(f"事業{number}", fiscal_year=2020 + number)

    page = client.get("/office/").content.decode()

    part = page[page.index('aria-labelledby="unread-measures"') :].split("</section>")[0]
    assert '<span class="count">7</span>' in part
    assert [f"事業{number}" in part for number in range(7)] == [True] * 5 + [False] * 2
    assert with_edition(ProposalMeasure.objects.first().measure) in part
    assert f'href="{LIST}"' in part


def test_list_has_pages(client, office, monkeypatch):
    monkeypatch.setattr("grants.views.PER_PAGE", 2)
    for number in range(3):
        called(f"事業{number}", fiscal_year=2000 + number)
    client.force_login(office)

    first, second = (client.get(LIST, {"page": at}).context["page"] for at in (1, 2))

    assert [row.case.title for row in first.object_list] == ["事業0", "事業1"]
    assert [row.case.title for row in second.object_list] == ["事業2"]


def test_list_asks_as_often_for_three_as_for_one(client, office, django_assert_num_queries):
    called("一つめ")
    client.force_login(office)
    with django_assert_num_queries(99, exact=False) as asked:
        client.get(LIST)
    for title in ("二つめ", "三つめ"):
        called(title, factories.measure())
    with django_assert_num_queries(len(asked)):
        client.get(LIST)
