"""Words that everybody reads as soon as they are saved: what is found in them is looked at first."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from guideline import public_words, public_words_form, resources, services
from guideline.models import AcceptedWords, Crosswalk, Measure
from tests import factories
from tests.factories import NOON

PHONE, MAIL, POSTCODE = "090-1234-5678", "hanako@example.jp", "〒248-8686"
NAME = "鎌倉花子"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office(client, loaded):
    person = factories.user(Role.OFFICE)
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return person


@pytest.fixture
def row(loaded) -> Crosswalk:
    return Crosswalk.objects.get(from_measure__number=16, kind="merged")


@pytest.fixture
def fifth(loaded) -> Measure:
    return Measure.objects.get(edition__code="first", number=5)


def crosswalk_page(row: Crosswalk) -> str:
    return reverse("guideline:crosswalk-item", args=[row.pk])


def of_crosswalk(row: Crosswalk, **values) -> dict:
    told = {name: getattr(row, name) for name in ("kind", "reason", "reason_en", "source")}
    return {**told, "seen": services.mark(row), **values}


def text_page(measure: Measure) -> str:
    return reverse("guideline:measure-text", args=[measure.edition.code, measure.number])


def of_text(measure: Measure, **values) -> dict:
    told = {"text": measure.text, "previous_actions": measure.previous_actions}
    return {**told, "seen": services.mark_of_text(measure), **values}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (f"問い合わせは{PHONE}へ", "This looks like a phone number: “090-1234-5678”"),
        (f"連絡先 {MAIL}", "This looks like an e-mail address: “hanako@example.jp”"),
        (f"{POSTCODE} 御成町", "This looks like a postcode: “〒248-8686”"),
        (f"担当は{NAME}", "This looks like the name of a person: “鎌倉花子”"),
    ],
)
@pytest.mark.parametrize("field", ["reason", "reason_en", "source"])
def test_confirming_waits_for_what_is_found_in_any_field(client, office, row, field, words, told):
    factories.user(name=NAME)

    answer = client.post(crosswalk_page(row), of_crosswalk(row, **{field: words}))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [told]
    assert told in answer.content.decode()
    row.refresh_from_db()
    assert (row.confirmed_at, words in getattr(row, field)) == (None, False)


def test_what_is_ticked_is_saved_kept_and_not_asked_again(client, office, row):
    said = of_crosswalk(row, reason=f"窓口 {PHONE}", reason_en=f"Call {PHONE}")
    asked = client.post(crosswalk_page(row), said).context["form"]
    boxes = [value for value, _label in asked.fields["right"].choices]
    assert len(boxes) == 2

    half = client.post(crosswalk_page(row), {**said, "right": boxes[:1]})
    assert list(half.context["form"].errors) == ["reason_en"]
    assert client.post(crosswalk_page(row), {**said, "right": boxes}).status_code == 302

    row.refresh_from_db()
    assert (row.reason, row.confirmed_by) == (f"窓口 {PHONE}", office)
    kept = AcceptedWords.objects.values_list("crosswalk", "field", "what", "by", "at")
    assert set(kept) == {
        (row.pk, "reason", "phone", office.pk, NOON),
        (row.pk, "reason_en", "phone", office.pk, NOON),
    }
    page = client.get(crosswalk_page(row)).content.decode()
    assert "Looked at, and right as it is" in page and "reason in English: phone number" in page
    assert client.post(crosswalk_page(row), of_crosswalk(row)).status_code == 302
    other = client.post(crosswalk_page(row), of_crosswalk(row, reason="090-8765-4321"))
    assert other.context["form"].errors["reason"] == [
        "This looks like a phone number: “090-8765-4321”"
    ]


def test_tick_says_nothing_of_words_that_came_after_it(client, office, row):
    said = of_crosswalk(row, reason=PHONE)
    asked = client.post(crosswalk_page(row), said).context["form"]
    boxes = [value for value, _label in asked.fields["right"].choices]

    answer = client.post(crosswalk_page(row), {**said, "reason": MAIL, "right": boxes})

    assert answer.status_code == 422
    assert not AcceptedWords.objects.exists()


@pytest.mark.parametrize("field", ["text", "previous_actions"])
def test_text_of_a_measure_waits_in_the_same_way(client, office, fifth, field):
    said = of_text(fifth, **{field: f"電話 {PHONE}"})
    answer = client.post(text_page(fifth), said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    public = client.get(fifth.get_absolute_url()).content.decode()
    assert PHONE not in public

    boxes = [value for value, _label in answer.context["form"].fields["right"].choices]
    assert client.post(text_page(fifth), {**said, "right": boxes}).status_code == 302

    assert AcceptedWords.objects.get().measure == fifth
    assert PHONE in client.get(fifth.get_absolute_url()).content.decode()
    assert "phone number" in client.get(text_page(fifth)).content.decode()
    assert client.post(text_page(fifth), of_text(Measure.objects.get(pk=fifth.pk))).status_code == 302  # fmt: skip


def test_words_of_the_reference_files_are_asked_about_nowhere(loaded):
    rows = [*Crosswalk.objects.all(), *Measure.objects.all()]

    assert len(rows) > 70
    assert [str(one) for row in rows for one in public_words.findings(row, {})] == []


def test_finding_is_the_same_in_either_language(row):
    found = []
    for language in ("ja", "en"):
        with translation.override(language):
            found += public_words.findings(row, {"reason": PHONE})

    assert found[0].said != found[1].said
    assert found[0].digest == found[1].digest


def test_services_refuse_what_nobody_looked_at(row, fifth):
    clerk = factories.user(Role.OFFICE)
    with pytest.raises(public_words.NotLookedAt):
        services.confirm_as(
            row.pk, {"reason": PHONE}, seen=services.mark(row), by=clerk, at=NOON
        )  # fmt: skip
    with pytest.raises(public_words.NotLookedAt):
        seen = services.mark_of_text(fifth)
        services.write_text(fifth.pk, {"text": PHONE}, seen=seen, by=clerk, at=NOON)

    row.refresh_from_db()
    fifth.refresh_from_db()
    assert (row.confirmed_at, PHONE in row.reason, fifth.text) == (None, False, "")


@pytest.mark.parametrize("role", [None, *(role for role in Role if role not in (Role.OFFICE, Role.SYSTEM))])  # fmt: skip
def test_services_refuse_whoever_is_not_of_the_office(row, fifth, role):
    person = factories.user(*filter(None, [role]))

    with pytest.raises(PermissionDenied):
        services.confirm_as(row.pk, {"reason": "他"}, seen=services.mark(row), by=person, at=NOON)
    with pytest.raises(PermissionDenied):
        seen = services.mark_of_text(fifth)
        services.write_text(fifth.pk, {"text": "他"}, seen=seen, by=person, at=NOON)

    row.refresh_from_db()
    fifth.refresh_from_db()
    assert (row.confirmed_at, fifth.text) == (None, "")


def test_administration_site_leads_to_the_pages_that_ask(client, row, fifth):
    boss = factories.user(Role.ADMINISTRATOR, is_staff=True)
    client.force_login(boss)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    address = reverse("admin:guideline_crosswalk_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    posted = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(address, {**posted, "reason": f"窓口 {PHONE}"})

    assert "write it on the page of the row" in answer.context["adminform"].form.errors["reason"][0]
    row.refresh_from_db()
    assert PHONE not in row.reason
    measure = client.get(reverse("admin:guideline_measure_change", args=[fifth.pk]))
    assert not {"text", "previous_actions"} & set(measure.context["adminform"].form.fields)


def test_two_findings_of_one_field_are_both_told(row):
    with pytest.raises(ValidationError) as refusal:
        public_words_form.refuse(row, {"reason": f"{PHONE} {MAIL}", "source": POSTCODE})

    told = refusal.value.message_dict
    assert [len(told[name]) for name in ("reason", "source")] == [2, 1]
    assert PHONE in " ".join(told["reason"]) and MAIL in " ".join(told["reason"])


def test_import_of_a_person_takes_no_words_that_nobody_looked_at(row):
    table = resources.CrosswalkInWordsResource().export(Crosswalk.objects.filter(pk=row.pk))
    told = table.dict[0]
    changed = type(table)(headers=table.headers)
    changed.append([PHONE if name == "reason" else told[name] for name in table.headers])

    result = resources.CrosswalkInWordsResource().import_data(changed)

    assert result.has_validation_errors()
    assert "phone number" in str(result.invalid_rows[0].error) or "電話番号" in str(result.invalid_rows[0].error)  # fmt: skip
    row.refresh_from_db()
    assert row.reason != PHONE
