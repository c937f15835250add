"""The moment that open data and the office’s page tell of a year is that of its publication, not of its proposal."""

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from casework.services import advance
from guideline import years
from guideline.models import Measure, Progress, PublicDay
from reporting.models import Release
from reporting.publishing import page_rows, releases
from reporting.publishing.site import Site
from tests import factories
from tests.factories import NOON, TODAY
from tests.spoken import words_of

pytestmark = pytest.mark.django_db

#: Proposed at noon; approved, or the moment that was set, days after.
PUBLIC_AT = NOON + timedelta(days=9)
CORRECTED_AT = PUBLIC_AT + timedelta(days=20)
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


def write(measure, by, target: str, *, edit_number=0) -> None:
    years.write(measure, YEAR, {"target": target}, edit_number=edit_number, by=by, at=NOON)


def released(measure, by, *, at: datetime, publish_at: datetime | None = None, **said) -> Release:
    """Proposed at noon of the day before ``at``, and approved at ``at``."""
    release = releases.begin(by=by, at=at - timedelta(days=1))
    key = f"{measure.edition.code}/{TODAY.isoformat()}"
    told = {"by": by, "at": at - timedelta(days=1)}
    releases.put_in(release, "progress", key, **said, **told)
    if publish_at:
        releases.set_moment(release, publish_at, **told)
    draft = releases.propose(release, **told)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=TODAY)
    return release


def told_of_years() -> list[str]:
    """What the file of the years says, as it is served live and on the public site."""
    live = b"".join(Client().get("/open-data/measure-years.json")).decode()
    site = Site("https://example.jp/", fictitious=False).read("data/measure-years.json")
    texts = [live, site.body.decode()] if site else [live]
    return [row["made_public_at"] for text in texts for row in json.loads(text)]


def page(measure, by) -> str:
    client = Client()
    client.force_login(by)
    address = reverse("guideline:measure-year", args=[measure.edition.code, measure.number, YEAR])
    return words_of(client.get(address).content.decode())


def test_years_tell_the_moment_at_which_they_were_approved(office, measure):
    write(measure, office, "20件")
    released(measure, office, at=PUBLIC_AT)

    assert told_of_years() == [PUBLIC_AT.isoformat()] * 2
    assert "2026-11-29" in page(measure, office) and "2026-11-28" not in page(measure, office)


def test_years_that_wait_for_a_moment_tell_that_moment(office, measure):
    write(measure, office, "20件")
    released(measure, office, at=NOON, publish_at=PUBLIC_AT)
    assert told_of_years() == []

    releases.go_public_due(at=PUBLIC_AT + timedelta(minutes=1))

    assert told_of_years() == [(PUBLIC_AT + timedelta(minutes=1)).isoformat()] * 2


def test_corrected_years_tell_the_moment_of_the_correction(office, measure):
    write(measure, office, "20件")
    released(measure, office, at=PUBLIC_AT)
    write(measure, office, "30件", edit_number=1)

    released(measure, office, at=CORRECTED_AT, note="目標の訂正")

    assert told_of_years() == [CORRECTED_AT.isoformat()] * 2
    assert PublicDay.objects.get().made_public_at == PUBLIC_AT
    assert "2026-12-19" in page(measure, office)


def test_year_of_which_no_release_kept_a_version_is_not_called_public(office, measure):
    released(measure, office, at=PUBLIC_AT)
    write(measure, office, "公開の後に書いた")

    assert told_of_years() == []
    assert "この年度はまだ公開されていません" in page(measure, office)
    assert "2026-11-29" not in page(measure, office)


def test_moment_that_is_not_that_of_the_release_is_named(office, measure):
    write(measure, office, "20件")
    released(measure, office, at=PUBLIC_AT)
    assert list(page_rows.of_days()) == []

    PublicDay.objects.update(released_at=NOON)

    (found,) = page_rows.of_days()
    assert (found.column, found.published, found.recomputed) == (
        "released_at", PUBLIC_AT.isoformat(), NOON.isoformat(),
    )  # fmt: skip
