"""What a notice may say: a text is checked with the place of each mistake before it is saved."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from casework import notice_words
from casework.notice_words import KINDS, READER, Variable, mistakes_in
from casework.outbox import Address
from tests import factories

VARIABLES = (
    Variable("case_title", "Title", lambda told, language: told["title"]),
    Variable("case_number", "Number", lambda told, language: told.get("number", "")),
    Variable("is_late", "Late", lambda told, language: told.get("late", False)),
)
SHIPPED = [(kind, variant) for kind in KINDS.values() for variant in kind.variants]


def places(text: str) -> list[tuple[int, int]]:
    return [(mistake.line, mistake.column) for mistake in mistakes_in(text, VARIABLES)]


def why(text: str) -> str:
    [mistake] = mistakes_in(text, VARIABLES)
    return mistake.why


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ただの文です。",
        "{{ case_title }}",
        "{{case_title}}と{{ case_number }}",
        "{# 覚え書き #}{{ case_title }}",
        "{% if case_number %}（{{ case_number }}）{% endif %}",
        "{% if is_late and not case_number %}a{% elif case_title %}b{% else %}c{% endif %}",
        "単独の { や } や % はそのまま",
    ],
)
def test_text_of_known_variables_is_taken(text):
    assert mistakes_in(text, VARIABLES) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{{ case_titel }}", (1, 4)),
        ("一行目\n二行目の{{ titel }}", (2, 8)),
        ("{{ case.title }}", (1, 4)),
        ("{{ case_title|upper }}", (1, 14)),
        ("{{ case_title|safe }}", (1, 14)),
        ("{{ is_late }}", (1, 4)),
        ("{{ }}", (1, 1)),
        ("{{ 'words' }}", (1, 4)),
        ("a\nb {% load i18n %}", (2, 6)),
        ("{% include 'x' %}", (1, 4)),
        ("{% verbatim %}", (1, 4)),
        ("{% debug %}", (1, 4)),
        ("{% if case_numbr %}a{% endif %}", (1, 7)),
        ("{% if case_title and nothing %}a{% endif %}", (1, 22)),
        ("{% if case_title == is_late %}a{% endif %}", (1, 18)),
        ("text {% if case_title %}a", (1, 6)),
        ("{% if %}a{% endif %}", (1, 1)),
        ("{% if case_title case_number %}a{% endif %}", (1, 1)),
        ("a{% endif %}", (1, 2)),
        ("{{ case_title", (1, 1)),
        ("a }} b", (1, 3)),
        ("a\n{% if case_title\n%}", (2, 1)),
    ],
)
def test_mistake_is_named_with_its_place(text, place):
    assert places(text) == [place]


def test_every_unknown_variable_is_named_in_order():
    assert places("{{ a }}{{ case_title }}\n{% if b %}{{ c }}{% endif %}") == [
        (1, 4),
        (2, 7),
        (2, 14),
    ]


def test_same_unknown_name_is_named_at_each_of_its_places():
    assert places("{% if x or x %}{{ x }}{% endif %}") == [(1, 7), (1, 12), (1, 19)]


def test_refusal_names_the_nearest_variable():
    assert "case_title" in why("{{ case_titel }}")
    assert "endif" in why("{% if case_title %}{% endfi %}{% endif %}")
    assert "“zzz”" in why("{{ zzz }}") and "?" not in why("{{ zzz }}")


def test_mistake_reads_as_a_sentence_with_its_place():
    [mistake] = mistakes_in("a\n{{ b }}", VARIABLES)

    assert str(mistake).startswith("2行") or str(mistake).startswith("Line 2, column 4")


# What the program brings along


def test_every_file_belongs_to_a_kind_and_every_kind_has_its_files():
    files = {path.name for path in Path(settings.BASE_DIR, "templates/notices").glob("*.txt")}

    assert files == {f"{kind.code}.{variant}.txt" for kind, variant in SHIPPED}


@pytest.mark.parametrize(("kind", "variant"), SHIPPED, ids=lambda part: getattr(part, "code", part))
def test_shipped_text_passes_the_check_of_an_edited_one(kind, variant):
    words = notice_words.of_program(kind.code, variant)

    assert notice_words.wrong_in(kind, words.subject, words.body) == {}
    assert words.subject and words.body


def test_every_variable_has_a_name_and_words_of_its_own():
    for kind in KINDS.values():
        codes = [variable.code for variable in kind.variables]
        assert len(codes) == len(set(codes)), kind.code
        assert all(code.isidentifier() and str(v.label) for code, v in kind.names().items())


def test_kind_is_registered_once():
    with pytest.raises(ValueError, match="your_turn"):
        notice_words.register(KINDS["your_turn"])


# Reading a text


def test_text_is_filled_with_plain_words_and_nothing_is_escaped():
    words = notice_words.Words(
        "{{ case_title }}\n!", "{% if is_late %}<{{ case_title }}>{% endif %}"
    )

    filled = notice_words.fill(words, {"case_title": "A & B", "is_late": True})

    assert (filled.subject, filled.body) == ("A & B !", "<A & B>")


def test_value_that_looks_like_a_tag_is_not_read_as_one():
    words = notice_words.Words("s", "{{ case_title }}")

    assert notice_words.fill(words, {"case_title": "{{ x }}{% if %}"}).body == "{{ x }}{% if %}"


@pytest.mark.django_db
def test_person_is_addressed_as_sama_and_all_others_as_onchu():
    person, group = factories.user(name="鎌倉 花子"), factories.organization(name="さくらの会")
    shared = Address("ka@city.example.jp", "架空課")

    assert READER.read({"person": person}, "ja") == "鎌倉 花子 様"
    assert READER.read({"person": person}, "en") == "鎌倉 花子"
    assert READER.read({"person": shared}, "ja") == "架空課 御中"
    case = factories.draft()
    assert READER.read({"case": case}, "ja") == f"{case.organization.name} 御中"
    assert group.name not in READER.read({"case": case}, "ja")
    assert READER.read({}, "ja") == ""


def test_dates_and_numbers_are_in_the_language_of_the_text():
    day = date(2026, 12, 4)

    assert notice_words.in_words(day, "ja") == "令和8年12月4日"
    assert notice_words.in_words(day, "en") == "4 December 2026"
    assert notice_words.counted(1, "en", ja="日", en="day") == "1 day"
    assert notice_words.counted(3, "en", ja="日", en="day") == "3 days"
    assert notice_words.counted(3, "ja", ja="日", en="day") == "3日"
