"""Two editions side by side: page, Word file and PDF; counts held against the rows of the crosswalk."""

import io
from collections import Counter

import pytest
from django.db.models import Count
from docx import Document

from casework.typesetting import typeset
from guideline.comparison import compare, paper_of
from guideline.models import Crosswalk, Edition, Measure
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text

pytestmark = pytest.mark.usefixtures("loaded")
PAGE = "/guideline/compare/first/second/"


def table():
    return compare(Edition.objects.get(code="first"), Edition.objects.get(code="second"))


def test_kinds_are_counted_as_the_database_counts_the_crosswalk():
    by_database = Crosswalk.objects.values("kind").annotate(found=Count("pk"))
    expected = {Crosswalk.Kind(row["kind"]).label: row["found"] for row in by_database}

    assert {label: count for label, count in table().counts if count} == expected
    assert sum(count for _label, count in table().counts) == Crosswalk.objects.count()


def test_each_measure_of_both_editions_stands_in_the_table():
    pairs = table().pairs
    ends = Counter(m.pk for pair in pairs for m in (pair.before, pair.after) if m)
    assert set(ends) == set(Measure.objects.values_list("pk", flat=True))
    assert len({(p.before, p.after) for p in pairs}) == len(pairs)


def test_measure_that_the_crosswalk_passes_over_is_said_to_be_untold():
    Crosswalk.objects.filter(from_measure__number=4).delete()
    (pair,) = [p for p in table().pairs if p.before and p.before.number == 4]
    assert (pair.after, pair.labels, pair.is_confirmed) == (None, ["Not told"], False)
    assert dict(table().counts)["Not told"] == 1


def test_pair_is_confirmed_once_all_of_its_rows_are():
    rows = Crosswalk.objects.filter(from_measure__number=1, to_measure__number=1)
    assert rows.count() == 2
    (pair,) = [p for p in table().pairs if p.before and p.after and p.rows[0] in rows]
    before = table().unconfirmed
    assert before == table().told == Crosswalk.objects.count()
    rows.filter(kind="renamed").update(confirmed_at=NOON)
    assert table().unconfirmed == before - 1
    assert next(p for p in table().pairs if p.before == pair.before).is_confirmed is False
    rows.update(confirmed_at=NOON)
    assert table().unconfirmed == before - 2
    assert next(p for p in table().pairs if p.before == pair.before).is_confirmed is True
    items = {one["label"]: one["value"] for one in paper_of(table(), today=TODAY)["items"]}
    assert items["未確認"] == f"{before - 2}件（全{before}件）"


def test_page_shows_both_editions_and_leads_to_the_files(client):
    page = client.get(PAGE)
    words = page.content.decode()
    assert page.status_code == 200
    assert words.count("<tr>") == len(table().pairs) + len(table().groups)
    for form in ("docx", "pdf"):
        assert f'href="{PAGE}table.{form}"' in words
    assert f'href="{PAGE}"' in client.get("/guideline/crosswalk/").content.decode()


def test_word_file_and_pdf_hold_every_measure(client):
    word = Document(io.BytesIO(client.get(f"{PAGE}table.docx").content))
    cells = [cell.text for t in word.tables for row in t.rows for cell in row.cells]
    pdf = "".join(pdf_text(client.get(f"{PAGE}table.pdf").content).split())
    for measure in Measure.objects.all():
        assert any(measure.title in cell for cell in cells)
        assert "".join(measure.title.split()) in pdf
    assert sum("未確認" in cell for cell in cells) >= len(table().pairs)


def test_word_file_says_its_title_once_and_that_it_tells_how_things_stand(client):
    word = Document(io.BytesIO(client.get(f"{PAGE}table.docx").content))
    words = [paragraph.text for paragraph in word.paragraphs]
    assert sum("新旧対照" in one for one in words) == 1
    assert [one for one in words if one.startswith("令和")] == [
        one for one in words if one.endswith("日現在")
    ]
    assert len([one for one in words if one.endswith("日現在")]) == 1


def test_same_table_gives_the_same_pdf():
    paper = paper_of(table(), today=TODAY)
    assert typeset("progress", paper) == typeset("progress", paper)


@pytest.mark.parametrize(
    "address",
    [
        "/guideline/compare/first/first/",
        "/guideline/compare/first/none/",
        "/guideline/compare/none/second/",
        f"{PAGE}table.xlsx",
    ],
)
def test_what_cannot_be_compared_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_table_asks_as_often_whatever_it_holds(django_assert_num_queries):
    with django_assert_num_queries(5):
        table()
