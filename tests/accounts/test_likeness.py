import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.likeness import LEGAL_FORMS, likely_same, likeness, name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("NPO法人 みどりの会", "みどりの会"),
        ("ＮＰＯ法人みどりの会", "みどりの会"),
        ("特定非営利活動法人みどりの会", "みどりの会"),
        ("認定特定非営利活動法人 みどりの会", "みどりの会"),
        ("(特非)みどりの会", "みどりの会"),
        ("㈱みどり", "みどり"),
        ("一般社団法人・ミドリ", "みどり"),
        ("ﾐﾄﾞﾘの会", "みどりの会"),
        ("Green　Kids!", "greenkids"),
        ("ユース会議", "ゆーす会議"),
        ("NPO法人", "npo法人"),
        ("", ""),
        ("・・・", ""),
    ],
)
def test_key_drops_what_spelling_leaves_to_taste(name, key):
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("one", "other", "likely"),
    [
        ("NPO法人みどりの会", "みどりの会", True),
        ("みどりの会", "ミドリノ会", True),
        ("海辺の清掃ボランティア", "海辺清掃ボランティア", True),
        ("海辺の清掃ボランティア", "山の清掃ボランティア", False),
        ("みどりの会", "あおぞら子ども食堂", False),
        ("", "", False),
        ("・", "・", False),
    ],
)
def test_likely_names_are_told_from_others(one, other, likely):
    assert (likely_same(one, [(1, other)]) == [1]) is likely


def test_likeliest_comes_first():
    others = [(1, "海辺清掃ボランティア"), (2, "海辺の清掃ボランティア"), (3, "囲碁クラブ")]

    assert likely_same("海辺の清掃ボランティア", others) == [2, 1]


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_bounded(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1


@given(st.text(alphabet="あいうえおアイウかき漢字abc", min_size=1, max_size=20))
def test_legal_form_makes_no_difference(name):
    assert {name_key(form + name) for form in LEGAL_FORMS} == {name_key(name)}
