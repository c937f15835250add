"""New versions of letters: the same number, the sender and addressee of the day, and nothing else."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import Officer, Role
from casework import letter_versions, letters
from casework.errors import NotPossible
from casework.models import Event, Letter, Notice, NumberSeries, Sender
from casework.services import advance
from tests import factories
from tests.casework.cases import filed, group_of
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered

pytestmark = pytest.mark.django_db

NEXT_DAY = NOON + timedelta(days=1)


@pytest.fixture
def sender():
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def ineligible(*, reason="要件に当たらない") -> Letter:
    """Issue a letter by the move that sends it."""
    case = filed()
    advance(case, "ineligible", by=factories.anyone(Role.OFFICE), at=NOON, reason=reason)
    return case.letters.get()


def counts() -> tuple[int, ...]:
    return tuple(m.objects.count() for m in (Letter, Notice, Event, NumberSeries))


@pytest.fixture
def wrong(sender, office) -> Letter:
    """A letter that left in the name of somebody who is not the sender."""
    letter = ineligible(reason="要件に当たらない")
    Sender.objects.update(name="正しい 三郎")
    return letter


def reissued(letter, office, *, at=NEXT_DAY, reason="発信者の誤り", **kwargs) -> Letter:
    return letter_versions.reissue(letter, reason=reason, by=office, at=at, **kwargs)


def test_new_version_has_the_same_number_and_the_sender_and_day_it_leaves(wrong, office):
    new = reissued(wrong, office)

    same = ("fiscal_year", "number", "symbol", "kind", "title", "case_id", "seal")
    assert [getattr(new, name) for name in same] == [getattr(wrong, name) for name in same]
    assert (new.version, new.replaces, new.reason) == (2, wrong, "発信者の誤り")
    assert (new.issued_on, new.data["sender"]["name"]) == (NEXT_DAY.date(), "正しい 三郎")
    assert NumberSeries.objects.get(name="letter").last == 1


def test_new_version_says_what_was_decided_word_for_word(wrong, office):
    new = reissued(wrong, office)

    changed = {key for key in new.data if new.data[key] != wrong.data.get(key, "")}
    assert changed == {"issued", "sender", "replaces"}


def test_pdf_of_a_new_version_names_the_day_of_the_one_it_replaces(wrong, office):
    text = pdf_text(bytes(reissued(wrong, office, remark="発信者名を正しました。").pdf))

    assert "この文書（第2版）は、令和8年11月20日付け第1号の文書に代わるものです。" in text
    assert "発信者名を正しました。" in text and "要件に当たらない" in text


def test_old_version_stays_as_it_left(wrong, office):
    before = (bytes(wrong.pdf), wrong.pdf_digest, wrong.data)
    reissued(wrong, office)

    wrong.refresh_from_db()
    assert (bytes(wrong.pdf), wrong.pdf_digest, wrong.data) == before


def test_new_version_is_addressed_to_the_name_of_today(wrong, office):
    Officer.objects.create(
        organization=wrong.case.organization, name="新 代表", post="会長", is_representative=True
    )

    assert reissued(wrong, office).addressee.endswith("会長 新 代表 様")


def test_new_version_is_told_and_stands_in_the_history(wrong, office):
    new = reissued(wrong, office)

    notices = Notice.objects.filter(kind="letter_sent").order_by("pk")
    assert [notice.letter for notice in notices] == [wrong, new]
    assert [notice.recipient for notice in notices] == [group_of(wrong.case)] * 2
    event = wrong.case.events.order_by("-pk").first()
    assert (event.verb, event.by) == ("reissue_letter", office)
    assert (event.facts["letter"], event.facts["replaces"]) == (new.pk, wrong.pk)
    assert wrong.case.remarks.get(pk=event.facts["reason"]["remark"]).text == "発信者の誤り"


def test_what_has_not_left_of_the_old_version_is_withdrawn(wrong, office):
    reissued(wrong, office)

    old, new = Notice.objects.filter(kind="letter_sent").order_by("pk")
    assert (old.state, old.withdrawn_because) == ("withdrawn", "replaced")
    assert new.state == "queued"


def test_version_that_was_replaced_is_not_replaced_again(wrong, office):
    new = reissued(wrong, office)
    before = counts()

    with translation.override("en"), pytest.raises(NotPossible, match="Version 2"):
        reissued(wrong, office, remark="もう一度")

    assert counts() == before
    assert reissued(new, office, remark="もう一度").version == 3


def test_version_that_would_say_the_same_is_refused(sender, office):
    letter = ineligible()

    with pytest.raises(NotPossible) as refusal:
        reissued(letter, office)

    assert refusal.value.why == letter_versions.NOTHING_CHANGES
    assert letter_versions.differences(letter, today=TODAY) == []


def test_agreement_is_not_issued_anew(wrong, office):
    Letter.objects.filter(pk=wrong.pk).update(data={**wrong.data, "template": "agreement"})

    with pytest.raises(NotPossible) as refusal:
        reissued(wrong, office)

    assert refusal.value.why == letter_versions.AGREEMENT_STANDS


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ACCOUNTING])
def test_only_the_office_issues_a_new_version(wrong, role):
    with pytest.raises(PermissionDenied):
        reissued(wrong, factories.user(role))


def test_without_a_sender_no_new_version_leaves(wrong, office):
    Sender.objects.update(valid_until=TODAY)

    with pytest.raises(NotPossible) as refusal:
        reissued(wrong, office)

    assert refusal.value.why == letters.NO_SENDER
    assert wrong.case.letters.count() == 1


@pytest.mark.parametrize(
    "fields", [{"version": 2}, {"version": 1, "reason": ""}, {"reason": ""}], ids=str
)
def test_database_holds_that_a_later_version_replaces_and_says_why(wrong, office, fields):
    target = wrong if fields == {"version": 2} else reissued(wrong, office)

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=target.pk).update(**fields)


def test_differences_are_in_the_words_of_the_letter(wrong):
    with translation.override("en"):
        found = {
            str(change.label): (change.before, change.after)
            for change in letter_versions.differences(wrong, today=NEXT_DAY.date())
        }

    assert found == {
        "Date of the letter": ("令和8年11月20日", "令和8年11月21日"),
        "In whose name": ("架空市長 架空 太郎", "架空市長 正しい 三郎"),
    }


def test_preview_of_a_new_version_leaves_nothing(wrong, office):
    before = counts()

    pdf = letter_versions.preview_reissue(wrong, remark="ためし", today=TODAY)

    assert "ためし" in pdf_text(pdf) and "第1号" in pdf_text(pdf)
    assert counts() == before
