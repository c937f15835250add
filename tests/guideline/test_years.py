"""Plan and result by fiscal year: written once, kept in versions, public as they stood at a release."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Role
from casework.edit_numbers import StaleDraft
from guideline import prefill, years
from guideline.models import (
    Edition,
    Figure,
    Measure,
    MeasureYear,
    MeasureYearVersion,
    Progress,
    ProgressTable,
)
from guideline.prefill import Suggestion, suggestions_for
from guideline.public_days import make_public
from guideline.services import Overtaken
from tests import factories
from tests.factories import NOON

YEAR = 2026
DAY = date(2026, 5, 20)
EMPTY = {
    "target": "", "plan": "", "plan_months": [], "result": "", "result_months": [], "status": "",
    "next_plan": "",
}  # fmt: skip


@pytest.fixture
def fifth(loaded) -> Measure:
    return Measure.objects.of("first").get(number=5)


@pytest.fixture
def clerk(db):
    return factories.user(Role.OFFICE)


def write(measure, by, *, at=NOON, edit_number=0, year=YEAR, **values) -> MeasureYear:
    return years.write(
        measure, year, {**EMPTY, **values}, edit_number=edit_number, by=by, at=at
    )  # fmt: skip


def figure(measure, by, value=20, *, at=NOON, year=YEAR, **fields) -> Figure:
    row = Figure(**{"label": "問い合わせ", "unit": "件", "value": value, **fields})
    return years.write_figure(measure, year, row, by=by, at=at)


def address(measure, year=YEAR, name="measure-year", *more) -> str:
    return reverse(f"guideline:{name}", args=[measure.edition.code, measure.number, year, *more])


def posted(**values) -> dict:
    return {"edit_number": 0, **EMPTY, **values}


def shown(measure, user=None) -> list[years.YearShown]:
    return years.years_shown(Measure.objects.filter(pk=measure.pk), user or AnonymousUser())


def test_every_save_is_a_version_with_who_and_when(fifth, clerk):
    write(fifth, clerk, target="20件", plan_months=[4, 1])
    write(
        fifth, clerk, at=NOON + timedelta(days=1), edit_number=1, target="30件", plan_months=[4, 1]
    )

    versions = MeasureYearVersion.objects.order_by("number")
    assert [(v.number, v.content["target"], v.by, v.at.date()) for v in versions] == [
        (1, "20件", clerk, NOON.date()),
        (2, "30件", clerk, (NOON + timedelta(days=1)).date()),
    ]


def test_saving_what_stands_leaves_no_trace(fifth, clerk):
    write(fifth, clerk, target="20件")
    write(fifth, clerk, edit_number=1, target="20件")

    assert MeasureYearVersion.objects.count() == 1
    assert MeasureYear.objects.get().edit_number == 1


def test_window_that_was_overtaken_writes_nothing(fifth, clerk):
    write(fifth, clerk, target="先")

    with pytest.raises(StaleDraft):
        write(fifth, clerk, target="後")

    assert MeasureYear.objects.get().target == "先"


@pytest.mark.parametrize("months", [[4, 4], [5, 4], [13], ["4"], [3, 4]])
def test_months_are_those_of_a_fiscal_year_in_its_order(fifth, clerk, months):
    with pytest.raises(ValidationError):
        write(fifth, clerk, plan_months=months)


def test_version_is_never_changed(fifth, clerk):
    write(fifth, clerk, target="20件")

    with pytest.raises(DatabaseError), transaction.atomic():
        MeasureYearVersion.objects.update(number=7)


def test_public_reads_a_year_as_it_stood_at_the_release(fifth, clerk):
    write(fifth, clerk, target="公開の時")
    Progress.objects.create(measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly")
    assert shown(fifth) == []
    make_public(fifth.edition, DAY, source="公開", at=NOON + timedelta(hours=1))

    write(fifth, clerk, at=NOON + timedelta(days=1), edit_number=1, target="まだ見せない")

    assert [(y.target, y.made_public_at) for y in shown(fifth)] == [
        ("公開の時", NOON + timedelta(hours=1))
    ]
    assert [y.target for y in shown(fifth, clerk)] == ["まだ見せない"]


def test_release_of_an_earlier_year_opens_no_later_one(fifth, clerk):
    write(fifth, clerk, year=2027, target="来年")
    write(fifth, clerk, year=2025, target="去年")
    Progress.objects.create(measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly")

    make_public(fifth.edition, DAY, source="公開", at=NOON + timedelta(hours=1))

    assert [y.target for y in shown(fifth)] == ["去年"]


def test_day_that_the_city_had_published_before_opens_no_year(fifth, clerk):
    write(fifth, clerk, year=2023, target="内部")

    assert shown(fifth) == []


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SYSTEM])
def test_readers_read_a_year_before_it_is_released(fifth, clerk, role):
    write(fifth, clerk, target="内部")

    readers = {Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.COMMITTEE}
    assert bool(shown(fifth, factories.user(role))) == (role in readers)


def test_figure_with_its_part_reads_like_the_document(fifth, clerk):
    whole = figure(fifth, clerk, 20, as_of=date(2023, 12, 20), year=2023)
    figure(fifth, clerk, 10, label="市民団体から", part_of=whole, year=2023)

    [said] = shown(fifth, clerk)[0].figures

    assert (said.label, said.value, said.as_of) == ("問い合わせ", 20, date(2023, 12, 20))
    assert [(part.label, part.value) for part in said.parts] == [("市民団体から", 10)]
    assert MeasureYearVersion.objects.order_by("number").last().content["figures"][0]["parts"]


@pytest.mark.parametrize(("parts", "fits"), [([20], True), ([15, 5], True), ([15, 6], False), ([21], False)])  # fmt: skip
def test_parts_are_never_more_than_the_whole(fifth, clerk, parts, fits):
    whole = figure(fifth, clerk, 20)
    *first, last = parts
    for number, value in enumerate(first):
        figure(fifth, clerk, value, label=f"内訳{number}", part_of=whole)

    if fits:
        figure(fifth, clerk, last, label="最後", part_of=whole)
    else:
        with pytest.raises(ValidationError, match="more than the whole"):
            figure(fifth, clerk, last, label="最後", part_of=whole)


def test_whole_cannot_sink_below_its_parts(fifth, clerk):
    whole = figure(fifth, clerk, 20)
    figure(fifth, clerk, 10, label="市民団体から", part_of=whole)
    seen, whole.value = years.mark_of(whole), 9

    with pytest.raises(ValidationError):
        years.write_figure(fifth, YEAR, whole, seen=seen, by=clerk, at=NOON)


def test_whole_that_is_flagged_may_have_more_parts_and_says_so(fifth, clerk):
    whole = figure(fifth, clerk, 20, parts_exceed=True)
    figure(fifth, clerk, 15, label="甲", part_of=whole)
    figure(fifth, clerk, 15, label="乙", part_of=whole)

    assert shown(fifth, clerk)[0].figures[0].is_flagged


def test_part_has_no_parts(fifth, clerk):
    part = figure(fifth, clerk, 10, label="内訳", part_of=figure(fifth, clerk, 20))

    with pytest.raises(ValidationError):
        figure(fifth, clerk, 1, label="内訳の内訳", part_of=part)


def test_part_of_a_figure_that_was_taken_out_is_told(fifth, clerk):
    whole = figure(fifth, clerk, 20)
    part = Figure(label="内訳", value=1, part_of=Figure.objects.get(pk=whole.pk))
    years.strike_figure(whole, seen=years.mark_with_parts(whole), by=clerk, at=NOON)

    with pytest.raises(Overtaken):
        years.write_figure(fifth, YEAR, part, by=clerk, at=NOON)


def test_part_is_held_against_the_whole_as_it_stands_now(fifth, clerk):
    whole = figure(fifth, clerk, 20)
    part = Figure(label="内訳", value=10, part_of=Figure.objects.get(pk=whole.pk))
    seen, whole.value = years.mark_of(whole), 9
    years.write_figure(fifth, YEAR, whole, seen=seen, by=clerk, at=NOON)

    with pytest.raises(ValidationError):
        years.write_figure(fifth, YEAR, part, by=clerk, at=NOON)


def test_part_is_of_the_measure_and_year_of_its_whole(fifth, clerk):
    whole = figure(fifth, clerk, 20)
    other = Measure.objects.of("first").get(number=6)

    for measure, year in ((other, YEAR), (fifth, YEAR - 1)):
        with pytest.raises(ValidationError, match="same measure"):
            figure(measure, clerk, 1, label="内訳", part_of=whole, year=year)


def test_figure_struck_stays_in_the_history(fifth, clerk):
    row = figure(fifth, clerk, 20)

    years.strike_figure(row, seen=years.mark_with_parts(row), by=clerk, at=NOON)

    counts = [len(v.content["figures"]) for v in MeasureYearVersion.objects.order_by("number")]
    assert counts == [1, 0]


def changed(whole: Figure, by) -> None:
    seen = years.mark_of(whole)
    whole.value = 99
    years.write_figure(whole.measure, YEAR, whole, seen=seen, by=by, at=NOON)


def gained_a_part(whole: Figure, by) -> None:
    figure(whole.measure, by, 3, label="内訳", part_of=whole)


def struck(whole: Figure, by) -> None:
    years.strike_figure(
        Figure.objects.get(pk=whole.pk), seen=years.mark_with_parts(whole), by=by, at=NOON
    )


@pytest.mark.parametrize("meanwhile", [changed, gained_a_part, struck])
def test_figure_that_somebody_changed_meanwhile_is_not_struck(fifth, clerk, meanwhile):
    whole = figure(fifth, clerk, 20)
    seen = years.mark_with_parts(whole)
    meanwhile(Figure.objects.get(pk=whole.pk), clerk)
    left = list(Figure.objects.exclude(of_year=None).values())

    with pytest.raises(Overtaken):
        years.strike_figure(whole, seen=seen, by=clerk, at=NOON)

    assert list(Figure.objects.exclude(of_year=None).values()) == left


@pytest.mark.parametrize("role", [None, *sorted(set(Role) - {Role.OFFICE, Role.SYSTEM})])
def test_whoever_is_not_of_the_office_writes_nothing(fifth, clerk, role):
    whole = figure(fifth, clerk, 20)
    person = factories.user(*filter(None, [role]))
    before = MeasureYearVersion.objects.count()

    with pytest.raises(PermissionDenied):
        write(fifth, person, target="他", edit_number=0)
    with pytest.raises(PermissionDenied):
        figure(fifth, person, 1, label="他")
    with pytest.raises(PermissionDenied):
        years.strike_figure(whole, seen=years.mark_with_parts(whole), by=person, at=NOON)

    assert MeasureYearVersion.objects.count() == before
    assert Figure.objects.filter(pk=whole.pk).exists()


def test_the_year_before_and_the_progress_are_suggested(fifth, clerk):
    write(fifth, clerk, year=YEAR - 1, next_plan="周知を続ける", plan_months=[6])
    Progress.objects.create(
        measure=fifth, fiscal_year=YEAR, as_of=DAY, status="partly", result="説明会"
    )

    found = suggestions_for(MeasureYear(measure=fifth, fiscal_year=YEAR))

    assert {(s.field, s.value) for s in found} == {
        ("plan", "周知を続ける"), ("plan_months", (6,)), ("status", "partly"), ("result", "説明会"),
    }  # fmt: skip
    assert all(str(s.why) and s.address for s in found)


def test_what_is_said_already_is_not_suggested(fifth, clerk):
    write(fifth, clerk, year=YEAR - 1, next_plan="周知")
    year = write(fifth, clerk, plan="周知を続ける")

    assert [s.field for s in suggestions_for(year)] == []


@pytest.fixture
def from_a_case(monkeypatch):
    """A higher app that suggests a result from a case."""
    monkeypatch.setattr(prefill, "_FUNCTIONS", [])

    @prefill.prefills
    def function(measure, fiscal_year):
        yield Suggestion("result", "朗読会を三回", "事業 R8-1", "/cases/1/")
        yield Suggestion("result_months", (6, 9), "事業 R8-1", "/cases/1/")

    return list(function(None, YEAR))


def test_page_takes_a_suggestion_into_its_field_without_saving(client, fifth, clerk, from_a_case):
    client.force_login(clerk)

    page = client.post(address(fifth), posted(result="手書き", take=from_a_case[0].key))
    months = client.post(address(fifth), posted(result_months=["4"], take=from_a_case[1].key))

    assert page.context["form"]["result"].value() == "手書き\n朗読会を三回"
    assert months.context["form"]["result_months"].value() == [4, 6, 9]
    assert not MeasureYear.objects.exists()
    assert from_a_case[0].key not in page.content.decode().replace(page.context["form"]["taken"].value(), "")  # fmt: skip


def test_save_keeps_from_what_a_suggestion_was_taken(client, fifth, clerk, from_a_case):
    client.force_login(clerk)

    client.post(address(fifth), posted(result="朗読会を三回", taken=from_a_case[0].key))

    version = MeasureYearVersion.objects.get()
    assert [(one["field"], one["why"]) for one in version.taken] == [("result", "事業 R8-1")]
    assert "事業 R8-1" in client.get(address(fifth)).content.decode()


def test_page_saves_and_says_what_is_still_missing(client, fifth, clerk):
    client.force_login(clerk)

    answer = client.post(address(fifth), posted(target="20件", plan_months=["4", "1"]), follow=True)

    year = MeasureYear.objects.get()
    assert (year.target, year.plan_months) == ("20件", [4, 1])
    assert [str(word) for word in answer.context["lacks"]] == ["実績", "状況"]
    assert "令和8年度" in answer.content.decode()


def test_stale_page_shows_both_and_a_second_save_is_a_choice(client, fifth, clerk):
    client.force_login(clerk)
    write(fifth, clerk, target="先に保存")

    answer = client.post(address(fifth), posted(target="自分の"))
    form = answer.context["form"]

    assert answer.status_code == 409
    assert "先に保存" in answer.content.decode() and form["target"].value() == "自分の"
    assert MeasureYear.objects.get().target == "先に保存"
    client.post(address(fifth), posted(target="自分の", edit_number=form["edit_number"].value()))
    assert MeasureYear.objects.get().target == "自分の"


@pytest.mark.parametrize("year", [1999, 2101])
def test_year_that_is_a_slip_is_not_found(client, fifth, clerk, year):
    client.force_login(clerk)

    assert client.get(address(fifth, year)).status_code == 404


def test_figure_is_added_changed_and_struck_on_pages(client, fifth, clerk):
    client.force_login(clerk)
    client.post(
        address(fifth, YEAR, "figure-add"), {"label": "問い合わせ", "value": 20, "unit": "件"}
    )
    whole = Figure.objects.get(of_year__isnull=False)
    part = f"{address(fifth, YEAR, 'figure-add')}?part_of={whole.pk}"

    refused = client.post(part, {"label": "市民団体から", "value": 21})
    client.post(part, {"label": "市民団体から", "value": 10})
    again = client.post(part, {"label": "市民団体から", "value": 3})
    seen = years.mark_of(whole)
    change = address(fifth, YEAR, "figure", whole.pk)
    client.post(change, {"label": "問い合わせ", "value": 22, "seen": seen})
    client.post(
        change, {"label": "問い合わせ", "value": 30, "seen": seen}
    )  # seen before 22 was there

    assert (refused.status_code, again.status_code) == (422, 422)
    assert [(f.label, f.value, f.part_of_id) for f in Figure.objects.exclude(of_year=None).order_by("pk")] == [
        ("問い合わせ", 22, None), ("市民団体から", 10, whole.pk),
    ]  # fmt: skip
    strike = address(fifth, YEAR, "figure-strike", whole.pk)
    stale = client.post(strike, {"seen": seen}, follow=True).content.decode()
    assert "it was not taken out" in stale or "消していません" in stale
    assert Figure.objects.exclude(of_year=None).count() == 2
    shown = re.search(rf'{re.escape(strike)}".*?name="seen" value="(\w+)"', stale, re.DOTALL)
    client.post(strike, {"seen": shown[1]})
    assert not Figure.objects.exclude(of_year=None).exists()


def test_figure_of_another_measure_is_not_found(client, fifth, clerk):
    client.force_login(clerk)
    row = figure(fifth, clerk)
    other = Measure.objects.of("first").get(number=6)

    assert client.get(address(other, YEAR, "figure", row.pk)).status_code == 404
    assert client.get(f"{address(other, YEAR, 'figure-add')}?part_of={row.pk}").status_code == 404
    assert client.get(f"{address(fifth, YEAR, 'figure-add')}?part_of=x").status_code == 404


@pytest.mark.parametrize("name", ["measure-year", "figure-add"])
def test_only_the_office_writes(client, fifth, name):
    for role in [r for r in Role if r not in (Role.OFFICE, Role.SYSTEM)]:
        client.force_login(factories.user(role))
        assert client.get(address(fifth, YEAR, name)).status_code == 403, role


def all_written(clerk, year=YEAR) -> Edition:
    edition = Edition.objects.get(code="first")
    for measure in Measure.objects.filter(edition=edition).order_by("number"):
        write(measure, clerk, year=year, status="partly", result=f"実績{measure.number}")
    return edition


def record(client, fiscal_year=YEAR, day=DAY):
    url = reverse("guideline:year-record", args=["first", fiscal_year])
    return client.post(url, {"as_of": day.isoformat()})


def test_state_of_a_day_is_recorded_from_the_rows_of_a_year(client, loaded, clerk):
    client.force_login(clerk)
    edition = all_written(clerk)

    plan = record(client)
    assert not Progress.objects.filter(as_of=DAY).exists()
    client.post(
        reverse("guideline:progress-table-take", args=["first"]), {"shown": plan.context["token"]}
    )

    rows = Progress.objects.filter(as_of=DAY)
    assert {(r.measure.number, r.status, r.result, r.fiscal_year) for r in rows} == {
        (number, "partly", f"実績{number}", YEAR) for number in range(1, 24)
    }
    assert ProgressTable.objects.get().title == "令和8年度の計画と実績"
    assert not Progress.published.filter(as_of=DAY).exists()
    assert record(client).context["plan"].changes == []
    assert edition.measure_set.count() == 23


def test_state_is_not_recorded_while_a_status_is_missing(client, fifth, clerk):
    client.force_login(clerk)
    all_written(clerk)
    write(fifth, clerk, edit_number=1)

    answer = record(client)

    assert answer.status_code == 422
    assert [m.number for m in answer.context["missing"]] == [5]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(1990, 1, 1), "より前の日にはできません"),
        (date(YEAR, 3, 31), "年度より前の日にはできません"),
        (date(YEAR + 1, 3, 31), "未来の日"),
    ],
)
def test_state_is_recorded_for_no_day_on_which_nobody_knew_it(client, loaded, clerk, day, why):
    client.force_login(clerk)
    all_written(clerk)

    answer = record(client, day=day)

    assert answer.status_code == 422 and why in "".join(answer.context["form"].errors["as_of"])


def test_day_that_is_public_is_recorded_for_the_next_release(client, loaded, clerk):
    client.force_login(clerk)
    all_written(clerk, year=2023)

    answer = record(client, 2023, day=date(2023, 12, 20))

    assert answer.status_code == 200 and "訂正として公開" in answer.content.decode()
