"""The page of the search: escaped, paged, in both languages, with a hint where nothing is found."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from reporting.search import indexing
from tests import factories
from tests.reporting import makers
from tests.reporting.test_search import keep

pytestmark = pytest.mark.django_db


def page(language: str = "ja", **query) -> str:
    client = Client()
    client.cookies["django_language"] = language
    response = client.get("/search/", query)
    assert response.status_code == 200
    return response.content.decode().replace("<wbr>", "")


def titles(text: str) -> list[str]:
    return re.findall(r"<h2><a [^>]*>(.*?)</a></h2>", text)


def test_page_without_a_question_says_how_to_search():
    assert "検索のしかた" in page()
    assert "How to search" in page("en")
    assert "How to search" in page("en", q="・。")


def test_what_is_found_is_marked_and_everything_else_is_escaped():
    keep("a", "<script>防災</script>", "<img src=x onerror=alert(1)> 防災の話")

    text = page(q='防災"><script>')
    found = page(q="防災")

    assert titles(found) == ["&lt;script&gt;<mark>防災</mark>&lt;/script&gt;"]
    assert "&lt;img src=x onerror=alert(1)&gt; <mark>防災</mark>の話" in found
    assert 'value="防災&quot;&gt;&lt;script&gt;"' in text


def test_excerpt_keeps_fields_apart_and_shows_a_translation_only_to_who_reads_english():
    keep("a", "協働", "川の清掃\n市と団体で折半", text_en="Information on projects")

    assert "<mark>清掃</mark> ／ 市と団体で折半" in page(q="清掃")
    assert "Information" not in page(q="清掃")
    assert titles(page(q="information")) == titles(page(q="i")) == []
    assert "<mark>Information</mark> on projects" in page("en", q="information")
    assert "川の<mark>清掃</mark>" in page("en", q="清掃")


def test_page_goes_on_after_twenty_and_keeps_the_question():
    for number in range(21):
        keep(f"{number}", f"防災{number}", fiscal_year=2024)

    first, second = page(q="防災", year="2024"), page(q="防災", year="2024", page="2")

    assert (len(titles(first)), len(titles(second))) == (20, 1)
    assert "q=%E9%98%B2%E7%81%BD&amp;year=2024&amp;page=2" in first
    assert len(titles(page(q="防災", page="99"))) == 1


def test_choices_narrow_and_are_taken_off_again():
    keep("a", "防災の日", fiscal_year=2024, course="startup")
    keep("b", "防災の夜", fiscal_year=2025)

    everything, chosen = page(q="防災"), page(q="防災", year="2024")

    assert len(titles(everything)) == 2
    assert len(titles(chosen)) == 1
    assert 'href="?q=%E9%98%B2%E7%81%BD&amp;year=2024"' in everything
    assert 'href="?q=%E9%98%B2%E7%81%BD" aria-current="true"' in chosen
    assert "令和6年度" in everything
    assert "FY 2024" in page("en", q="防災")


@pytest.mark.parametrize(
    "query", [{"year": "x"}, {"year": "9" * 30}, {"kind": "x"}, {"department": "-1"}, {"page": "x"}]
)
def test_choice_that_is_none_is_as_if_it_were_not_there(query):
    keep("a", "防災の日", fiscal_year=2024)

    assert len(titles(page(q="防災", **query))) == 1


def test_nothing_found_says_what_to_try():
    keep("a", "防災の日", fiscal_year=2024)

    text = page("en", q="防災 ない", year="2024")
    elsewhere = page("en", q="防災", year="2020")

    assert "Nothing was found" in text
    assert "Take out a word" in text
    assert "Show the 1 thing found outside of what you chose" in elsewhere
    assert 'href="?q=%E9%98%B2%E7%81%BD"' in elsewhere


def test_three_things_ask_the_database_as_often_as_one():
    department, measure = factories.department(), factories.measure()
    counts = []
    for number in range(3):
        keep(f"{number}", "防災", fiscal_year=2024, department=department, measures=str(measure.pk))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(q="防災")
        counts.append(len(queries))

    assert len(set(counts)) == 1, counts


def test_everybody_finds_the_same():
    keep("a", "防災の日")
    expected = titles(page(q="防災"))

    for role in Role.values:
        client = Client()
        client.force_login(factories.user(role))
        text = client.get("/search/", {"q": "防災"}).content.decode().replace("<wbr>", "")
        assert titles(text) == expected


def test_head_of_public_pages_has_the_box_and_the_page_of_the_search_only_its_own():
    assert 'action="/search/"' in Client().get("/register/").content.decode()
    assert 'action="/search/"' not in page()


def test_report_leads_to_the_page_that_stays_once_a_release_made_it_public():
    released = factories.released(makers.accepted_collaboration(title="川の観察"))
    indexing.rebuild()
    keep("a", "川の清掃")
    page_that_stays = f"reports/{released.fiscal_year}/{released.pk}.html"

    japanese, english = page(q="川"), page("en", q="川")

    for text in (japanese, english):
        assert 'href="/a/"' in text
        assert f'href="/reports/{released.pk}/"' not in text
    assert f'href="/public/{page_that_stays}"' in japanese
    assert f'href="/public/en/{page_that_stays}"' in english
    for start in ("", "en/"):
        assert Client().get(f"/public/{start}{page_that_stays}").status_code == 200


def test_same_measure_of_two_editions_says_of_which_it_is():
    one, other = factories.measure(title="場づくり"), factories.measure(title="場づくり")
    indexing.rebuild()

    text = page(q="場づくり")

    for measure in (one, other):
        assert f"<span>{measure.edition.name} {measure.number}</span>" in text


def test_department_is_named_in_the_language_of_the_page():
    department = factories.department(name="緑の課", name_en="Green Division")
    keep("a", "防災の日", department=department)

    results = re.compile(r'<ol class="search-results">.*?</ol>', re.DOTALL)

    assert "緑の課" in results.search(page(q="防災"))[0]
    assert "Green Division" in results.search(page("en", q="防災"))[0]
