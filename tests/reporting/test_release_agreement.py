"""The register and the figures of a year never stand beside each other and disagree, whichever comes last."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from grants.models import PastAward, ProjectYear
from guideline.models import Measure, Progress
from reporting.figures import Difference
from reporting.models import PublicEntry, Release
from reporting.publishing import checks, moved, releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers
from tests.reporting.test_public import past_award

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


@pytest.fixture
def approver():
    return factories.anyone(Role.APPROVER)


@pytest.fixture
def year() -> ProjectYear:
    return makers.granted_year(granted_yen=80_000)


def things(year: ProjectYear) -> dict[str, tuple[str, str]]:
    return {
        "register": ("register", "all"),
        "figures": ("figures", str(year.proposal.fiscal_year)),
    }


def begun(*wanted, by, at=NOON, **said) -> Release:
    made = releases.begin(by=by, at=at)
    for kind, key in wanted:
        releases.put_in(made, kind, key, by=by, at=at, **said)
    return made


def published(*wanted, by, approver, at=NOON, **said) -> None:
    draft = releases.propose(begun(*wanted, by=by, at=at, **said), by=by, at=at)
    advance(draft, "approve", by=approver, at=at, decided_on=TODAY)


def change(year: ProjectYear, **values) -> None:
    """Something on record becomes another than it was when it was released."""
    ProjectYear.objects.filter(pk=year.pk).update(**values)


ORDERS = [("figures", "register"), ("register", "figures")]
CHANGES = [
    ({"granted_yen": 70_000}, "Granted amount", 80_000, 70_000),
    ({"confirmed_yen": 60_000}, "Confirmed amount", "not known", 60_000),
]


@pytest.mark.parametrize(("first", "last"), ORDERS)
@pytest.mark.parametrize(("values", "column", "before", "after"), CHANGES)
def test_what_would_contradict_what_stands_is_refused_with_the_cell(
    office, approver, year, first, last, values, column, before, after
):
    """Both stand; then one is released anew, and after that alone the two would disagree."""
    known = things(year)
    published(*known.values(), by=office, approver=approver)
    change(year, **values)
    release = begun(known[last], by=office, at=LATER, note="訂正")

    found = [one for one in checks.findings(release, at=LATER) if one.code == "sums"]
    told, counted = (before, after) if last == "register" else (after, before)
    assert all(one.blocks for one in found)
    (cell,) = [one for one in found if f"startup, {column}" in one.place]
    assert f"The page says {told}, the rows of the register add up to {counted}." in cell.words
    with pytest.raises(NotPossible, match=column):
        releases.propose(release, by=office, at=LATER)
    assert PublicEntry.objects.filter(item__release=release).count() == 0


@pytest.mark.parametrize(("first", "last"), ORDERS)
def test_both_together_are_never_in_each_others_way(office, approver, year, first, last):
    known = things(year)
    published(*known.values(), by=office, approver=approver)
    change(year, granted_yen=70_000)

    published(known[first], known[last], by=office, approver=approver, at=LATER, note="訂正")

    rows = PublicEntry.objects.get(kind="figures").item.content["rows"]
    assert rows[0]["granted_yen"] == 70_000


@pytest.mark.parametrize(("first", "last"), ORDERS)
def test_what_is_released_later_for_the_first_time_has_to_agree_too(
    office, approver, year, first, last
):
    known = things(year)
    published(known[first], by=office, approver=approver)
    change(year, granted_yen=70_000)

    with pytest.raises(NotPossible, match="Granted amount"):
        releases.propose(begun(known[last], by=office, at=LATER), by=office, at=LATER)


def test_register_with_a_course_that_the_standing_figures_lack_is_refused(office, approver, year):
    known = things(year)
    published(*known.values(), by=office, approver=approver)
    past_award(
        "revitalization-x", course="revitalization", adoption_fiscal_year=year.proposal.fiscal_year
    )

    with pytest.raises(NotPossible, match="revitalization, Adopted projects"):
        releases.propose(
            begun(known["register"], by=office, at=LATER, note="追加"), by=office, at=LATER
        )


@pytest.mark.parametrize(("first", "last"), ORDERS)
@pytest.mark.parametrize("moment", ["at once", "at a moment"])
def test_what_agreed_when_it_was_proposed_is_held_against_what_stands_when_it_becomes_public(
    office, approver, year, first, last, moment
):
    """Each of two releases was proposed while the other was not public yet."""
    known = things(year)
    waiting = begun(known[first], by=office)
    if moment == "at a moment":
        releases.set_moment(waiting, LATER, by=office, at=NOON)
    draft = releases.propose(waiting, by=office, at=NOON)
    if moment == "at a moment":
        advance(draft, "approve", by=approver, at=NOON, decided_on=TODAY)
    change(year, granted_yen=70_000)
    published(known[last], by=office, approver=approver)

    if moment == "at once":
        with pytest.raises(NotPossible, match="startup, Granted amount"):
            advance(draft, "approve", by=approver, at=LATER, decided_on=TODAY)
    else:
        assert releases.go_public_due(at=LATER) == 0
        why = releases.why_stuck(Release.objects.get(pk=waiting.pk), at=LATER)
        assert "startup, Granted amount" in str(why)
    assert not PublicEntry.objects.filter(kind=known[first][0]).exists()


@pytest.mark.parametrize("gone", ["register", "figures"])
def test_what_is_withdrawn_is_in_nobodys_way(office, approver, year, gone):
    known = things(year)
    published(*known.values(), by=office, approver=approver)
    change(year, granted_yen=70_000)
    (stays,) = {*known} - {gone}

    published(known[gone], by=office, approver=approver, at=LATER, withdraw=True, note="誤り")
    published(known[stays], by=office, approver=approver, at=LATER, note="訂正")

    assert PublicEntry.objects.standing().get().kind == stays


def verified(**said) -> tuple[list[str], bool]:
    """Return the lines of the command, and whether it found nothing."""
    out = StringIO()
    try:
        call_command("verify_published", stdout=out, **said)
    except CommandError:
        return out.getvalue().splitlines(), False
    return out.getvalue().splitlines(), True


def test_what_was_released_is_verified_beside_what_is_served(office, approver, year):
    known = things(year)
    assert verified()[1]
    published(*known.values(), by=office, approver=approver)
    assert verified()[1]

    change(year, granted_yen=70_000)
    lines, fine = verified()

    assert fine and not verified(strict=True)[1]  # the files are whole, and the rows went on
    cell = "/public/ data/awards.csv: register: this_program: granted_yen: 80000 / 70000"
    assert f"{cell} ({TODAY.isoformat()})" in lines
    assert not [line for line in lines if line.startswith("/open-data/")]
    assert "Put the register" in lines[-1]
    published(*known.values(), by=office, approver=approver, at=LATER, note="訂正")
    assert verified()[1]


def test_only_what_was_released_is_behind_its_rows_and_not_what_is_made_anew(
    office, approver, year
):
    """What is served live has no release to be behind of, nor have figures that each release adds up anew."""
    published(*things(year).values(), by=office, approver=approver)
    served = Difference("register", "this_program", "granted_yen", 80_000, 70_000)
    released = replace(served, only_of_rows=True)
    of_progress, of_reports = (replace(released, table=code) for code in ("progress", "reports"))
    places = [("/open-data/", served), ("/public/", released)]
    anew = [("/public/", of_progress), ("/public/", of_reports)]

    assert moved.sorted_out([*places, *anew]) == {("/public/", released): TODAY}
    assert moved.sorted_out([("/public/", served)]) == {}


def test_rows_that_went_on_excuse_no_content_that_is_not_the_frozen_one(office, approver, year):
    published(*things(year).values(), by=office, approver=approver)
    change(year, granted_yen=70_000)
    assert verified()[1]
    item = PublicEntry.objects.get(kind="register").item
    item.content["files"]["awards.csv"] = item.content["files"]["awards.csv"].replace(
        "80000", "90000"
    )
    item.save()

    lines, fine = verified()

    assert not fine
    assert [line for line in lines if "register: all: digest" in line]


def test_figures_that_contradict_the_register_in_public_are_named(office, approver, year):
    published(*things(year).values(), by=office, approver=approver)
    item = PublicEntry.objects.get(kind="figures").item
    item.content["rows"][0]["granted_yen"] += 1
    item.save()

    lines, fine = verified()

    page = f"figures/{year.proposal.fiscal_year}.html"
    assert (f"/public/ {page}: figures: startup: granted_yen: 80001 / 80000" in lines, fine) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("name", "column"),
    [("granted_yen", "granted_yen"), ("group", "group_name"), ("counted", "counted_projects")],
)
def test_page_of_the_register_that_is_not_its_file_is_named(office, approver, year, name, column):
    past_award("startup-2023-1", adoption_fiscal_year=None, group_name="=前の会", amount_yen=5)
    published(things(year)["register"], by=office, approver=approver)
    assert verified()[1]
    item = PublicEntry.objects.get(kind="register").item
    row = next(row for row in item.content["rows"] if row["entry_key"] == year.proposal.number)
    was, row[name] = row[name], 9
    item.save()

    lines, fine = verified()

    said = f"awards: {year.proposal.number}: {column}: 9 / {was}"
    assert (f"/public/ register/index.html: {said}" in lines, fine) == (True, False)


@pytest.fixture
def two_days() -> Measure:
    """A measure with two released days."""
    measure = factories.measure()
    for day, status in ((TODAY - timedelta(days=1), "partly"), (TODAY, "done")):
        said = {"measure": measure, "fiscal_year": 2026, "as_of": day, "status": status}
        Progress.objects.create(result="はじめた。\x0bつづけた。", **said)
    return measure


def test_copy_of_an_older_day_that_somebody_changed_is_named(office, approver, two_days):
    edition, older = two_days.edition.code, (TODAY - timedelta(days=1)).isoformat()
    days = [("progress", f"{edition}/{day}") for day in (older, TODAY.isoformat())]
    published(*days, by=office, approver=approver)
    assert verified()[1]

    copies = Progress.published.filter(as_of=older)
    assert copies.update(status="done") == 1
    lines, fine = verified()

    said = f"progress: {edition}/{older}/{two_days.number}: status: partly / done"
    assert (lines[0], fine) == (f"/public/ data/progress.csv: {said}", False)
    copies.delete()
    lines, fine = verified()
    assert not fine
    assert f"/public/ data/progress.csv: {said.replace('done', '–')}" in lines


def test_fiscal_year_of_a_released_day_is_compared_too(office, approver, two_days):
    edition = two_days.edition.code
    published(("progress", f"{edition}/{TODAY.isoformat()}"), by=office, approver=approver)
    assert verified()[1]

    Progress.published.filter(as_of=TODAY).update(fiscal_year=2020)
    lines, fine = verified()

    said = f"progress: {edition}/{TODAY.isoformat()}/{two_days.number}: fiscal_year: 2026 / 2020"
    assert (f"/public/ data/progress.csv: {said}" in lines, fine) == (True, False)


@pytest.mark.parametrize("path", ["register/index.html", "en/register/index.html"])
def test_page_of_a_table_that_somebody_changed_after_the_export_is_named(
    office, approver, year, path, tmp_path
):
    published(*things(year).values(), by=office, approver=approver)
    call_command("export_site", str(tmp_path), stdout=StringIO())
    assert verified(site=tmp_path)[1]

    page = tmp_path / path
    page.write_text(page.read_text().replace("80,000", "90,000"))
    lines, fine = verified(site=tmp_path)

    assert not fine
    assert [line for line in lines if line.startswith(f"{path}: ")]


def test_refusal_is_told_in_japanese(office, approver, year):
    known = things(year)
    published(*known.values(), by=office, approver=approver)
    change(year, granted_yen=70_000)
    release = begun(known["register"], by=office, at=LATER, note="訂正")

    with translation.override("ja"):
        found = [one for one in checks.findings(release, at=LATER) if one.code == "sums"]

    assert "交付決定額" in found[0].place and "この公開案件" in found[0].words


# What is public and rests on no rows any more


def put_in_by_page(release: Release, what: str, by, **data):
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(by)
    data = {"thing-what": what, **{f"thing-{name}": value for name, value in data.items()}}
    return client.post(reverse("reporting:release-table", args=[release.pk]), data)


def test_figures_of_a_year_whose_projects_went_are_withdrawn_by_the_pages(office, approver):
    past_award("startup-2019-1", adoption_fiscal_year=2019, amount_yen=5)
    published(("register", "all"), ("figures", "2019"), by=office, approver=approver)
    PastAward.objects.update(adoption_fiscal_year=2021)

    release = begun(("register", "all"), by=office, at=LATER, note="年度の誤り")
    assert {one.code for one in checks.in_the_way(release, at=LATER) if one.blocks} == {"sums"}
    refused = put_in_by_page(release, "figures:2019", office, note="年度の誤り")
    assert refused.status_code == 422
    assert "only be withdrawn" in refused.getvalue().decode()
    done = put_in_by_page(release, "figures:2019", office, withdraw="on", note="年度の誤り")
    assert done.status_code == 302

    assert [one for one in checks.in_the_way(release, at=LATER) if one.blocks] == []
    advance(
        releases.propose(release, by=office, at=LATER), "approve", by=approver, at=LATER,
        decided_on=TODAY,
    )  # fmt: skip
    assert not PublicEntry.objects.standing().filter(kind="figures").exists()


def test_progress_of_a_day_whose_rows_went_is_withdrawn_by_the_pages(office, approver):
    measure = factories.measure()
    Progress.objects.create(measure=measure, fiscal_year=2026, as_of=TODAY, status="done")
    key = f"{measure.edition.code}/{TODAY.isoformat()}"
    published(("progress", key), by=office, approver=approver)
    Progress.objects.filter(as_of=TODAY).delete()
    release = releases.begin(by=office, at=LATER)

    assert put_in_by_page(release, f"progress:{key}", office, withdraw="on", note="誤り").status_code == 302  # fmt: skip
    draft = releases.propose(release, by=office, at=LATER)
    advance(draft, "approve", by=approver, at=LATER, decided_on=TODAY)

    assert not PublicEntry.objects.standing().exists()
    # What is withdrawn, and has no rows, is offered no more.
    again = releases.begin(by=office, at=LATER)
    assert put_in_by_page(again, f"progress:{key}", office, withdraw="on", note="x").status_code == 422  # fmt: skip
