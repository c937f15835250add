"""The words of notices as the office edits them: versions, preview, and who may do what."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role
from casework import notice_texts, notice_words, outbox
from casework.errors import NotPossible
from casework.models import Notice, NoticeTemplate
from casework.notice_words import KINDS, Words
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

KIND = KINDS["your_turn"]
WORDS = Words("お願い: {{ case_title }}", "{{ reader }}\n\n次にすること: {{ todo }}")

#: Session, person, duties; the newest versions; the menu with the words of the city.
LIST = 5
#: The same, and: the version that counts, the case, its group, and all versions.
TEXT = 8


@pytest.fixture
def clerk():
    return factories.user(Role.OFFICE)


def save(clerk, words=WORDS, *, kind=KIND, variant="ja", after=0) -> NoticeTemplate:
    return notice_texts.save(
        kind, variant, words, reason="言葉をやさしく", after=after, by=clerk, at=NOON
    )


def post(case, to=None) -> Notice:
    key = f"k{Notice.objects.count()}"
    return outbox.post("your_turn", to=to or factories.user(), at=NOON, key=key, case=case)


def page(kind="your_turn", variant="ja") -> str:
    return reverse("casework:notice-text", args=[kind, variant])


# Versions


def test_newest_version_counts_and_the_notice_names_it(clerk):
    case, reader = filed(), factories.user(name="鎌倉 花子")
    before = post(case, reader)
    first = save(clerk)
    second = save(clerk, Words("改: {{ case_title }}", "{{ todo }}"), after=1)

    notice = post(case, reader)

    assert (first.version, second.version) == (1, 2)
    assert (before.template, notice.template) == (None, second)
    assert notice.subject == f"改: {case.title}"


def test_other_language_keeps_its_own_words(clerk):
    save(clerk)

    assert post(filed(), factories.user(language="en")).template is None


def test_reset_lets_the_words_of_the_program_count_again(clerk):
    case = filed()
    save(clerk)

    notice_texts.reset(KIND, "ja", reason="元に戻す", after=1, by=clerk, at=NOON)

    assert post(case).subject.startswith("対応してください")
    with pytest.raises(NotPossible):
        notice_texts.reset(KIND, "ja", reason="もう一度", after=2, by=clerk, at=NOON)


def test_notice_that_is_written_stays_as_it_is(clerk):
    notice = post(filed())

    save(clerk)

    notice.refresh_from_db()
    assert notice.subject.startswith("対応してください")


def test_text_that_names_what_there_is_not_is_refused_with_its_place(clerk):
    with pytest.raises(notice_texts.NotUnderstood) as refusal:
        save(clerk, Words("{{ case_titel }}", "一行目\n{{ payment }}"))

    places = {
        field: [(mistake.line, mistake.column) for mistake in found]
        for field, found in refusal.value.mistakes.items()
    }
    assert places == {"subject": [(1, 4)], "body": [(2, 4)]}
    assert not NoticeTemplate.objects.exists()


def test_two_who_began_from_the_same_version_get_one_version_and_one_refusal(clerk):
    save(clerk)

    with pytest.raises(NotPossible):
        save(clerk, Words("別の", "言葉"))

    assert NoticeTemplate.objects.get().subject == WORDS.subject


def test_same_words_are_no_new_version(clerk):
    save(clerk)

    with pytest.raises(NotPossible):
        save(clerk, after=1)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, None])
def test_nobody_outside_the_office_saves(role):
    person = factories.user(role) if role else factories.user()

    with pytest.raises(PermissionDenied):
        save(person)
    with pytest.raises(PermissionDenied):
        notice_texts.reset(KIND, "ja", reason="x", after=0, by=person, at=NOON)


def test_version_is_never_changed_or_deleted(clerk):
    row = save(clerk)

    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeTemplate.objects.filter(pk=row.pk).update(subject="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeTemplate.objects.filter(pk=row.pk)._raw_delete("default")


def test_version_says_all_or_nothing(clerk):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeTemplate.objects.create(
            kind="your_turn", variant="ja", version=1, subject="x", reason="x", by=clerk, at=NOON
        )


def test_text_of_an_earlier_program_that_is_not_understood_is_passed_over(clerk):
    NoticeTemplate.objects.create(
        kind="your_turn", variant="ja", version=1, subject="{{ gone }}", body="{{ gone }}",
        reason="x", by=clerk, at=NOON,
    )  # fmt: skip

    notice = post(filed())

    assert notice.template is None
    assert notice.subject.startswith("対応してください")


def test_history_shows_what_each_version_changed(clerk):
    save(clerk)
    save(clerk, Words(WORDS.subject, "{{ reader }}\n\nすること: {{ todo }}"), after=1)

    (newest, lines), (_first, _lines) = notice_texts.history(KIND, "ja")

    assert newest.version == 2
    changed = [(line.mark, line.words) for line in lines if line.mark]
    assert changed == [("-", "次にすること: {{ todo }}"), ("+", "すること: {{ todo }}")]


# Preview of every text


@pytest.mark.parametrize(
    ("kind", "variant"),
    [(kind.code, variant) for kind in KINDS.values() for variant in kind.variants],
)
def test_every_text_is_shown_where_a_case_fits_or_says_that_none_does(kind, variant, clerk):
    factories.sender()
    sent_back()
    words = notice_words.standing(KINDS[kind], variant)

    shown = notice_texts.preview(KINDS[kind], variant, words, reader=clerk, at=NOON)

    if shown is None:
        fits = (
            "approval",
            "agreement",
            "more_time",
            "draft_shared",
            "message_received",
            "engine",
            "file_infected",
            "call_changed",
            "paper_sheet",
            "sheet_taken_back",
            "representative",
            "early_start",
            "claim_",
            "charge_",
            "bank_account_entered",
            "change_in_effect",
            "city_issue_",
            "release_stuck",
        )
        assert kind.startswith(fits)
    else:
        assert shown.words.subject and shown.words.body
        assert "{{" not in shown.words.subject + shown.words.body


def test_preview_writes_nothing(enter, clerk):
    filed()
    before = Notice.objects.count()

    answer = enter(clerk).post(
        page(),
        {"preview": "1", "subject": "{{ case_title }}！", "body": "本文 {{ todo }}", "after": 0},
    )

    assert answer.status_code == 200
    assert "まちの居場所づくり！" in answer.content.decode()
    assert (NoticeTemplate.objects.count(), Notice.objects.count()) == (0, before)


def test_preview_is_of_the_case_that_the_office_names(enter, clerk):
    case, _newer = filed(), filed()

    shown = enter(clerk).get(page(), {"case": case.number}).content.decode()

    assert f'href="/cases/{case.pk}/"' in shown


def test_preview_of_a_case_that_is_not_there_says_so(enter, clerk):
    filed()

    assert "X-1999-999" in enter(clerk).get(page(), {"case": "X-1999-999"}).content.decode()


def test_preview_shows_no_case_that_its_reader_may_not_see(enter):
    filed()

    shown = enter(factories.user(Role.ADMINISTRATOR)).get(page()).content.decode()

    assert "まちの居場所づくり" not in shown


# Pages


def test_office_edits_a_text_and_it_counts(enter, clerk):
    case = filed()

    answer = enter(clerk).post(
        page(),
        {"save": "1", "subject": WORDS.subject, "body": WORDS.body.replace("\n", "\r\n"),
         "reason": "やさしく", "after": 0},
    )  # fmt: skip

    assert answer.status_code == 302
    row = NoticeTemplate.objects.get()
    assert (row.body, row.by, row.reason) == (WORDS.body, clerk, "やさしく")
    assert post(case).subject == f"お願い: {case.title}"


def test_mistake_stands_at_its_field_with_its_place(enter, clerk):
    answer = enter(clerk).post(
        page(),
        {"save": "1", "subject": "件名", "body": "あ\n{{ todoo }}", "reason": "x", "after": 0},
    )

    assert answer.status_code == 422
    [said] = answer.context["form"].errors["body"]
    assert re.search(r"2.*4", said) and "todo" in said
    assert not NoticeTemplate.objects.exists()


def test_saving_asks_for_a_reason(enter, clerk):
    answer = enter(clerk).post(page(), {"save": "1", "subject": "a", "body": "b", "after": 0})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]


def test_reset_needs_a_reason_and_then_counts(enter, clerk):
    save(clerk)
    client, address = enter(clerk), reverse("casework:notice-text-reset", args=["your_turn", "ja"])

    client.post(address, {"reset-after": 1, "reset-reason": ""})
    assert NoticeTemplate.objects.count() == 1
    client.post(address, {"reset-after": 1, "reset-reason": "元に"})
    assert NoticeTemplate.objects.newest().get().is_reset


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_auditor_and_administrator_read_and_do_not_write(enter, role):
    client = enter(factories.user(role))

    assert client.get(reverse("casework:notice-texts")).status_code == 200
    shown = client.get(page())
    assert shown.status_code == 200 and 'name="save"' not in shown.content.decode()
    assert client.post(page(), {"preview": "1"}).status_code == 403


def test_others_do_not_read_them(enter):
    group = group_of(filed())

    assert enter(group).get(page()).status_code == 403


@pytest.mark.parametrize(
    "address", [("nothing", "ja"), ("your_turn", "fr"), ("your_turn", "paper")]
)
def test_text_that_there_is_not_is_not_found(enter, clerk, address):
    assert enter(clerk).get(page(*address)).status_code == 404


@pytest.mark.parametrize("versions", [1, 3])
def test_queries_do_not_grow_with_versions(enter, clerk, versions, django_assert_num_queries):
    filed()
    for number in range(versions):
        save(clerk, Words(f"{number}", f"{number}"), after=number)
    client = enter(clerk)

    with django_assert_num_queries(LIST):
        client.get(reverse("casework:notice-texts"))
    with django_assert_num_queries(TEXT):
        client.get(page())
