"""The history of a year's row: who, when, and every value before and after."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from guideline import year_history, years
from guideline.models import Measure, MeasureYearVersion, unit_of
from guideline.prefill import Suggestion
from tests import factories
from tests.factories import NOON
from tests.guideline.test_years import EMPTY, YEAR, figure, write


@pytest.fixture
def fifth(loaded) -> Measure:
    return Measure.objects.of("first").get(number=5)


@pytest.fixture
def clerk(db):
    return factories.user(Role.OFFICE)


def address() -> str:
    return reverse("guideline:year-history", args=["first", 5, YEAR])


def told() -> list[list[tuple[str, str, str]]]:
    with translation.override("ja"):
        return [
            [(str(change.label), change.before, change.after) for change in step.changed]
            for step in year_history.steps(MeasureYearVersion.objects.select_related("by"))
        ]


def test_each_value_is_told_before_and_after(fifth, clerk):
    write(fifth, clerk, target="20件", plan_months=[4], plan_by_month={"4": "準備会"})
    write(
        fifth, clerk, edit_number=1, target="30件", plan_months=[4, 5], status="partly",
        plan_by_month={"4": "準備会", "5": "説明会"},
    )  # fmt: skip

    assert told() == [
        [
            ("目標", "20件", "30件"),
            ("予定した月", "4月", "4月、5月"),
            ("月ごとの計画", "4月: 準備会", "4月: 準備会\n5月: 説明会"),
            ("進捗", "", "一部済"),
        ],
        [("目標", "", "20件"), ("予定した月", "", "4月"), ("月ごとの計画", "", "4月: 準備会")],
    ]


def test_figures_are_told_in_words(fifth, clerk):
    whole = figure(fifth, clerk, 1200, as_of=NOON.date())
    figure(fifth, clerk, 10, label="市民団体から", part_of=whole)
    years.strike_figure(whole, seen=years.mark_with_parts(whole), by=clerk, at=NOON)

    day = NOON.date().isoformat()
    before, after = (
        f"問い合わせ 1,200 件 ({day})",
        f"問い合わせ 1,200 件 ({day})、うち 市民団体から 10 件",
    )
    assert told() == [
        [("数値", after, "")], [("数値", before, after)], [("数値", "", before)],
    ]  # fmt: skip


def test_history_beyond_a_page_is_there_whole(client, fifth, clerk):
    for number in range(60):
        write(fifth, clerk, edit_number=number, target=f"{number}件", at=NOON + timedelta(number))
    client.force_login(clerk)

    pages = [client.get(address(), {"page": number}) for number in (1, 2, 3)]
    steps = [step for page in pages for step in page.context["steps"]]

    assert [len(page.context["steps"]) for page in pages] == [25, 25, 10]
    assert [(c.before, c.after) for step in steps for c in step.changed] == [
        *((f"{n - 1}件", f"{n}件") for n in range(59, 0, -1)), ("", "0件"),
    ]  # fmt: skip
    assert [step.version.at for step in steps][-1] == NOON
    assert "59件" in pages[0].content.decode() and clerk.name in pages[0].content.decode()


def test_page_of_the_year_shows_the_newest_and_leads_to_all(client, fifth, clerk):
    client.force_login(clerk)
    page = reverse("guideline:measure-year", args=["first", 5, YEAR])
    for number in range(3):
        write(fifth, clerk, edit_number=number, target=f"{number}件")
    assert address() not in client.get(page).content.decode()

    write(fifth, clerk, edit_number=3, target="3件")

    answer = client.get(page)
    assert [step.changed[0].after for step in answer.context["steps"]] == ["3件", "2件", "1件"]
    assert address() in answer.content.decode()


def test_history_names_what_was_taken(client, fifth, clerk):
    taken = [Suggestion("target", "20件", "事業 R8-1", "/cases/1/")]
    values = {**EMPTY, "target": "20件"}
    years.write(fifth, YEAR, values, edit_number=0, taken=taken, by=clerk, at=NOON)
    client.force_login(clerk)

    assert "事業 R8-1" in client.get(address()).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM])
def test_who_reads_the_history(client, fifth, clerk, role):
    write(fifth, clerk, target="20件")
    client.force_login(factories.user(role))

    readers = {Role.OFFICE, Role.APPROVER, Role.AUDITOR}
    assert client.get(address()).status_code == (200 if role in readers else 403)


def test_long_history_asks_no_oftener(client, fifth, clerk):
    client.force_login(clerk)
    for number in range(3):
        write(fifth, clerk, edit_number=number, target=f"{number}件")
    client.get(address())
    with CaptureQueriesContext(connection) as few:
        client.get(address())
    for number in range(3, 32):
        write(fifth, factories.user(Role.OFFICE), edit_number=number, target=f"{number}件")

    with CaptureQueriesContext(connection) as many:
        client.get(address())

    assert len(many) <= len(few) + 1  # the version before the last of the page


@pytest.mark.parametrize(
    ("language", "words", "unit"),
    [
        ("ja", ("Inquiries", "件", ""), "件"),
        ("en", ("Inquiries", "件", ""), ""),  # 20 inquiries
        ("en", ("Area", "平方メートル", "square metres"), "square metres"),
        ("en", ("", "人", ""), "人"),  # the label is in Japanese, too
    ],
)
def test_figure_that_nobody_translated_keeps_its_unit(language, words, unit):
    with translation.override(language):
        assert unit_of(*words) == unit
