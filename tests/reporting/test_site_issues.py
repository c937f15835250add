"""City issues on the public site: their pages, the list, feed and sitemap, and what keeps others out."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework import city
from casework.services import advance, correct
from grants import services
from reporting.publishing import releases
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

WORDS = {
    "title": "海岸の清掃",
    "problem": "人手が足りない。",
    "offers": "道具と広報。",
    "seeks": "月に1度動ける団体。",
    "until": None,
}
LATER_WORDS = "公開前の書き直し"


def issue(*verbs: str, department=None, **words):
    """An issue that its department wrote, and that made these moves."""
    department = department or factories.department()
    clerk = makers.department_clerk(department)
    made = services.open_issue(
        department, fiscal_year=2026, title=WORDS["title"], by=clerk, at=NOON
    )
    made = services.save_issue(
        made, fields=WORDS | words, edit_number=made.edit_number, by=clerk, at=NOON
    )
    return moved(made, *verbs)


def moved(made, *verbs: str):
    for verb in verbs:
        facts = {"reason": "理由"} if verb in ("send_back", "withdraw") else {}
        office = factories.anyone(Role.OFFICE)
        by = (
            office if verb in ("publish", "send_back") else makers.department_clerk(made.department)
        )
        made = advance(made, verb, by=by, at=NOON, **facts)
    return made


def files(*, fictitious: bool = False) -> dict[str, str]:
    found = Site("https://example.jp/", fictitious=fictitious).files()
    return {path: body.decode() for path, body in found if not path.endswith((".jpg", ".png"))}


def path_of(made) -> str:
    return f"issues/{made.fiscal_year}/{made.pk}.html"


def live(path: str):
    return Client().get(reverse("reporting:public-file", args=[path]))


def test_published_issue_has_a_page_in_both_languages_and_is_listed():
    made = issue("send", "publish")

    exported = files()

    for path in (path_of(made), f"en/{path_of(made)}"):
        for word in (WORDS["title"], WORDS["problem"], WORDS["offers"], WORDS["seeks"]):
            assert word in exported[path]
        assert live(path).content.decode() == exported[path]
    for path in ("issues/index.html", "en/issues/index.html", "feed.xml"):
        assert WORDS["title"] in exported[path]
    for path in ("feed.xml", "sitemap.xml"):
        assert f"https://example.jp/{path_of(made)}" in exported[path]
    assert 'href="../issues/index.html"' in exported["register/index.html"]


@pytest.mark.parametrize(
    "verbs",
    [
        (),
        ("send",),
        ("send", "send_back"),
        ("withdraw",),
        ("send", "publish", "send_back"),
        ("send", "publish", "send_back", "resend"),
    ],
)
def test_issue_that_is_not_public_stands_in_no_file(verbs):
    made = issue(*verbs, title=LATER_WORDS, problem=LATER_WORDS)

    exported = files()

    assert path_of(made) not in exported
    assert all(LATER_WORDS not in body for body in exported.values())
    assert live(path_of(made)).status_code == 404


def test_publishing_that_was_taken_back_leaves_nothing():
    made = issue("send", "publish")
    correct(made, reason="誤り", by=factories.anyone(Role.OFFICE), at=NOON)

    assert path_of(made) not in files()


def test_issue_that_was_withdrawn_leaves_a_tombstone_without_what_was_written_since():
    made = issue("send", "publish", "send_back")
    made = services.save_issue(
        made, fields=WORDS | {"title": LATER_WORDS, "problem": LATER_WORDS},
        edit_number=made.edit_number, by=makers.department_clerk(made.department), at=NOON,
    )  # fmt: skip
    made = moved(made, "withdraw")

    exported, answer = files(), live(path_of(made))

    assert answer.status_code == 410
    assert 'content="noindex"' in exported[path_of(made)]
    assert all(LATER_WORDS not in body for body in exported.values())
    assert f"https://example.jp/{path_of(made)}" not in exported["sitemap.xml"]


def issues_told() -> list[tuple[str, str]]:
    """Name and standing of each issue in the file of the site."""
    told = json.loads(files()["data/city-issues.json"])
    return [(row["title"], row["standing"]) for row in told]


def test_file_of_issues_holds_those_that_have_a_page():
    goes, stays = issue("send", "publish", title="戻される"), issue("send", "publish")
    office = factories.anyone(Role.OFFICE)
    release = releases.begin(by=office, at=NOON)
    releases.put_in(release, "register", "all", by=office, at=NOON)
    waits = releases.propose(release, by=office, at=NOON)
    advance(waits, "approve", by=factories.user(Role.APPROVER), at=NOON, decided_on=NOON.date())

    moved(goes, "send_back")

    assert path_of(stays) in files() and path_of(goes) not in files()
    assert issues_told() == [(stays.title, "open")]
    assert "戻される" not in files()["data/city-issues.csv"]


def test_file_of_issues_says_nothing_that_depends_on_the_day():
    issue("send", "publish", until=NOON.date() - timedelta(days=9))
    closed = issue("send", "publish", "close", title="締め切った課題")

    assert sorted(issues_told()) == sorted([(WORDS["title"], "open"), (closed.title, "closed")])


def test_closed_issue_stays_and_says_so():
    made = issue("send", "publish", "close")

    exported = files()

    assert WORDS["problem"] in exported[path_of(made)]
    assert "業務課題を締め切りました" in exported["feed.xml"]


def test_what_came_of_it_is_shown():
    made = issue("send", "publish")
    makers.sender()
    proposal = makers.ready_proposal("collaboration", office=factories.anyone(Role.OFFICE))
    type(proposal).objects.filter(pk=proposal.pk).update(city_issue=made)

    exported = files()

    assert proposal.title in exported[path_of(made)]
    assert proposal.number in exported[path_of(made)]
    (told,) = json.loads(exported["data/city-issues.json"])
    assert told["led_to"] == proposal.number


@pytest.mark.parametrize("count", [1, 3])
def test_pages_of_issues_ask_as_often_for_three_as_for_one(count, django_assert_num_queries):
    department = factories.department()
    made = [issue("send", "publish", department=department) for _ in range(count)]
    site = Site("https://example.jp/", fictitious=False)
    assert "city_name" in site.about  # read once for all pages

    with django_assert_num_queries(3):  # issues, the projects that came of them, tombstones
        pages = dict(site._issues())

    assert pages.keys() >= {path_of(one) for one in made}


def test_invented_issue_is_shown_only_in_a_demonstration():
    made = issue("send", "publish", department=factories.department(fictitious=True))

    assert path_of(made) not in files()
    assert path_of(made) in files(fictitious=True)


def test_issue_of_a_department_without_a_mailbox_names_the_office():
    made = issue("send", "publish")
    city.set_value(
        "office_contact", "0467-00-0000", source="試験", by=factories.anyone(Role.OFFICE), at=NOON
    )

    assert "0467-00-0000" in files()[path_of(made)]


@pytest.mark.parametrize("path", ["issues/2025/{pk}.html", "issues/page-2.html"])
def test_no_other_address_answers(path):
    made = issue("send", "publish")

    assert live(path.format(pk=made.pk)).status_code == 404


def test_issue_is_among_what_is_new_on_the_front_page_while_it_is_public():
    made = issue("send", "publish")

    for path, folder in (("index.html", ""), ("en/index.html", "../en/")):
        page = files()[path]
        assert made.title in page
        assert f'href="{folder}{path_of(made)}"' in page or f'href="{path_of(made)}"' in page

    moved(made, "send_back")
    assert made.title not in files()["index.html"]
