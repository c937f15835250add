"""What was saved beside the text of a public report stands on the office's desk until the public reads it."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from reporting import photos, services
from reporting.measure_outcomes import mark_of_outcomes, outcomes_of
from reporting.models import CollaborationReport, MeasureOutcome, ReportPhoto
from reporting.outcome_writing import Outcome, tell_outcomes
from tests import factories
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.test_photos import SAID, added, clerk_of, published, upload
from tests.windows import window

pytestmark = pytest.mark.django_db

OWED = "A correction was saved that the public does not read yet. Put it into a release."


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def office():
    return factories.anyone(Role.OFFICE)


def clerk() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(office())
    return client


@remembered
def report_with_a_photo() -> CollaborationReport:
    """A public report that names a measure and holds a photo."""
    report = makers.collaboration(measures=[factories.measure()])
    added(report)
    return published(report)


def owes_a_correction(report) -> bool:
    """Whether the list, the office's desk and the page of the case say so, with one voice."""
    case, client = reverse("casework:case", args=[report.pk]), clerk()
    told = {
        CollaborationReport.objects.with_a_correction().filter(pk=report.pk).exists(),
        f'"{case}"' in client.get(reverse("casework:office")).content.decode(),
        client.get(case).context["what_to_do"] == OWED,
    }
    (owed,) = told
    return owed


def tell(report, *rows: Outcome) -> None:
    seen = mark_of_outcomes(outcomes_of(report))
    tell_outcomes(report, rows, seen=seen, by=office(), at=NOON)


def test_what_came_of_a_measure_is_owed_until_it_is_taken_back_or_published():
    report = report_with_a_photo()
    came_of_it = Outcome(report.advanced_measures.get().measure_id, "参加者が倍になった。")
    assert not owes_a_correction(report)

    tell(report, came_of_it)
    assert owes_a_correction(report)
    tell(report)
    assert not owes_a_correction(report)
    tell(report, came_of_it)
    report = factories.released(report, note="取組の成果")

    (told,) = report.publication.version.content["measures"]
    assert told["came_of_it"] == "参加者が倍になった。"
    assert not owes_a_correction(report)


def test_what_is_saved_on_the_page_of_the_measures_is_owed():
    report = report_with_a_photo()
    client = clerk()
    page = reverse("reporting:collaboration-measures", args=[report.pk])
    measure = report.advanced_measures.get().measure_id
    said = window(client, page)
    name = next(one for one in said if one.endswith("words"))

    assert client.post(page, {**said, name: "新しい成果"}).status_code == 302

    assert MeasureOutcome.objects.get(case=report.pk, measure=measure).words == "新しい成果"
    assert owes_a_correction(report)


@pytest.mark.parametrize("field", ["caption", "alternative_text"])
def test_other_words_under_a_photo_are_owed_until_the_old_ones_stand_again_or_are_published(field):
    report = report_with_a_photo()
    photo = report.photos.get()
    for words, owed in (("川の生きもの", True), (SAID[field], False), ("川の生きもの", True)):
        photos.describe(photo, fields={field: words}, by=office(), at=NOON)
        assert owes_a_correction(report) is owed

    report = factories.released(report, note="写真の説明")

    assert "川の生きもの" in report.publication.version.content["photos"][0].values()
    assert not owes_a_correction(report)


@pytest.mark.parametrize("fields", [{"consent": ""}, {"kept_internal": True}, None])
def test_objection_to_a_photo_owes_no_correction_and_does_not_hide_one(fields):
    report = report_with_a_photo()
    photo = report.photos.get()

    if fields is None:
        photos.take_out(photo, by=clerk_of(report), at=NOON)
    else:
        photos.describe(photo, fields=fields, by=clerk_of(report), at=NOON)

    assert not owes_a_correction(report)
    tell(report, Outcome(report.advanced_measures.get().measure_id, "参加者が倍になった。"))
    assert owes_a_correction(report)
    tell(report)
    assert not owes_a_correction(report)


def test_words_changed_under_a_photo_that_nobody_sees_are_owed_once_it_may_be_seen_again():
    report = report_with_a_photo()
    photo = report.photos.get()
    steps = (
        ({"consent": "", "caption": "川の生きもの"}, False),
        ({"people": "子ども三人"}, False),
        ({"consent": "given"}, True),
        ({"consent": ""}, False),
    )
    for fields, owed in steps:
        photos.describe(photo, fields=fields, by=office(), at=NOON)
        assert owes_a_correction(report) is owed


def test_photo_that_came_after_the_publication_is_owed_as_soon_as_it_may_be_seen():
    report = report_with_a_photo()
    assert not owes_a_correction(report)
    new = photos.add(report, upload(size=(48, 48)), **{**SAID, "consent": ""}, by=office(), at=NOON)
    assert not owes_a_correction(report)

    photos.describe(new, fields={"consent": "given"}, by=office(), at=NOON)
    assert owes_a_correction(report)
    photos.take_out(new, by=office(), at=NOON)

    assert not owes_a_correction(report)
    photos.add(report, upload(size=(50, 50)), **SAID, by=office(), at=NOON)
    assert owes_a_correction(report)


def test_what_the_public_does_not_read_of_a_photo_asks_for_nothing():
    report = report_with_a_photo()
    edit_number = CollaborationReport.objects.get(pk=report.pk).edit_number

    photos.describe(report.photos.get(), fields={"people": "子ども三人"}, by=office(), at=NOON)

    found = CollaborationReport.objects.get(pk=report.pk)
    assert (found.edit_number, found.has_correction) == (edit_number, False)
    assert ReportPhoto.objects.get(report=report).people == "子ども三人"


def test_text_that_was_saved_before_is_still_owed_when_a_photo_is_as_it_was():
    report = report_with_a_photo()
    fields = {**makers.WORDS, "results": "訂正した成果"}
    named = [{"measure": one.measure, "how": one.how} for one in report.advanced_measures.all()]
    services.save_collaboration_report(
        report, fields=fields, measures=named, edit_number=report.edit_number, by=office(), at=NOON
    )
    for caption in ("川の生きもの", SAID["caption"]):
        photos.describe(report.photos.get(), fields={"caption": caption}, by=office(), at=NOON)
        assert owes_a_correction(report)
