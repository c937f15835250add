"""Two releases that were put together with the same thing: the later one knows what the earlier did."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from casework.errors import NotPossible
from casework.services import advance
from grants.models import ProjectYear
from guideline.models import Progress
from reporting.models import CollaborationReport, PublicEntry, Release, ReleaseItem
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
MEANWHILE = {"ja": "その間に", "en": "meanwhile"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


def with_a(thing, by, **said) -> Release:
    made = releases.begin(by=by, at=NOON)
    releases.put_in(made, *thing, by=by, at=NOON, **said)
    return made


def published(release: Release, by) -> None:
    draft = releases.propose(release, by=by, at=NOON)
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=NOON, decided_on=TODAY)


def a_register() -> tuple[str, str]:
    makers.granted_year(granted_yen=80_000)
    return "register", "all"


def the_figures() -> tuple[str, str]:
    return "figures", str(makers.granted_year(granted_yen=80_000).proposal.fiscal_year)


def a_table() -> tuple[str, str]:
    measure = factories.measure()
    Progress.objects.create(measure=measure, fiscal_year=2026, as_of=TODAY, status="partly")
    return "progress", f"{measure.edition.code}/{TODAY.isoformat()}"


def a_report() -> tuple[str, str]:
    return "report", str(makers.accepted_collaboration().pk)


def something_is_written() -> None:
    ProjectYear.objects.update(granted_yen=70_000)
    Progress.objects.update(status="done")
    CollaborationReport.objects.update(results="61人が参加した。")


def refused(release: Release, by) -> None:
    """It says why on its page, to office and in both languages, and when the button is pressed."""
    for language, words in MEANWHILE.items():
        with translation.override(language):
            assert words in str(releases.why_not_yet(release, at=LATER))
            with pytest.raises(NotPossible, match=words):
                releases.propose(release, by=by, at=LATER)
    client = Client()
    client.force_login(by)
    page = client.get(reverse("reporting:release", args=[release.pk])).content.decode()
    assert MEANWHILE["ja"] in page
    assert Release.objects.get(pk=release.pk).state == "draft"


def versions(thing) -> list[tuple[str, str]]:
    """What the public was ever given of a thing, the first first."""
    found = ReleaseItem.objects.filter(kind=thing[0], key=thing[1], number__isnull=False)
    return list(found.order_by("number").values_list("action", "note"))


@pytest.mark.parametrize("make", [a_register, the_figures, a_table, a_report])
@pytest.mark.parametrize("is_written", [True, False])
def test_what_became_public_meanwhile_is_not_published_a_second_time(office, make, is_written):
    thing = make()
    earlier, later = with_a(thing, office), with_a(thing, office)
    published(earlier, office)
    if is_written:
        something_is_written()

    refused(later, office)

    assert versions(thing) == [("publish", "")]


@pytest.mark.parametrize("make", [a_register, a_table, a_report])
def test_put_in_again_with_a_note_it_is_a_correction(office, make):
    thing = make()
    earlier, later = with_a(thing, office), with_a(thing, office)
    published(earlier, office)
    something_is_written()
    releases.take_out(later.items.get(), by=office, at=LATER)
    with pytest.raises(ValidationError):
        releases.put_in(later, *thing, by=office, at=LATER)

    releases.put_in(later, *thing, note="金額の訂正", by=office, at=LATER)
    published(later, office)

    assert versions(thing) == [("publish", ""), ("correct", "金額の訂正")]


@pytest.mark.parametrize("make", [a_register, a_table, a_report])
def test_what_was_withdrawn_meanwhile_is_not_withdrawn_again(office, make):
    thing = make()
    published(with_a(thing, office), office)
    first, second = (
        with_a(thing, office, withdraw=True, note=note) for note in ("求めによる", "別の理由")
    )
    published(first, office)

    refused(second, office)

    assert versions(thing)[1:] == [("withdraw", "求めによる")]


@pytest.mark.parametrize("make", [a_register, a_table, a_report])
def test_correction_from_before_a_withdrawal_does_not_undo_it(office, make):
    thing = make()
    published(with_a(thing, office), office)
    something_is_written()
    correction = with_a(thing, office, note="語句の訂正")
    published(with_a(thing, office, withdraw=True, note="求めによる"), office)

    refused(correction, office)

    assert PublicEntry.objects.get(kind=thing[0]).item.withdraws
    releases.take_out(correction.items.get(), by=office, at=LATER)
    releases.put_in(correction, *thing, note="あらためて公開", by=office, at=LATER)
    published(correction, office)
    assert versions(thing)[2:] == [("correct", "あらためて公開")]


def test_correction_is_not_put_over_another_one_that_it_did_not_know(office):
    thing = a_register()
    published(with_a(thing, office), office)
    something_is_written()
    first, second = (with_a(thing, office, note=note) for note in ("金額", "団体の名前"))
    published(first, office)
    ProjectYear.objects.update(granted_yen=60_000)

    refused(second, office)

    assert versions(thing)[1:] == [("correct", "金額")]


def test_draft_that_came_back_is_asked_again(office):
    """It was frozen first, and went back; another release was faster."""
    thing = a_register()
    back = with_a(thing, office)
    draft = releases.propose(back, by=office, at=NOON)
    advance(draft, "drop", by=office, at=NOON)
    published(with_a(thing, office), office)
    something_is_written()

    refused(back, office)


def test_what_waits_is_asked_once_more_at_the_button(office):
    """Only one of two can wait; were it otherwise, the approver's button would say so."""
    thing = a_register()
    published(with_a(thing, office), office)
    something_is_written()
    correction = with_a(thing, office, note="金額の訂正")
    draft = releases.propose(correction, by=office, at=NOON)
    correction.items.update(replaces=0)

    with translation.override("en"), pytest.raises(NotPossible, match="meanwhile"):
        advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=LATER, decided_on=TODAY)

    assert versions(thing) == [("publish", "")]


def test_things_that_stood_still_are_proposed_beside_one_another(office):
    tables = [a_register(), a_table(), a_report()]
    together, apart = releases.begin(by=office, at=NOON), with_a(a_report(), office)
    for thing in tables:
        releases.put_in(together, *thing, by=office, at=NOON)
    published(together, office)

    published(apart, office)

    assert PublicEntry.objects.count() == 4
