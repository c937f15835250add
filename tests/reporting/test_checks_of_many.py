"""What a release of many reports asks the database: no more for three than for one."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from reporting.beside_report import gather
from reporting.models import (
    Answer,
    CollaborationReport,
    FormQuestion,
    MeasureOutcome,
    ReportFigure,
    ScoreWord,
)
from reporting.publishing import checks, releases
from reporting.versions import content_of_collaboration
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.anyone(Role.OFFICE)


def whole_report(number: int) -> CollaborationReport:
    """A report with a row of every kind that stands beside it."""
    report = makers.accepted_collaboration(title=f"報告{number}")
    measure = factories.measure()
    report.advanced_measures.create(measure=measure, how=f"方法{number}")
    MeasureOutcome.objects.create(case=report, measure=measure, words=f"成果{number}")
    report.partners.create(name=f"会{number}", share_yen=number)
    for label in ("参加者", "回数"):
        ReportFigure.objects.create(report=report, label=label, value=number, unit="人")
    question = FormQuestion.objects.filter(
        form=report.report_form_id, filled_by="department"
    ).last()
    Answer.objects.create(report=report, question=question, words=f"答え{number}")
    if not ScoreWord.objects.filter(form=report.report_form_id, score=3).exists():
        ScoreWord.objects.create(form=report.report_form, score=3, words="ふつう")
    return report


def fresh(report) -> CollaborationReport:
    return CollaborationReport.objects.get(pk=report.pk)


def test_reports_that_are_read_together_say_what_each_says_alone():
    """Each has rows of its own, so that none is told of another."""
    reports = [whole_report(number) for number in (1, 2, 3)]
    alone = [content_of_collaboration(fresh(one), public=True) for one in reports]

    together = [fresh(one) for one in reports]
    beside = gather(together)

    assert [
        content_of_collaboration(one, public=True, beside=beside[one.pk]) for one in together
    ] == alone
    for number, text in enumerate(alone, start=1):
        assert text["measures"][0]["how"] == f"方法{number}"
        assert text["measures"][0]["came_of_it"] == f"成果{number}"
        assert f"会{number}" in [one["name"] for one in text["partners"]]
        assert len(text["figures"]) >= 2 and text["scale"]


def queries_of(asked) -> int:
    with CaptureQueriesContext(connection) as queries:
        asked()
    return len(queries)


@pytest.mark.parametrize("what", ["checks", "freezing"])
def test_three_reports_are_looked_at_with_as_many_queries_as_one(office, what):
    counted = []
    for number in (1, 3):
        release = releases.begin(by=office, at=NOON)
        for place in range(number):
            report = whole_report(10 * number + place)
            releases.put_in(release, "report", str(report.pk), by=office, at=NOON)
        if what == "checks":
            counted.append(queries_of(lambda release=release: checks.findings(release, at=NOON)))
        else:
            counted.append(
                queries_of(lambda release=release: releases.freeze_items(release, at=NOON))
            )
            assert release.items.filter(content=None).count() == 0

    assert counted[0] == counted[1]
