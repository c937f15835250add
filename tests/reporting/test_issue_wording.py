"""What the words of a city issue tell of people is looked at before it is public; so are the cells of open data."""

import html
import json

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Officer, Role
from casework.errors import NotPossible
from casework.models import Remark
from casework.services import advance
from grants.models import CityIssue
from reporting.models import ReleaseItem
from reporting.publishing import checks, issue_wording
from reporting.publishing.words_of_files import words_of_files
from tests import factories
from tests.factories import NOON
from tests.reporting.test_site_issues import issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


PHONE, LINK = "090-1234-5678", "https://other.example.jp/map"


@pytest.fixture
def sent() -> CityIssue:
    Officer.objects.create(organization=factories.organization(), name="架空 太郎", post="会長")
    return issue("send", problem=f"架空太郎（{PHONE}）へ。地図は {LINK}。")


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def page_of(office, made: CityIssue, data: dict | None = None):
    client, path = Client(), reverse("casework:move", args=[made.pk, "publish"])
    client.cookies["django_language"] = "en"
    client.force_login(office)
    return client.get(path) if data is None else client.post(path, data)


def test_clean_issue_is_published_without_a_question(office):
    made = issue("send")

    assert page_of(office, made, {}).status_code == 302

    assert CityIssue.objects.get(pk=made.pk).state == "published"


def test_publication_asks_of_each_finding_why_it_can_stand(office, sent):
    found = issue_wording.findings(sent)
    assert [one.code for one in found] == ["reach", "names", "links"]

    page = html.unescape(page_of(office, sent).getvalue().decode())
    for words in (PHONE, "架空太郎", LINK):
        assert words in page
    answers = {issue_wording._field_of(one): f"理由{n}" for n, one in enumerate(found)}
    *_others, last = answers
    without_one = page_of(office, sent, {**answers, last: " "})
    assert without_one.status_code == 422
    assert CityIssue.objects.get(pk=sent.pk).state == "sent"

    assert page_of(office, sent, answers).status_code == 302

    made = CityIssue.objects.get(pk=sent.pk)
    assert made.state == "published"
    event = made.events.get(verb="publish")
    assert event.facts["accepted"] == [one.digest for one in found]
    said = Remark.objects.get(pk=event.facts["reason"]["remark"]).text
    assert [f"理由{n}" in line for n, line in enumerate(said.split("\n"))] == [True] * 3
    assert PHONE in said
    assert PHONE not in json.dumps(event.facts)


def test_no_way_to_publish_goes_around_the_question(office, sent):
    found = issue_wording.findings(sent)

    for accepted in ([], [one.digest for one in found[1:]]):
        with pytest.raises(NotPossible, match=PHONE):
            advance(sent, "publish", by=office, at=NOON, accepted=accepted)


def test_accepting_in_one_language_holds_in_the_other(sent):
    told = []
    for language in ("ja", "en"):
        with translation.override(language):
            told.append([one.digest for one in issue_wording.findings(sent)])

    assert told[0] == told[1]


def test_other_words_at_the_place_have_to_be_accepted_anew(office, sent):
    accepted = [one.digest for one in issue_wording.findings(sent)]
    CityIssue.objects.filter(pk=sent.pk).update(problem="電話は 090-9999-9999。")

    with pytest.raises(NotPossible, match="090-9999-9999"):
        advance(sent, "publish", by=office, at=NOON, accepted=accepted)


# The files of a register


def test_cells_of_words_in_files_are_looked_at_and_told_by_row_and_column(office):
    Officer.objects.create(organization=factories.organization(), name="架空 太郎", post="会長")
    row = {"edition": "first", "number": 3, "label": f"架空太郎 {PHONE}", "source": LINK,
           "unit": f"件 {LINK}"}  # fmt: skip
    files = {
        "measure-figures.json": json.dumps([row]),
        "measure-figures.csv": PHONE,
        "awards.json": json.dumps([{"id": "x", "project_title": PHONE}]),  # its rows are the page’s
    }
    item = ReleaseItem(kind="register", key="all", action="publish", title="x", note="")
    looked = checks.Looked(None, at=NOON)

    told = {
        code: [words for _place, words in checks._CHECKS[code][2](looked, item, {"files": files})]
        for code in ("names", "reach", "links")
    }

    assert [len(words) for words in told.values()] == [1, 1, 1]
    assert "架空太郎" in told["names"][0] and PHONE in told["reach"][0]
    assert LINK in told["links"][0]
    places = [place for place, text in words_of_files(files) if PHONE in text]
    assert len(places) == 1 and "first / 3" in places[0]
