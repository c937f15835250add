"""When two names read alike, and what connects a member with a group: rules without a database."""

import jaconv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.services.erasing import ERASED_NAME
from reviews.conflict_grounds import (
    Applicant,
    Ground,
    Person,
    grounds_for,
    last_successors,
    names_of,
    normal_form,
)

#: Invented names; what stands in one row is one person's name, written as forms write it.
ALIKE = [
    ("髙橋 一郎", "高橋一郎"),
    ("山﨑花子", "山崎　花子"),
    ("山嵜花子", "山崎花子"),
    ("渡邉 太郎", "渡辺太郎"),
    ("渡邊太郎", "渡辺 太郎"),
    ("渡邉\U000e0102太郎", "渡邉太郎"),
    ("齋藤さくら", "斎藤さくら"),
    ("齊藤さくら", "斉藤さくら"),
    ("齋藤さくら", "斉藤さくら"),
    ("澤田 眞一", "沢田真一"),
    ("廣瀨 惠", "広瀬恵"),
    ("濵口龍", "浜口竜"),
    ("𠮷田 實", "吉田実"),
    ("佐佐木 學", "佐々木学"),
    ("ｻｲﾄｳ ｻｸﾗ", "さいとう さくら"),
    ("ﾀﾞﾃ ｼﾞｭﾝ", "ダテ ジュン"),
    ("ジユン", "じゅん"),
    ("ヰノウヱ", "いのうえ"),
    ("ＡＢＥ　Taro", "abe taro"),
]
DIFFERENT = [
    ("高橋一郎", "高橋二郎"),
    ("渡辺太郎", "渡部太郎"),
    ("佐藤", "佐藤花子"),
    ("さいとう", "さいどう"),
    ("", ""),
    ("　", " "),
    (ERASED_NAME, ERASED_NAME),
]
KANA = st.text(st.characters(min_codepoint=ord("ァ"), max_codepoint=ord("ヴ")), max_size=12)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_read_alike_however_they_are_written(one, other):
    assert names_of(one) & names_of(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_names_and_names_that_are_not_there_do_not(one, other):
    assert not names_of(one) & names_of(other)


@given(KANA)
def test_kana_reads_alike_in_any_width_and_set(name):
    assert normal_form(name) == normal_form(jaconv.kata2hira(name))
    assert normal_form(name) == normal_form(jaconv.z2h(name))


@given(st.text("髙﨑渡邉辺斎齋 　々アｱﾞﾟァゎゐーAbＣ1・", max_size=12))
def test_normal_form_of_a_normal_form_is_itself(name):
    assert normal_form(normal_form(name)) == normal_form(name)


PERSON = Person(
    user=1, names=names_of("髙橋 花"), addresses=frozenset({"hana@example.jp"}),
    departments=frozenset({7}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("what", "grounds"),
    [
        ({}, []),
        ({"address": ""}, []),
        ({"address": "other@example.jp"}, []),  # the same domain is no ground
        ({"address": "hana@example.jp"}, [Ground("address", 5)]),
        ({"department": 7}, [Ground("department", 7)]),
        ({"department": 8}, []),
        ({"members": ((3, 1, names_of("高橋花")),)}, [Ground("member", 3)]),
        ({"members": ((3, 2, names_of("高橋花")),)}, [Ground("writer", 3)]),
        ({"members": ((3, 2, names_of("田中花")),)}, []),
        ({"invited": ((4, "hana@example.jp"),)}, [Ground("invited", 4)]),
        ({"named": (("officer", 9, names_of("高橋花", "たかはしはな")),)}, [Ground("officer", 9)]),
        ({"named": (("officer", 9, names_of("", "")),)}, []),
        (
            {"department": 7, "named": (("pledge", 2, names_of("高橋 花")),)},
            [Ground("department", 7), Ground("pledge", 2)],
        ),
    ],
)
def test_grounds_are_what_the_rows_say_and_nothing_that_is_not_set(what, grounds):
    assert grounds_for(PERSON, Applicant(organization=5, **what)) == grounds


def test_kana_of_an_officer_counts_where_the_member_is_known_by_kana_only():
    person = Person(user=1, names=names_of("タカハシ ハナ"), addresses=frozenset())
    group = Applicant(5, named=(("officer", 9, names_of("高橋花", "たかはし はな")),))

    assert grounds_for(person, group) == [Ground("officer", 9)]


def test_department_is_looked_for_under_its_last_name():
    assert last_successors([(1, 2), (2, 3), (3, None), (4, None)]) == {1: 3, 2: 3, 3: 3, 4: 4}
    assert last_successors([(1, 2), (2, 1)]) == {1: 2, 2: 1}  # a slip in the table ends
