"""The table of old forms of kanji gives each its one new form."""

import csv
import unicodedata

import pytest

from accounts.old_kanji import OLD_KANJI, new_forms


def test_table_of_old_kanji_gives_each_one_form_and_no_chain():
    rows = list(csv.DictReader(OLD_KANJI.read_text(encoding="utf-8").splitlines()))
    forms = [row["form"] for row in rows]
    variants = [sign for row in rows for sign in row["variants"]]

    assert len(variants) == len(set(variants))
    assert len(forms) == len(set(forms))
    assert not set(forms) & set(variants)
    assert all(len(form) == 1 for form in forms)
    # What NFKC changes would never be looked up.
    assert [s for s in variants if unicodedata.normalize("NFKC", s) != s] == []


@pytest.mark.parametrize(
    ("old", "new"), [("鐮倉", "鎌倉"), ("亂", "乱"), ("髙齋", "高斉"), ("防災", "防災")]
)
def test_old_form_becomes_the_new_one(old, new):
    assert old.translate(new_forms()) == new
