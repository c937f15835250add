import re
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from config import translations
from config.translations import Text

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
a = _("Plain"), _("In two " "parts"), ngettext("%(n)d day", "%(n)d days", n)
b = pgettext_lazy("month", "May")
c = gettext(variable)
d = f"{translation.gettext('Inside')} {_('In place of %(n)s') % {'n': n}}"
"""
TEMPLATE = """{% load i18n %}<p>It's nothing to translate</p>
{% translate "Shown (here)" %} {% include "x.html" with label=_("A label, it's one") %}
{% blocktranslate trimmed count n=n %}One {{ n }}
  thing{% plural %}{{ n }} things{% endblocktranslate %}
{% translate 'March' context "month" %}
{% comment %}{% translate "Left out" %}{% endcomment %}
"""


@pytest.fixture
def root(tmp_path):
    for app in translations.APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "templates").mkdir()
    return tmp_path


def test_texts_of_python_are_found(root):
    (root / "grants" / "models.py").write_text(PYTHON)
    assert list(translations.wanted(root)) == [
        Text("Plain"),
        Text("In two parts"),
        Text("%(n)d day", "%(n)d days"),
        Text("May", "", "month"),
        Text("Inside"),
        Text("In place of %(n)s"),
    ]


def test_texts_of_templates_are_found(root):
    (root / "templates" / "page.html").write_text(TEMPLATE)
    assert list(translations.wanted(root)) == [
        Text("Shown (here)"),
        Text("A label, it's one"),
        Text("One %(n)s thing", "%(n)s things"),
        Text("March", "", "month"),
    ]


def test_texts_of_migrations_do_not_count(root):
    (root / "grants" / "migrations").mkdir()
    (root / "grants" / "migrations" / "0001_initial.py").write_text('x = _("Old")')
    assert translations.wanted(root) == {}


def test_complaints_name_what_is_missing_obsolete_or_uncertain(root):
    (root / "grants" / "models.py").write_text('x = _("New"), _("Done"), _("Unsure"), _("Blank")')
    catalog = Catalog(locale="ja")
    catalog.add("Done", "済み")
    catalog.add("Unsure", "たぶん", flags=["fuzzy"])
    catalog.add("Blank", "")
    catalog.add("Gone", "なし")
    assert translations.complaints(root, catalog) == [
        "not translated: 'Blank'",
        "not translated: 'New'",
        "not translated: 'Unsure'",
        "used nowhere: 'Gone'",
    ]


def test_complaints_name_a_placeholder_that_was_lost(root):
    (root / "grants" / "models.py").write_text('x = _("%(n)s yen")')
    catalog = Catalog(locale="ja")
    catalog.add("%(n)s yen", "%(m)s円", flags=["python-format"])
    assert len(translations.complaints(root, catalog)) == 1


def test_a_singular_is_served_by_the_plural_of_the_same_words(root):
    (root / "grants" / "models.py").write_text('x = _("day"), ngettext("day", "days", n)')
    assert list(translations.wanted(root)) == [Text("day", "days")]


def test_update_keeps_what_is_translated_and_settles(root):
    (root / "grants" / "models.py").write_text(
        'x = _("New"), ngettext("%(n)d day", "%(n)d days", n)'
    )
    path = root / "locale" / "django.po"
    catalog = Catalog(locale="ja", fuzzy=False)
    catalog.add(("%(n)d day", "%(n)d days"), ["%(n)d日"])
    catalog.add("Gone", "なし")
    translations.write(path, translations.update(root, catalog))
    first = path.read_bytes()
    catalog = translations.read(path)
    assert translations.complaints(root, catalog) == ["not translated: 'New'"]
    translations.write(path, translations.update(root, catalog))
    assert path.read_bytes() == first


@pytest.fixture(scope="module")
def japanese():
    return translations.read(translations.CATALOG)


def test_every_text_has_its_japanese(japanese):
    assert translations.complaints(translations.ROOT, japanese) == []


def test_the_japanese_keeps_every_placeholder(japanese):
    lost = [
        message.id
        for message in japanese
        if message.id and placeholders(japanese_of(message)) != placeholders(english_of(message))
    ]
    assert lost == []


def test_the_japanese_is_compiled(japanese, tmp_path):
    path = tmp_path / "django.mo"
    with path.open("wb") as file:
        write_mo(file, japanese)
    with path.open("rb") as file:
        compiled = GNUTranslations(file)
    assert compiled.gettext("Submitted") == "提出済み"
    assert compiled.ngettext("%(days)d day left", "%(days)d days left", 1) == "あと%(days)d日"


def english_of(message):
    return message.id[-1] if message.pluralizable else message.id


def japanese_of(message):
    return message.string[0] if message.pluralizable else message.string


def placeholders(text):
    return sorted(set(re.findall(r"%\(\w+\)[ds]|\{\w+\}", text)))
