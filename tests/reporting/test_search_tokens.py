"""Tokens and questions: pure rules."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.search.excerpts import SHOWN, excerpt, marked
from reporting.search.questions import MOST_WORDS, words_of
from reporting.search.tokens import fold, fold_with_places, runs_of, tokens_of

LETTERS = st.text("髙鐮倉ﾏﾂﾘﾊﾞガか゛ヶケぁ々ー①ＮpO5５ 　・。㈱\ufe00\nÉß", max_size=20)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("。、・ 　\n", []),
        ("市", ["市"]),
        ("防災", ["防災", "災"]),
        ("防災訓練", ["防災", "災訓", "訓練", "練"]),
        ("防災。訓練", ["防災", "災", "訓練", "練"]),  # no bigram runs over a full stop
        ("防災　訓練", ["防災", "災訓", "訓練", "練"]),  # a blank between letters is taste
        ("防災\n訓練", ["防災", "災", "訓練", "練"]),
        ("ＮＰＯ法人", ["npo", "法人", "人"]),
        ("ﾏﾂﾘ", ["まつ", "つり", "り"]),
        ("ガﾞｶﾞ", ["が", "が"]),  # a mark that joins nothing is no letter
        ("鐮倉", ["鎌倉", "倉"]),
        ("令和５年度", ["令和", "和", "5", "年度", "度"]),
        ("1,200人", ["1", "200", "人"]),
        ("七里ヶ浜", ["七里", "里け", "け浜", "浜"]),
        ("A4 Café", ["a", "4", "caf", "é"]),
        ("葛\U000e0100城", ["葛城", "城"]),
    ],
)
def test_text_becomes_these_tokens(text, tokens):
    assert tokens_of(text) == tokens


@given(LETTERS)
def test_folding_with_places_gives_what_folding_gives(text):
    folded = fold_with_places(text)

    assert folded.text == "".join(map(fold, _clusters(text)))
    assert len(folded.spans) == len(folded.text)
    assert all(0 <= start < end <= len(text) for start, end in folded.spans)
    assert runs_of(folded.text) == runs_of(fold(text))


def _clusters(text: str) -> list[str]:
    """Cut the text before every letter that is no mark of the one before it."""
    cuts = [
        place
        for place, sign in enumerate(text)
        if place == 0 or not (unicodedata.category(sign) == "Mn" or sign in "ﾞﾟ")
    ]
    ends = [*cuts[1:], len(text)][: len(cuts)]
    return [text[start:end] for start, end in zip(cuts, ends, strict=True)]


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("", []),
        ("・ 。", []),
        ("防災", [[("防災",)]]),
        ("防災　訓練", [[("防災",)], [("訓練",)]]),
        ("防災 防災", [[("防災",)]]),
        ("「防災 訓練」", [[("防災訓練",)]]),
        ('"a b" c', [[("a", "b")], [("c",)]]),
        ('"防災', [[("防災",)]]),  # a quotation that nobody closed
        ("防災・減災", [[("防災", "減災")]]),
        ("特非鎌倉", [[("特非鎌倉",)]]),
        ("NPO法人鎌倉", [[("npo", "法人鎌倉"), ("特定非営利活動法人鎌倉",), ("特非鎌倉",), ("鎌倉",)]]),
        ("ＮＰＯ法人の支援", [[("npo", "法人の支援"), ("特定非営利活動法人の支援",), ("特非の支援",)]]),
        ("鎌倉会㈱", [[("鎌倉会", "株"), ("鎌倉会",)]]),
    ],
)  # fmt: skip
def test_question_wants_these_phrases(question, phrases):
    wanted = [[phrase.runs for phrase in word.phrases] for word in words_of(question)]

    assert wanted == phrases


def test_question_without_end_is_cut():
    assert len(words_of(" ".join(f"w{number}" for number in range(99)))) == MOST_WORDS


@given(LETTERS)
def test_no_question_breaks_and_none_wants_what_is_no_token(question):
    for word in words_of(question):
        for phrase in word.phrases:
            assert [term.token for term in phrase.terms] != []
            assert all(term.token.isalnum() for term in phrase.terms)


@pytest.mark.parametrize(
    ("text", "question", "html"),
    [
        ("防災の日", "防災", "<mark>防災</mark>の日"),
        ("ﾏﾂﾘの会", "まつり", "<mark>ﾏﾂﾘ</mark>の会"),
        ("ﾊﾞｻﾞｰ", "バザー", "<mark>ﾊﾞｻﾞｰ</mark>"),
        ("鐮倉市", "鎌倉", "<mark>鐮倉</mark>市"),
        ("㈱鎌倉", "鎌倉", "㈱<mark>鎌倉</mark>"),
        ("防災防災", "防災", "<mark>防災防災</mark>"),
        ("<b>防災</b>", "防災", "&lt;b&gt;<mark>防災</mark>&lt;/b&gt;"),
        ("ＮＰＯとNPOs", "npo", "<mark>ＮＰＯ</mark>と<mark>NPOs</mark>"),
        ("25人と5人", "5", "25人と<mark>5</mark>人"),
        ("防災　訓練", "防災訓練", "<mark>防災　訓練</mark>"),
        ("川", "防災", "川"),
    ],
)
def test_what_was_found_is_marked_and_the_rest_is_escaped(text, question, html):
    assert str(marked(text, words_of(question))) == html


def test_excerpt_shows_the_words_in_their_place():
    text = "あ" * 300 + "<防災>" + "い" * 300

    shown = str(excerpt(text, words_of("防災")))

    assert "あ&lt;<mark>防災</mark>&gt;い" in shown
    assert shown.startswith("…あ") and shown.endswith("い…")
    assert len(shown.replace("<mark>", "").replace("</mark>", "")) < SHOWN + 20


def test_excerpt_of_a_text_without_the_words_is_its_beginning():
    assert str(excerpt("川の会", words_of("防災"))) == "川の会"
