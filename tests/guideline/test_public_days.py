"""Which days of the progress everybody may read, and that nothing else is told to them."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import Role
from guideline import reference_data
from guideline.models import Claim, Edition, Measure, PrintedCount, Progress, PublicDay
from guideline.public_days import (
    NothingOnRecord,
    differs_from_public,
    make_public,
    public_days,
    withdraw,
)
from tests import factories
from tests.factories import NOON

DAY, LATER = date(2023, 12, 20), date(2024, 12, 20)
READERS = {Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.COMMITTEE}
ROLES = [None, *(role for role in Role if role != Role.SYSTEM)]
SECRET = "まだ誰にも見せない実績"


@pytest.fixture
def first(loaded) -> Edition:
    """The first edition, whose second table was taken in and not released."""
    edition = Edition.objects.get(code="first")
    for measure in Measure.objects.filter(edition=edition):
        Progress.objects.create(
            measure=measure, fiscal_year=2024, as_of=LATER, status="partly", result=SECRET
        )
    return edition


def person(role: str | None):
    return factories.user(role) if role else AnonymousUser()


def pages(client, edition: Edition) -> list[str]:
    """The bodies of all pages on which the public meets the progress."""
    addresses = [
        reverse("guideline:index"),
        reverse("guideline:edition", args=[edition.code]),
        reverse("guideline:measure", args=[edition.code, 3]),
        reverse("guideline:progress-on", args=[edition.code, DAY]),
        "/open-data/measures.csv",
        "/open-data/measures.json",
    ]
    return [body(client.get(address)) for address in addresses]


def body(answer) -> str:
    assert answer.status_code == 200, answer.request["PATH_INFO"]
    return b"".join(answer).decode()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_public_is_read_by_the_readers_alone(first, role):
    days = set(Progress.objects.visible_to(person(role)).values_list("as_of", flat=True))

    assert days == ({DAY, LATER} if role in READERS else {DAY})


@pytest.mark.parametrize("role", ROLES)
def test_table_of_a_day_that_is_not_public_is_there_for_the_readers_alone(client, first, role):
    if role:
        client.force_login(person(role))

    expected = 200 if role in READERS else 404
    for name, form in (("progress-on", []), ("progress-file", ["csv"])):
        url = reverse(f"guideline:{name}", args=["first", LATER, *form])
        assert client.get(url).status_code == expected


def test_public_pages_and_open_data_tell_nothing_of_a_day_that_is_not_public(client, first):
    told = pages(client, first)

    assert [text for text in told if SECRET in text or "2024-12-20" in text] == []
    assert "2023-12-20" in told[-1] and "令和5年12月20日" in told[1]


def test_office_is_told_that_the_public_does_not_see_the_day(client, first):
    client.force_login(factories.user(Role.OFFICE))

    told = [text for text in pages(client, first)[:3] if "未公開" in text]
    upload = client.get(reverse("guideline:progress-table", args=["first"])).content.decode()

    assert len(told) == 3
    assert "取り込んだ内容は公開されません" in upload


def test_day_that_was_made_public_is_told_everybody(client, first):
    make_public(first, LATER, source="令和6年度の公開", at=NOON)

    told = pages(client, first)

    assert SECRET in told[2] and "令和6年12月20日" in told[1] and "2024-12-20" in told[-1]
    assert public_days(first) == {DAY, LATER}


def test_day_made_public_twice_keeps_its_first_moment(first):
    made = make_public(first, LATER, source="最初", at=NOON)

    again = make_public(first, LATER, source="二度目", at=NOON.replace(year=NOON.year + 1))

    assert (again.pk, again.source, again.made_public_at) == (made.pk, "最初", NOON)


def test_day_of_which_nothing_is_on_record_cannot_be_made_public(first):
    with pytest.raises(NothingOnRecord):
        make_public(Edition.objects.get(code="second"), DAY, source="公開", at=NOON)

    assert PublicDay.objects.count() == 1


def test_public_day_of_one_edition_opens_no_other(first):
    other = Measure.objects.of("second").first()
    Progress.objects.create(measure=other, fiscal_year=2023, as_of=DAY, status="partly")

    assert not Progress.published.filter(measure=other).exists()


def test_what_is_written_of_a_public_day_is_read_inside_until_it_is_released(client, first):
    make_public(first, LATER, source="公開", at=NOON)
    Progress.objects.filter(as_of=LATER).update(result="後から書いた実績", status="done")
    Claim.objects.create(
        measure=Measure.objects.of("first").get(number=3), about=first, subject="class",
        value="III", as_printed="後から", place="reason", source="後から", as_of=LATER,
    )  # fmt: skip
    counted = PrintedCount.objects.create(
        edition=first, as_of=LATER, classification="III", status="done", count=9, denominator=9
    )

    told = pages(client, first)

    assert SECRET in told[2] and not [text for text in told if "後から" in text]
    assert differs_from_public(first, LATER) and not differs_from_public(first, DAY)
    assert counted not in PrintedCount.objects.visible_to(person(None))

    make_public(first, LATER, source="訂正", at=NOON)

    told = pages(client, first)
    assert "後から書いた実績" in told[2] and SECRET not in told[2]
    assert not differs_from_public(first, LATER)


def test_withdrawn_day_is_read_inside_alone_until_it_is_released_again(client, first):
    make_public(first, LATER, source="公開", at=NOON)

    withdraw(first, LATER, at=NOON)
    reference_data.load(at=NOON)

    assert not [text for text in pages(client, first) if SECRET in text or "2024-12-20" in text]
    assert public_days(first) == {DAY}
    assert Progress.objects.filter(as_of=LATER, result=SECRET).count() == 23

    make_public(first, LATER, source="もう一度", at=NOON)

    assert SECRET in pages(client, first)[2]


def test_withdrawn_day_of_the_reference_data_does_not_come_back_with_it(client, first):
    withdraw(first, DAY, at=NOON)

    reference_data.load(at=NOON)

    assert public_days(first) == set()
    assert client.get(reverse("guideline:progress-on", args=["first", DAY])).status_code == 404
