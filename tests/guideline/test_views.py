"""The public pages, in both languages, and what they ask of the database."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guideline import panels
from guideline.models import Claim, Crosswalk, Edition, Figure, Measure, Progress, Section
from tests.spoken import words_of


@pytest.fixture
def section(db) -> Section:
    edition = Edition.objects.create(code="third", title="第三次", status="in_force")
    Section.objects.create(edition=edition, number=1, title="第一節")
    return Section.objects.create(edition=edition, number=1, place=1, letter="ア", title="小節")


def a_measure(section: Section, number: int) -> Measure:
    """A measure with one row of everything a list shows beside it."""
    measure = Measure.objects.create(
        edition=section.edition,
        section=section,
        number=number,
        classification="I",
        title=f"施策{number}",
        title_en=f"Measure {number}",
    )
    Progress.objects.create(
        measure=measure, fiscal_year=2026, as_of="2026-09-30", status="partly", next_class="Ⅲ"
    )
    Claim.objects.create(
        measure=measure,
        about=section.edition,
        subject="class",
        value="III",
        as_printed="Ⅲ",
        place="column",
    )
    Crosswalk.objects.create(from_measure=measure, kind="dropped")
    Figure.objects.create(measure=measure, label="件数", fiscal_year=2026, value=1234, unit="件")
    return measure


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["市民活動補償制度", "公共施設の有効利用"]),
        ("en", ["Citizen activity compensation scheme", "Documents disagree", "5 of 8", "6 of 9"]),
    ],
)
def test_index_shows_the_edition_in_force(client, loaded, language, words):
    page = client.get(reverse("guideline:index"), headers={"accept-language": language})

    assert page.status_code == 200
    assert page.context["edition"].code == "first"
    text = page.content.decode()
    assert [word for word in words if word not in text] == []


def test_index_charts_each_status_as_often_as_the_rows_have_it(client, loaded):
    chart = client.get(reverse("guideline:index")).context["chart"]

    assert {bar.classification: bar.counts for bar in chart.bars} == {
        "I": (1, 1, 0, 2, 2),
        "II-a": (2, 1, 2, 1, 0),
        "II-i": (2, 0, 1, 2, 4),
        "III": (2, 0, 0, 0, 0),
    }
    assert all(bar.segments[-1].x + bar.segments[-1].width <= chart.width for bar in chart.bars)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_draft_edition_says_that_it_has_no_numbers_and_no_progress(client, loaded, language):
    url = reverse("guideline:edition", args=["second"])
    page = client.get(url, headers={"accept-language": language})

    assert page.context["chart"] is None
    assert (
        len([m for _s, places in page.context["sections"] for _p, ms in places for m in ms]) == 21
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["市民活動補償制度の周知", "令和4年度", "令和5年12月20日", "12 件"]),
        ("en", ["Making the citizen activity compensation scheme known", "FY 2022", "Inquiries"]),
    ],
)
def test_measure_shows_figures_and_successor(client, loaded, language, words):
    url = reverse("guideline:measure", args=["first", 5])
    text = client.get(url, headers={"accept-language": language}).content.decode()

    assert [word for word in words if word not in text] == []


def test_measure_shows_both_values_where_documents_disagree(client, loaded):
    url = reverse("guideline:measure", args=["second", 18])
    page = client.get(url, headers={"accept-language": "en"})

    assert "printed as “Ⅱ-ア”" in words_of(page.content.decode())
    assert "I (priority)" in page.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_crosswalk_shows_every_row(client, loaded, language):
    page = client.get(reverse("guideline:crosswalk"), headers={"accept-language": language})

    assert len(page.context["rows"]) == 29
    assert "市民活動補償制度" in page.content.decode() or language == "en"


@pytest.mark.parametrize("args", [["first", 24], ["third", 1]])
def test_measure_unknown_is_not_found(client, loaded, args):
    assert client.get(reverse("guideline:measure", args=args)).status_code == 404


def test_edition_unknown_is_not_found(client, loaded):
    assert client.get(reverse("guideline:edition", args=["third"])).status_code == 404


def test_pages_without_any_guideline_say_so(client, db):
    for name in ("index", "crosswalk"):
        page = client.get(reverse(f"guideline:{name}"), headers={"accept-language": "en"})
        assert "has been entered yet" in page.content.decode()


@pytest.mark.parametrize("name", ["index", "crosswalk"])
def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    client, section, name, django_assert_num_queries
):
    a_measure(section, 1)
    client.get(reverse(f"guideline:{name}"))
    expected = count_queries(client, name)
    for number in (2, 3):
        a_measure(section, number)

    with django_assert_num_queries(expected):
        text = client.get(reverse(f"guideline:{name}")).content.decode()

    assert text.count("施策") >= 3


def count_queries(client, name: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(f"guideline:{name}"))
    return len(queries)


def test_measure_shows_the_panels_of_higher_apps_in_order(client, section, monkeypatch):
    monkeypatch.setattr(panels, "_panels", [])
    a_measure(section, 1)
    panels.register(
        "guideline/_source.html", lambda measure, request: {"row": {"source": "後"}}, 20
    )
    panels.register(
        "guideline/_source.html", lambda measure, request: {"row": {"source": measure.title}}, 10
    )
    panels.register("guideline/_source.html", lambda measure, request: None)

    page = client.get(reverse("guideline:measure", args=["third", 1]))

    assert [("施策1" in text, "後" in text) for text in page.context["panels"]] == [
        (True, False),
        (False, True),
    ]
