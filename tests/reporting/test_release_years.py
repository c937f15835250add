"""Plan and result by fiscal year in a release: seen before it, compared, and read afterwards just so."""

import re
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from guideline import years
from guideline.models import Figure, Measure, Progress, PublicDay
from reporting.models import Release, ReleaseItem
from reporting.publishing import checks, difference, page_rows, releases
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON, TODAY
from tests.spoken import words_of

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)
YEAR = 2026


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


@pytest.fixture
def measure() -> Measure:
    made = factories.measure()
    Progress.objects.create(measure=made, fiscal_year=YEAR, as_of=TODAY, status="partly")
    return made


def write(measure, by, *, at=NOON, year=YEAR, edit_number=0, **values):
    return years.write(measure, year, values, edit_number=edit_number, by=by, at=at)


def key(measure, day: date = TODAY) -> str:
    return f"{measure.edition.code}/{day.isoformat()}"


def proposed(measure, office, *, at=NOON, day=TODAY, **said):
    made = releases.begin(by=office, at=at)
    item = releases.put_in(made, "progress", key(measure, day), by=office, at=at, **said)
    return made, item, releases.propose(made, by=office, at=at)


def approve(draft, *, at) -> None:
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=TODAY)


def read_by_public(measure) -> list[tuple[int, str]]:
    found = years.years_shown(Measure.objects.filter(pk=measure.pk), AnonymousUser())
    return [(year.fiscal_year, year.target) for year in found]


def page_of(measure, day=TODAY, language="") -> str:
    found = Site("https://example.jp/", fictitious=False).read(
        f"{language}guideline/{key(measure, day)}.html"
    )
    return found.body.decode()


def test_preview_shows_the_years_that_become_public(client, office, measure):
    write(
        measure, office, target="年に20件", plan_months=[4, 11, 1], plan_by_month={"11": "説明会の案内"},
        result_months=[4], status="partly",
    )  # fmt: skip
    figure = Figure(label="問い合わせ", value=20, unit="件")
    years.write_figure(measure, YEAR, figure, by=office, at=NOON)
    write(measure, office, year=YEAR - 1, target="去年の目標")
    write(measure, office, year=YEAR + 1, target="来年の目標")
    made = releases.begin(by=office, at=NOON)
    item = releases.put_in(made, "progress", key(measure), by=office, at=NOON)
    client.force_login(office)

    text = client.get(
        reverse("reporting:release-preview", args=[made.pk, item.pk, "ja"])
    ).content.decode()

    for words in ("年に20件", "説明会の案内", "問い合わせ 20 件", "去年の目標", "令和7年度"):
        assert words in text
    assert "来年の目標" not in text  # the day covers no later year
    in_order = ("<strong>4月", "<strong>11月", "説明会の案内", "<strong>1月")
    places = [text.index(words) for words in in_order]
    assert places == sorted(places)
    assert read_by_public(measure) == []


@pytest.mark.parametrize(("language", "words"), [("", "令和8年度"), ("en/", "FY 2026")])
def test_public_reads_what_the_release_showed_and_nothing_later(office, measure, language, words):
    write(measure, office, target="見せた目標", status="partly")
    _made, _item, draft = proposed(measure, office, at=NOON)

    write(measure, office, edit_number=1, target="後で書いた", at=NOON + timedelta(hours=1))
    approve(draft, at=LATER)

    assert read_by_public(measure) == [(YEAR, "見せた目標")]
    text = page_of(measure, language=language)
    assert "見せた目標" in text and words in text and "後で書いた" not in text


def test_difference_tells_a_figure_of_nothing(office, measure):
    year = write(measure, office, target="20件", status="partly")
    figure = Figure(label="苦情", value=5, unit="件")
    years.write_figure(measure, YEAR, figure, by=office, at=NOON)
    approve(proposed(measure, office)[2], at=NOON)
    figure = year.figures.get()
    seen = years.mark_of(figure)
    figure.value = 0
    years.write_figure(
        measure, YEAR, figure, seen=seen, by=office, at=LATER
    )  # fmt: skip
    made = releases.begin(by=office, at=LATER)
    item = releases.put_in(made, "progress", key(measure), by=office, at=LATER, note="直した")

    (told,) = difference.of_item(item, at=LATER)

    assert [words for kind, words in told.parts if kind != "same"] == ["5", "0"]


def test_public_reads_no_version_that_was_saved_late(office, measure):
    write(measure, office, target="見せた目標", status="partly")
    _made, _item, draft = proposed(measure, office, at=NOON)

    # who opened the page before the release was proposed, and waited
    write(measure, office, edit_number=1, target="見せていない", at=NOON - timedelta(seconds=4))
    approve(draft, at=LATER)

    assert read_by_public(measure) == [(YEAR, "見せた目標")]


def test_difference_names_each_value_of_a_year(office, measure):
    write(measure, office, target="20件", plan_months=[4], status="partly")
    approve(proposed(measure, office)[2], at=NOON)
    write(
        measure, office, edit_number=1, target="30件", plan_months=[4, 5], status="done",
        plan_by_month={"5": "説明会"}, at=LATER,
    )  # fmt: skip

    made = releases.begin(by=office, at=LATER)
    item = releases.put_in(made, "progress", key(measure), by=office, at=LATER, note="計画を足した")
    with translation.override("ja"):
        told = difference.of_item(item, at=LATER)

    where = f"令和8年度: {measure.number}. {measure.title}"
    assert [(change.place, change.before, change.after) for change in told] == [
        (f"{where}: 進捗", "一部済", "済"),
        (f"{where}: 目標", "20件", "30件"),
        (f"{where}: 予定した月", "4月 ○", "4月 ○、5月 説明会"),
    ]


def test_release_that_changes_nothing_shows_no_difference(office, measure):
    write(measure, office, target="20件")
    approve(proposed(measure, office)[2], at=NOON)

    made = releases.begin(by=office, at=LATER)
    with pytest.raises(ValidationError):
        releases.put_in(made, "progress", key(measure), by=office, at=LATER, note="訂正")

    item = ReleaseItem(release=made, kind="progress", key=key(measure), action="correct")
    assert difference.of_item(item, at=LATER) == []


def test_correction_brings_the_years_up_to_what_it_showed(office, measure):
    write(measure, office, target="20件")
    approve(proposed(measure, office)[2], at=NOON)
    write(measure, office, edit_number=1, target="30件", at=LATER)
    assert read_by_public(measure) == [(YEAR, "20件")]

    approve(proposed(measure, office, at=LATER, note="目標の訂正")[2], at=LATER)

    assert read_by_public(measure) == [(YEAR, "30件")]
    assert PublicDay.objects.get(as_of=TODAY).made_public_at == NOON
    assert "30件" in page_of(measure)


def test_day_that_was_public_before_opens_its_years_when_it_is_released(office, measure):
    PublicDay.objects.create(edition=measure.edition, as_of=TODAY, source="市の文書")
    write(measure, office, target="20件")
    assert read_by_public(measure) == []

    approve(proposed(measure, office)[2], at=NOON)

    assert read_by_public(measure) == [(YEAR, "20件")]


def test_checks_read_the_words_of_the_years(office, measure):
    write(measure, office, plan_months=[4], plan_by_month={"4": "連絡は 0467-12-3456 まで"})
    made = releases.begin(by=office, at=NOON)
    releases.put_in(made, "progress", key(measure), by=office, at=NOON)

    found = checks.findings(Release.objects.get(pk=made.pk), at=NOON)

    assert [(one.code, "4月" in one.place or "April" in one.place) for one in found] == [
        ("reach", True)
    ]


def test_two_statuses_of_a_measure_are_flagged_on_every_page_and_before_the_button(client, office):
    plain, twice = factories.measure(), factories.measure()
    for one in (plain, twice):
        Progress.objects.create(measure=one, fiscal_year=YEAR, as_of=TODAY, status="partly")
        write(one, office, status="partly" if one == plain else "done")
        write(one, office, year=YEAR - 1, status="not_started")  # another year is no contradiction
    made = releases.begin(by=office, at=NOON)
    releases.put_in(made, "progress", key(twice), by=office, at=NOON)

    with translation.override("ja"):
        found = [one for one in checks.findings(made, at=NOON) if one.code == "statuses"]
        told = [(one.place, one.words, one.blocks) for one in found]
    assert told == [
        (
            f"{twice.number}. {twice.title}",
            "表では「一部済」、令和8年度の行では「済」です。",
            False,
        )
    ]
    with pytest.raises(NotPossible):
        releases.propose(made, by=office, at=NOON)
    checks.accept(made, found[0].digest, reason="次の表で直す", by=office, at=NOON)
    approve(releases.propose(made, by=office, at=NOON), at=NOON)

    for language, words in (("", "文書の不一致"), ("en/", "Documents disagree")):
        page = page_of(twice, language=language)
        row, other = (re.search(rf'<tr id="m{m.number}">.*?</tr>', page)[0] for m in (twice, plain))
        assert words in row and words not in other
        assert page.count(words) == 2  # in the table, and under plan and result of the year
    edition = twice.edition.code
    for address in (
        reverse("guideline:statuses", args=[edition]),
        reverse("guideline:edition", args=[edition]),
        reverse("guideline:progress-on", args=[edition, TODAY.isoformat()]),
        reverse("guideline:edition-year", args=[edition, YEAR]),
        "/figures/progress/",
    ):
        page = client.get(address).content.decode()
        part = words_of(page.partition("表と年度の行が一致しないところ")[2].partition("</ul>")[0])
        assert f"{twice.number}. {twice.title}" in part and "進捗状況一覧では： 一部済" in part
        assert f"{plain.number}. {plain.title}" not in part
    earlier = client.get(reverse("guideline:edition-year", args=[edition, YEAR - 1]))
    assert "一致しないところ" not in earlier.content.decode()


def test_years_of_a_released_day_are_held_against_the_versions_that_pages_show(office, measure):
    written = write(measure, office, target="20件", status="partly")
    approve(proposed(measure, office)[2], at=NOON)
    write(measure, office, edit_number=1, target="30件", at=LATER)
    assert list(page_rows.of_years()) == []  # what was written since waits for the next release

    PublicDay.objects.get(as_of=TODAY).year_versions.set([written.versions.get(number=2)])

    (found,) = page_rows.of_years()
    assert (found.row, found.column) == (f"{key(measure)}/{YEAR}/{measure.number}", "target")
    assert (found.published, found.recomputed) == ('"20件"', '"30件"')


def test_exported_site_without_a_register_is_verified(office, measure, tmp_path):
    write(measure, office, target="20件", status="partly")
    approve(proposed(measure, office)[2], at=NOON)
    call_command("export_site", tmp_path, stdout=StringIO())
    out = StringIO()

    call_command("verify_published", site=tmp_path, stdout=out)
    assert "0 differences" in out.getvalue()

    page = tmp_path / f"guideline/{key(measure)}.html"
    page.write_text(page.read_text().replace("20件", "21件"))
    with pytest.raises(CommandError):
        call_command("verify_published", site=tmp_path, stdout=StringIO())
