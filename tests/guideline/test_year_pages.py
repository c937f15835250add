"""The measure over editions and years, the year's chart, and the statuses over the years."""

from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from guideline import services, year_chart, year_statuses, years
from guideline.lineage import lineage
from guideline.measure_page import history
from guideline.models import (
    Crosswalk,
    Edition,
    Measure,
    MeasureTextVersion,
    Progress,
    Section,
)
from guideline.public_days import make_public
from tests import factories
from tests.factories import NOON
from tests.guideline.test_years import DAY, YEAR, figure, write


@pytest.fixture
def clerk(db):
    return factories.user(Role.OFFICE)


@pytest.fixture
def office(client, clerk):
    client.force_login(clerk)
    return client


def measure_of(edition: str, number: int) -> Measure:
    return Measure.objects.select_related("edition").of(edition).get(number=number)


def page(client, name: str, *args, language="ja"):
    return client.get(
        reverse(f"guideline:{name}", args=args), headers={"accept-language": language}
    )


def line_of(measure: Measure) -> list[tuple[int, str, int]]:
    rows = Crosswalk.objects.select_related("from_measure__edition", "to_measure__edition")
    found = lineage(measure, rows)
    return [(one.steps, one.measure.edition.code, one.measure.number) for one in found]


def test_line_has_both_measures_that_were_merged(loaded):
    assert line_of(measure_of("second", 14)) == [
        (-1, "first", 15), (-1, "first", 16), (0, "second", 14),
    ]  # fmt: skip
    assert line_of(measure_of("first", 16)) == [(0, "first", 16), (1, "second", 14)]


@pytest.fixture
def third(loaded) -> list[Measure]:
    """A third edition, in which the second's No. 14 was split in two."""
    edition = Edition.objects.create(code="third", title="第三次", status="draft")
    section = Section.objects.create(edition=edition, number=1, title="第一節")
    source = measure_of("second", 14)
    made = [
        Measure.objects.create(
            edition=edition, section=section, number=n, title=f"分割{n}", classification="I"
        )
        for n in (1, 2)
    ]
    for measure in made:
        Crosswalk.objects.create(from_measure=source, to_measure=measure, kind="split")
    return made


def test_line_goes_over_all_editions_both_ways(third):
    assert line_of(third[1]) == [
        (-2, "first", 15), (-2, "first", 16), (-1, "second", 14), (0, "third", 2),
    ]  # fmt: skip
    assert line_of(measure_of("first", 15)) == [
        (0, "first", 15), (1, "second", 14), (2, "third", 1), (2, "third", 2),
    ]  # fmt: skip


def test_circle_in_the_crosswalk_ends_the_line(third):
    Crosswalk.objects.create(from_measure=third[0], to_measure=measure_of("first", 15), kind="kept")

    line = line_of(measure_of("first", 15))

    assert [steps for steps, _edition, _number in line] == [-3, -2, -1, 0, 1, 2, 2]
    assert len(set(line)) == len(line)


def test_each_measure_of_the_line_says_from_where_it_came_and_why(loaded):
    rows = Crosswalk.objects.select_related("from_measure__edition", "to_measure__edition")
    Crosswalk.objects.filter(from_measure=measure_of("first", 15)).update(reason="似ているため")

    [oldest, newest] = lineage(measure_of("first", 16), rows)

    assert (oldest.origins, oldest.end) == ((), None)
    came = {origin.measure.number: origin for origin in newest.origins}
    assert set(came) == {15, 16}  # also the one that this page is not about
    assert came[15].reasons == ["似ているため"] and came[15].unconfirmed is not None


@pytest.mark.parametrize(("kind", "side", "words"), [("dropped", "from_measure", "その次の版では"), ("new", "to_measure", "前の版にはない施策")])  # fmt: skip
def test_measure_that_ends_or_begins_says_so(client, third, kind, side, words):
    alone = Measure.objects.create(
        edition=third[0].edition,
        section=third[0].section,
        number=9,
        title="一つ",
        classification="I",
    )
    Crosswalk.objects.create(**{side: alone}, kind=kind, reason="終えたため")

    text = page(client, "measure", "third", 9).content.decode()

    assert words in text and text.count("終えたため") == 1


def test_office_confirms_from_the_line_and_the_public_does_not(client, loaded, clerk):
    row = Crosswalk.objects.filter(to_measure=measure_of("second", 14)).first()
    address = reverse("guideline:crosswalk-item", args=[row.pk])
    assert address not in page(client, "measure", "second", 14).content.decode()

    client.force_login(clerk)

    assert address in page(client, "measure", "second", 14).content.decode()


def test_statuses_of_the_line_stand_together_and_flag_a_contradiction(loaded, clerk):
    first, second = measure_of("first", 9), measure_of("second", 9)
    write(second, clerk, status="done")
    write(first, clerk, year=2023, status="done")

    told = history(second, Crosswalk.objects.select_related("from_measure", "to_measure"), clerk)

    assert [(s.fiscal_year, s.measure.pk, s.status, s.disagrees) for s in told.statuses] == [
        (YEAR, second.pk, "done", False),
        (2023, first.pk, "done", True),
    ]
    assert told.statuses[1].recorded.status == "partly"


def test_page_of_a_measure_tells_the_office_what_to_do_next(office, loaded, clerk):
    with_plan = page(office, "measure", "first", 5).context["tasks"]

    assert [task.button for task in with_plan][::2] == ["計画と実績を記入する", "本文を入力する"]
    assert "crosswalk" in with_plan[1].address
    assert with_plan[0].address == reverse("guideline:measure-year", args=["first", 5, YEAR])


def test_page_of_a_measure_has_no_task_for_the_public(client, loaded):
    text = page(client, "measure", "first", 5).content.decode()

    assert page(client, "measure", "first", 5).context["tasks"] == []
    assert "計画と実績を記入する" not in text and "本文を入力する" not in text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_measure_shows_its_year_with_months_and_figures_once_released(
    client, loaded, clerk, language
):
    measure = measure_of("first", 5)
    write(measure, clerk, target="見えた目標", plan_months=[4, 5], result_months=[5])
    figure(measure, clerk, 10, label="市民団体から", part_of=figure(measure, clerk, 20))
    assert "見えた目標" not in page(client, "measure", "first", 5).content.decode()
    Progress.objects.create(measure=measure, fiscal_year=YEAR, as_of=DAY, status="partly")
    make_public(measure.edition, DAY, source="公開", at=NOON)

    shown = page(client, "measure", "first", 5, language=language)
    text = shown.content.decode()

    assert "見えた目標" in text and "市民団体から 10 件" in text or language == "en"
    assert text.count('class="month-planned"') == 2 and text.count('class="month-done"') == 1


def test_documents_that_contradict_a_status_are_flagged_with_what_is_on_record(client, loaded):
    for number, printed in ((8, "元年度、７年度実施"), (21, "令和７年度４月から配置")):
        text = page(client, "measure", "first", number).content.decode()
        assert printed in text and "記録では" in text, number


def test_chart_draws_what_the_rows_say():
    year = years.YearShown(1, YEAR, "", "", (4, 3), "", (3,), "", "")

    drawn = year_chart.chart([("一", year), ("二", None)])

    assert [(c.month, c.planned, c.done) for c in drawn.rows[0].cells if c.planned or c.done] == [
        (4, True, False), (3, True, True),
    ]  # fmt: skip
    assert drawn.rows[0].cells[-1].x + year_chart.CELL == drawn.width
    assert year_chart.chart([("二", None)]) is None


def test_statuses_over_the_years_are_those_of_the_rows(client, loaded, clerk):
    for number, status in ((1, "done"), (2, "done"), (3, "ongoing")):
        write(measure_of("first", number), clerk, status=status)

    chart = page(client, "statuses", "first").context["chart"]
    assert {bar.fiscal_year for group in chart.groups for bar in group.bars} == {2023}
    client.force_login(clerk)
    chart = page(client, "statuses", "first").context["chart"]

    drawn = Counter()
    for group in chart.groups:
        for bar in group.bars:
            drawn[bar.fiscal_year] += bar.total
            assert sum(segment.count for segment in bar.segments) == bar.total
            assert bar.segments[-1].x + bar.segments[-1].width <= chart.width
    assert drawn == {2023: 23, YEAR: 3}


def test_row_of_a_year_comes_before_the_table_of_a_day(loaded, clerk):
    measure = measure_of("first", 3)
    write(measure, clerk, year=2023, status="partly")
    edition = measure.edition

    assert year_statuses.statuses(edition, clerk)[2023][measure.pk] == "partly"
    assert year_statuses.statuses(edition, AnonymousUser())[2023][measure.pk] == "done"


def test_year_of_an_edition_tells_the_office_what_is_missing(office, loaded, clerk):
    write(measure_of("first", 1), clerk, target="目", plan="計", result="実", status="done")

    shown = page(office, "edition-year", "first", YEAR)

    assert [row["measure"].number for row in shown.context["open_rows"]] == list(range(2, 24))
    assert [m.number for m in shown.context["unsaid"]] == list(range(2, 24))
    assert reverse("guideline:measure-year", args=["first", 2, YEAR]) in shown.content.decode()


def test_year_that_is_not_released_is_not_there_for_the_public(client, loaded, clerk):
    write(measure_of("first", 1), clerk, target="目")

    assert page(client, "edition-year", "first", YEAR).status_code == 404
    assert page(client, "edition-year", "first", 2023).status_code == 200
    assert page(client, "edition-year", "first", 1023).status_code == 404


def test_year_of_an_edition_tells_moment_rows_and_a_digest_of_what_it_shows(client, loaded, clerk):
    measure = measure_of("first", 1)
    write(measure, clerk, status="done", plan_months=[4])
    figure(measure, clerk)

    def told(reader) -> tuple[int, str]:
        shown = page(reader, "edition-year", "first", YEAR)
        origin = shown.context["origin"]
        assert origin.digest in shown.content.decode().replace("<wbr>", "")
        return origin.rows, origin.digest

    client.force_login(clerk)
    before = told(client)
    assert (
        told(client) == before
        and before[0] == Measure.objects.filter(edition__code="first").count()
    )
    write(measure_of("first", 2), clerk, status="done", plan_months=[4, 5])
    assert told(client)[1] != before[1]


@pytest.mark.parametrize(("name", "args"), [("edition-year", [YEAR]), ("statuses", []), ("measure", [5])])  # fmt: skip
@pytest.mark.parametrize("role", [None, Role.OFFICE])
def test_pages_ask_the_database_as_often_for_many_years_as_for_one(
    client, loaded, clerk, role, name, args
):
    measure = measure_of("first", 5)
    write(measure, clerk, status="partly", plan_months=[4])
    figure(measure, clerk)
    Progress.objects.create(measure=measure, fiscal_year=YEAR, as_of=DAY, status="partly")
    make_public(measure.edition, DAY, source="公開", at=NOON)
    if role:
        client.force_login(clerk)
    page(client, name, "first", *args)
    expected = queries(client, name, args)
    for number in (6, 7):
        write(measure_of("first", number), clerk, status="partly", plan_months=[4])
        figure(measure_of("first", number), clerk)
    for year in (2024, 2025):
        write(measure, clerk, year=year, status="partly", plan_months=[4])
        figure(measure, clerk, 1, part_of=figure(measure, clerk, year=year), label="内", year=year)

    assert queries(client, name, args) == expected


def queries(client, name: str, args: list) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert page(client, name, "first", *args).status_code == 200
    return len(asked)


def test_text_of_a_measure_is_entered_and_keeps_who_entered_it(office, loaded, clerk):
    url = reverse("guideline:measure-text", args=["first", 5])
    seen = services.mark_of_text(measure_of("first", 5))

    office.post(url, {"text": "本文です", "previous_actions": "前の取組", "seen": seen})

    shown = page(office, "measure", "first", 5).content.decode()
    assert "本文です" in shown and "前の取組" in shown
    assert MeasureTextVersion.objects.get().by == clerk
    office.post(url, {"text": "上書き", "previous_actions": "", "seen": seen})
    assert measure_of("first", 5).text == "本文です"


def test_lacks_follow_what_is_written(office, loaded, clerk):
    write(measure_of("first", 5), clerk, plan_months=[4], result="実績")

    told = page(office, "measure-year", "first", 5, YEAR).context["lacks"]

    assert [str(word) for word in told] == ["目標", "状況"]
