"""Where a value of a progress table was read becomes public with it, so it is frozen and looked at with it."""

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
from guideline.models import Claim, Measure, PrintedCount, Progress, PublicDay
from reporting.models import PublicEntry, Release, ReleaseItem
from reporting.publishing import checks, difference, page_rows, progress, releases, signed
from tests import factories
from tests.factories import NOON, TODAY

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=1)
SOURCE, PHONE = "進捗の資料", "担当 鎌倉 0467-12-3456"
#: What is copied for the public, and a change of each that nobody has approved.
WRITTEN_LATER = [
    (Progress, {"source": PHONE}),
    (Progress, {"level": "I"}),
    (Progress, {"fiscal_year": 2019}),
    (PrintedCount, {"source": PHONE}),
    (PrintedCount, {"level": "I"}),
    (Claim, {"source": PHONE}),
    (Claim, {"level": "I"}),
]
MODELS = (Progress, PrintedCount, Claim)


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
    rests_on = {"source": SOURCE, "level": "S", "as_of": TODAY}
    Progress.objects.create(measure=made, fiscal_year=2026, status="partly", **rests_on)
    PrintedCount.objects.create(
        edition=made.edition, classification=made.classification, status="partly",
        count=1, denominator=1, **rests_on,
    )  # fmt: skip
    Claim.objects.create(
        measure=made, about=made.edition, subject="class", place="reason", as_printed="Ⅲ",
        value="III", **rests_on,
    )  # fmt: skip
    return made


def begun(measure, by, *, at=NOON, **said) -> Release:
    release = releases.begin(by=by, at=at)
    key = f"{measure.edition.code}/{TODAY.isoformat()}"
    releases.put_in(release, "progress", key, by=by, at=at, **said)
    return release


def approve(draft, *, at=NOON) -> None:
    advance(draft, "approve", by=factories.anyone(Role.APPROVER), at=at, decided_on=TODAY)


def published(measure, by, *, at=NOON, **said) -> Release:
    release = begun(measure, by, at=at, **said)
    for one in checks.in_the_way(release, at=at):
        checks.accept(release, one.digest, reason="資料のまま", by=by, at=at)
    approve(releases.propose(release, by=by, at=at), at=at)
    return release


def preview(release, by, language="ja") -> str:
    client = Client()
    client.force_login(by)
    args = [release.pk, release.items.get().pk, language]
    return client.get(reverse("reporting:release-preview", args=args)).content.decode()


def froze_no_sources() -> None:
    """As releases were frozen before sources were frozen, too: what the public reads stays as it is."""
    item = ReleaseItem.objects.get()
    for rows in (item.content[name] for name in ("rows", "printed", "claims")):
        for row in rows:
            for name in ("source", "level", "fiscal_year"):
                row.pop(name, None)
    item.digest = signed.digest_of_content(item.content)
    item.save()


@pytest.mark.parametrize(("model", "values"), WRITTEN_LATER)
def test_source_that_changed_after_it_was_frozen_is_not_made_public(office, measure, model, values):
    draft = releases.propose(begun(measure, office), by=office, at=NOON)
    model.objects.update(**values)

    with pytest.raises(NotPossible, match="固定した後で変わりました|changed after it was frozen"):
        approve(draft, at=LATER)

    assert not PublicEntry.objects.exists() and not model.published.exists()


@pytest.mark.parametrize(("model", "values"), WRITTEN_LATER)
def test_copies_are_made_of_what_was_frozen(office, measure, model, values):
    """Also where somebody writes between the last question and the copies."""
    release = begun(measure, office)
    releases.propose(release, by=office, at=NOON)
    ((name, value),) = values.items()
    frozen = model.objects.values_list(name, flat=True).get()
    model.objects.update(**values)

    progress.tell_the_guideline(release, release.items.get(), at=LATER)

    assert model.published.values_list(name, flat=True).get() == frozen != value


def test_copies_are_made_though_nothing_is_on_record_any_more(office, measure):
    release = begun(measure, office)
    releases.propose(release, by=office, at=NOON)
    for model in MODELS:
        model.objects.all().delete()

    progress.tell_the_guideline(release, release.items.get(), at=LATER)

    assert [model.published.get().source for model in MODELS] == [SOURCE] * 3


@pytest.mark.parametrize("gone", ["measure", "source"])
def test_nothing_becomes_public_of_what_cannot_be_copied(office, measure, gone):
    """A measure that was numbered anew in that very moment; a release of before sources were frozen."""
    release = begun(measure, office)
    releases.propose(release, by=office, at=NOON)
    if gone == "measure":
        Measure.objects.update(number=measure.number + 1)
    else:
        froze_no_sources()

    with pytest.raises(NotPossible, match="固定した後で変わりました|changed after it was frozen"):
        progress.tell_the_guideline(release, release.items.get(), at=LATER)

    assert not Progress.published.exists() and not PublicDay.objects.exists()


@pytest.mark.parametrize("model", MODELS)
def test_source_is_looked_at_before_the_button_like_every_word(office, measure, model):
    model.objects.update(source=PHONE)
    release = begun(measure, office)

    with translation.override("ja"):
        (found,) = checks.findings(release, at=NOON)
    assert found.code == "reach" and "出典" in found.place

    with pytest.raises(NotPossible):
        releases.propose(release, by=office, at=NOON)


def test_address_of_a_source_is_no_finding(office, measure):
    Progress.objects.update(source="https://www.example.jp/a.pdf")

    assert checks.findings(begun(measure, office), at=NOON) == []


def test_approver_reads_of_each_source_what_rests_on_it(office, measure):
    Claim.objects.update(source="別の資料", level="I")
    release = begun(measure, office)

    page = preview(release, office).replace("<wbr>", "")
    assert SOURCE in page and "別の資料" in page and "推" in page[page.index("別の資料") :]
    assert 'lang="ja"' in preview(release, office, "en")
    assert f"施策 {measure.number}、文書に印刷された集計" in page
    published(measure, office)
    path = f"/public/guideline/{measure.edition.code}/{TODAY.isoformat()}.html"
    assert SOURCE in Client().get(path).content.decode().replace("<wbr>", "")


@pytest.mark.parametrize("model", MODELS)
def test_difference_tells_another_source_in_words(office, measure, model):
    published(measure, office)
    model.objects.update(source="直した出典")
    release = begun(measure, office, at=LATER, note="出典の訂正")

    with translation.override("ja"):
        told = difference.of_item(release.items.get(), at=LATER)

    said = " ".join(f"{one.place} {one.before} {one.after}" for one in told)
    assert "出典" in said and SOURCE in said and "直した出典" in said
    assert len(told) == (2 if model is Claim else 1)  # a claim has no name: it goes, and comes


@pytest.mark.parametrize("model", MODELS)
def test_copy_with_another_source_than_the_frozen_one_is_named(office, measure, model):
    published(measure, office)
    assert list(page_rows.of_days()) == []

    model.published.update(source=PHONE)

    found = list(page_rows.of_days())
    assert [(one.column, one.published, one.recomputed) for one in found] == [
        ("source", SOURCE, PHONE)
    ]


# Of what was frozen before sources were


def test_nothing_changes_where_the_sources_are_those_that_the_public_reads(office, measure):
    published(measure, office)
    froze_no_sources()
    assert list(page_rows.of_days()) == []

    with pytest.raises(ValidationError):
        begun(measure, office, at=LATER, note="訂正")

    Progress.objects.update(result="直した実績")
    release = begun(measure, office, at=LATER, note="実績の訂正")
    (told,) = difference.of_item(release.items.get(), at=LATER)
    assert "直した実績" in str(told.after)


@pytest.mark.parametrize("model", MODELS)
def test_its_source_alone_can_be_corrected(office, measure, model):
    published(measure, office)
    froze_no_sources()
    model.objects.update(source="直した出典")

    published(measure, office, at=LATER, note="出典の訂正")

    assert set(model.published.values_list("source", flat=True)) == {"直した出典"}


def test_warning_that_was_accepted_then_is_not_asked_again(office, measure):
    Progress.objects.update(result=PHONE)
    published(measure, office)
    froze_no_sources()
    Progress.objects.update(reason="続ける")
    release = begun(measure, office, at=LATER, note="理由の追加")

    assert checks.in_the_way(release, at=LATER) == []


def test_what_waits_without_its_sources_goes_back_to_be_frozen_with_them(office, measure):
    draft = releases.propose(begun(measure, office), by=office, at=NOON)
    froze_no_sources()

    with pytest.raises(NotPossible):
        approve(draft)
