"""The photos of the demo's reports: one is public with its words, the other stays with the city."""

from datetime import datetime

import pytest

from config.rehearsal import cast, departments
from config.rehearsal.program import Program
from config.rehearsal.stage import Stage
from guideline import reference_data
from reporting import public_photos
from reporting.models import CollaborationReport
from tests.factories import JAPAN

pytestmark = pytest.mark.django_db


def test_public_report_of_the_demo_shows_one_photo_and_keeps_the_other():
    at = datetime(2026, 6, 15, 9, 0, tzinfo=JAPAN)
    reference_data.load(at=at)
    stage = Stage(2026, until=at)
    stage.at = stage.when(-1, 2, 1)
    program = Program(cast.gather(2026, since=stage.today, at=stage.at))
    stage.enter(departments.ask_departments_for_reports, program)
    stage.enter(departments.report_without_a_project, program)
    for played in stage.days():
        stage.play_day(played)

    report = CollaborationReport.objects.published().get()
    assert report.state == "corrected"
    shown, kept = report.photos.order_by("pk")
    assert (shown.kept_internal, kept.kept_internal) == (False, True)
    assert "架空" in shown.alternative_text and shown.people == ""
    (told,) = public_photos.standing(report.publication.version.content)
    assert (told["id"], told["alt"]) == (shown.pk, shown.alternative_text)
    assert public_photos.bytes_of(told)
