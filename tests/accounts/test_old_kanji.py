"""The table of old forms of kanji gives each its one new form."""

import csv
import unicodedata
from pathlib import Path

import pytest

from accounts.old_kanji import OWN_FORMS, library_form, new_forms

#: Forms that were one before there was a library in it, and stay so, whatever the library does.
ONE = Path(__file__).parent / "kanji_that_are_one.csv"


def _rows(path: Path) -> list[dict]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_each_form_has_one_new_form_and_no_chain():
    table = new_forms()

    assert len(table) > len(_rows(OWN_FORMS))
    assert all(len(form) == 1 for form in table.values())
    assert [form for form in table.values() if ord(form) in table] == []


def test_own_table_holds_what_the_library_lacks_and_nothing_else():
    rows = _rows(OWN_FORMS)
    variants = [sign for row in rows for sign in row["variants"]]

    assert "鐮" in variants and "邉" in variants
    assert [sign for sign in variants if library_form(sign) != sign] == []
    assert len(variants) == len(set(variants))
    assert len({row["form"] for row in rows}) == len(rows)
    # What NFKC changes would never be looked up.
    assert [s for s in variants if unicodedata.normalize("NFKC", s) != s] == []


def test_forms_that_were_one_still_are():
    pairs = [(old, row["form"]) for row in _rows(ONE) for old in row["variants"]]
    table = new_forms()

    assert len(pairs) == 450
    assert [(old, new) for old, new in pairs if old.translate(table) != new.translate(table)] == []


def test_library_and_own_table_work_together():
    # 齋 is 斎 to the library, which is 斉 to us.
    assert library_form("齋") == "斎"
    assert "齋斎斉".translate(new_forms()) == "斉斉斉"


@pytest.mark.parametrize(
    ("old", "new"), [("鐮倉", "鎌倉"), ("亂", "乱"), ("髙齋", "高斉"), ("防災", "防災")]
)
def test_old_form_becomes_the_new_one(old, new):
    assert old.translate(new_forms()) == new
