"""Two windows that upload the same file at the same moment: a receipt, or a paper of a case."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from casework import files, outbox, verification
from reporting.models import Receipt, Report
from reporting.receipts import Paid, add_receipt
from tests import factories
from tests.factories import NOON
from tests.races.threads import kinds, race
from tests.reporting import makers
from tests.reporting.makers import LATER

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def world(settings, tmp_path):
    """No worker is asked, for no broker runs here."""
    settings.MEDIA_ROOT = tmp_path
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []


def uploading(report: Report, by: User):
    mine, who = Report.objects.get(pk=report.pk), User.objects.get(pk=by.pk)
    line = report.settlement_lines.filter(side="expenditure").earliest("pk")
    paid = Paid(line.pk, "チラシ", date(2026, 12, 10), 500)

    def run():
        upload = SimpleUploadedFile("領収書.pdf", b"%PDF-1.4 one")
        return add_receipt(mine, paid, upload=upload, by=who, at=LATER)

    return run


def test_receipt_that_is_uploaded_twice_at_once_is_there_once():
    report = makers.written_report(makers.granted_year())
    group = makers.group_of(report)

    outcomes = race(*(uploading(report, group) for _window in range(2)))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert Receipt.objects.get().number == report.files.count() == 1


def adding(case, by: User):
    mine, who = type(case).objects.get(pk=case.pk), User.objects.get(pk=by.pk)

    def run():
        upload = SimpleUploadedFile("会則.pdf", b"%PDF-1.4 one")
        return files.add_paper(mine, upload, label="会則", by=who, at=NOON)

    return run


def test_paper_that_is_uploaded_twice_at_once_is_there_once():
    draft = factories.draft()
    group = draft.organization.members.get()

    outcomes = race(*(adding(draft, group) for _window in range(2)))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert draft.files.standing().count() == 1
