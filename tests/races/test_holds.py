"""Holds that are put while a list is decided or another one is lifted: one waits for the other."""

import threading
from datetime import datetime

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from accounts.models import Role
from casework import approvals, destruction, files, retention
from casework.approvals import Wish
from casework.calendar import JAPAN
from casework.errors import NotPossible
from casework.models import DestructionItem, StoredFile
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of
from tests.factories import NOON
from tests.races.threads import PATIENCE, kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DUE = datetime(2032, 4, 1, 3, 40, tzinfo=JAPAN)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def waits_for_a_lock() -> bool:
    """Whether any other connection to the test's database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # one transaction sees the same else
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def test_decision_waits_for_a_hold_that_is_being_put_and_heeds_it(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    factories.sender()
    office, approver = factories.user(Role.OFFICE), factories.user(Role.APPROVER)
    case = filed()
    files.store(case, ContentFile(PDF, name="計画.pdf"), label="", by=office, at=NOON)
    advance(case, "withdraw", by=group_of(case), at=NOON)
    retention.set_period("files", 5, source="試験", by=office, at=NOON)
    listed = destruction.propose(at=DUE)
    draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=office, at=DUE)
    held_back, waited, told = threading.Event(), [], []

    def decide():
        held_back.wait(PATIENCE)
        told.extend(
            race(lambda: advance(draft, "approve", by=approver, at=DUE, decided_on=DUE.date()))
        )

    decision = threading.Thread(target=decide)
    decision.start()
    with transaction.atomic():
        retention.hold(case, reason="監査", by=office, at=DUE)
        held_back.set()
        while decision.is_alive() and not waited:
            decision.join(0.05)
            waited.extend([True] * waits_for_a_lock())
    decision.join(PATIENCE)

    assert kinds(told) == ["ok"] and waited == [True]
    assert DestructionItem.objects.get().outcome == "held"
    assert StoredFile.objects.get().destroyed_at is None


def test_lifting_waits_for_whoever_puts_a_hold():
    office, case, told = factories.user(Role.OFFICE), filed(), []
    standing = retention.hold(case, reason="監査", by=office, at=NOON)
    lifting = threading.Thread(
        target=lambda: told.extend(
            race(lambda: retention.lift(standing, reason="解決", by=office, at=NOON))
        )
    )
    with transaction.atomic():
        retention.lock([case.pk])
        lifting.start()
        while lifting.is_alive() and not waits_for_a_lock():
            lifting.join(0.05)
        with pytest.raises(NotPossible):  # and no deadlock
            retention.hold(case, reason="訴訟", by=office, at=NOON)
    lifting.join(PATIENCE)

    standing.refresh_from_db()
    assert kinds(told) == ["ok"] and standing.lifted_at == NOON
