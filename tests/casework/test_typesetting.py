"""Letters: what the PDF says, how it looks to a machine, and that nothing in the data breaks it."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import typesetting
from casework.letters import pages_of
from casework.typesetting import typeset
from tests.pdf_text import pdf_text

ITEMS = [{"label": "事業名", "value": "海辺の多世代交流カフェ"}]
MONEY = {
    "columns": ["費目", "説明", "金額（円）"],
    "rows": [["負担金", "市", 1000000], ["自己資金", None, 200000]],
    "total": ["計", None, 1200000],
}
SECTIONS = [
    {"heading": "目的", "paragraphs": ["出会う場をつくる。"]},
    {"heading": "経費", "table": MONEY},
]

LETTER = {
    "symbol": "見本第12号",
    "issued": "令和8年11月21日",
    "addressee": {
        "organization": "特定非営利活動法人見本の会",
        "title": "理事長",
        "name": "𠮷田　﨑子",
        "honorific": "様",
    },
    "sender": {"title": "見本市長", "name": "見本　太郎"},
    "title": "交付決定通知書",
    "paragraphs": ["下記のとおり決定したので通知します。"],
}
FORM = {
    "title": "海辺の多世代交流カフェ",
    "issued": "令和8年5月20日",
    "items": ITEMS,
    "sections": SECTIONS,
}
DATA = {
    "letter": LETTER,
    "agreement": {
        "title": "年度協定書",
        "paragraphs": ["次のとおり協定を締結する。"],
        "articles": [
            {"heading": "目的", "paragraphs": ["対等の立場で協働する。", "変更は協議する。"]}
        ],
        "parties": [
            {"mark": "甲", "organization": "見本市", "title": "市長", "name": "見本　太郎"},
            {"mark": "乙", "organization": "見本の会", "title": "理事長", "name": "𠮷田　﨑子"},
        ],
        "roles": [{"party": "乙", "tasks": ["企画", "運営"]}],
        "cost_shares": MONEY,
    },
    "proposal": {**FORM, "organization": "見本の会", "income": MONEY, "expenditure": MONEY},
    "collaboration_report": {**FORM, "department": "見本課"},
    "claim": {
        "title": "請求書",
        "issued": "令和8年11月21日",
        "to": "見本市長",
        "group": "見本の会",
        "head": {"title": "代表", "name": "見本 花"},
        "amount": "30,000円",
        "items": ITEMS,
    },  # fmt: skip
    "committee": {
        "title": "審査会資料",
        "issued": "令和8年11月21日",
        "note": "事務局用",
        "items": ITEMS,
        "parts": [
            {"heading": "議題1", "items": ITEMS, "sections": SECTIONS, "room": 3, "new_page": True}
        ],
        "draft": True,
    },
    "progress": {
        "title": "進捗状況一覧",
        "note": "令和8年11月21日現在",
        "summary": "達成状況",
        "items": ITEMS,
        "heading": "施策",
        "columns": ["No", "内容", "重点", "状況", "実績", "次期", "理由"],
        "rows": [["（1）柱"], ["1", "施策", "【Ⅰ】", "済", "実績", "○", "理由"]],
    },
}
SHEET = {
    "day": "令和8年11月21日",
    "address": ["〒999-0000", "見本市架空町1-2", "見本の会　御中"],
    "subject": "期限のお知らせ",
    "paragraphs": ["期限は、令和8年12月1日です。"],
    "number": "S-2026-001",
    "letter": [],
    "letter_title": "",
    "pages": 0,
}
TEMPLATES = pytest.mark.parametrize("template", DATA)


def letter(**fields) -> str:
    return pdf_text(typeset("letter", {**LETTER, **fields}))


def test_every_template_has_an_example_here():
    assert set(DATA) == set(typesetting.TEMPLATES) - typesetting.FOR_THE_PRINTER


@TEMPLATES
def test_pdf_is_archivable_and_tagged(template):
    pdf = typeset(template, DATA[template])

    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/MarkInfo<</Marked true" in pdf and b"/StructTreeRoot" in pdf
    assert b"/Lang(ja-JP)" in pdf


@TEMPLATES
def test_same_data_give_the_same_bytes(template):
    assert typeset(template, DATA[template]) == typeset(template, dict(DATA[template]))


@TEMPLATES
def test_every_required_field_is_asked_for(template):
    for key in typesetting.TEMPLATES[template].__required_keys__:
        with pytest.raises(ValueError, match=f"needs {key}"):
            typeset(template, {**DATA[template], key: None})


def test_date_of_the_pdf_is_the_day_of_issue():
    issued = datetime(2026, 11, 20, 15, tzinfo=UTC).isoformat()

    assert issued.encode() in typeset("letter", LETTER)
    assert b"1970-01-01T00:00:00" in typeset("letter", {**LETTER, "issued": "（施行日）"})


def test_unknown_template_is_named():
    with pytest.raises(LookupError, match="no template ransom; there are letter"):
        typeset("ransom", {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"addressee": {"organization": "見本の会"}}, "honorific"),
        ({"items": "事業名"}, "do not fit the template letter"),
        ({"table": {**MONEY, "rows": [["負担金"]]}}, "a cell too many or too few"),
        ({"table": {**MONEY, "rows": [["負担金", "", 1, 2]]}}, "a cell too many or too few"),
        ({"table": {**MONEY, "total": ["計", 1]}}, "a cell too many or too few"),
    ],
)
def test_data_of_the_wrong_shape_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        typeset("letter", {**LETTER, **fields})


def test_plain_letter_says_only_what_it_was_given():
    assert letter() == (
        "見本第12号令和8年11月21日特定非営利活動法人見本の会　理事長　𠮷田　﨑子　様"
        "見本市長　見本　太郎交付決定通知書下記のとおり決定したので通知します。"
    )


def test_full_letter_says_everything_in_order():
    text = letter(
        seal="omitted",
        items=[*ITEMS, {"label": "交付決定額", "value": "金300,000円"}],
        table=MONEY,
        notice_text="審査請求をすることができます。",
        contact="見本課\n電話 000",
    )

    assert text.endswith(
        "見本　太郎（公印省略）交付決定通知書下記のとおり決定したので通知します。"
        "記1事業名海辺の多世代交流カフェ2交付決定額金300,000円"
        "費目説明金額（円）負担金市1,000,000自己資金200,000計1,200,000以上"
        "審査請求をすることができます。（事務担当）見本課電話 000"
    )


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_optional_field_leaves_no_trace(empty):
    fields = ("symbol", "seal", "notice_text", "contact", "table")

    assert letter(**dict.fromkeys(fields, empty), items=[]) == letter(symbol=None)


def test_official_seal_has_room():
    assert "見本　太郎公印交付決定通知書" in letter(seal="official")


def test_draft_is_marked_on_every_page():
    rows = [[str(n), None, n] for n in range(100)]

    assert letter(draft=True, table={**MONEY, "rows": rows}).count("案") > 1
    assert "案" not in letter(draft=False)


def test_department_is_addressed_without_a_person():
    to = {"organization": "見本課", "title": "", "name": "", "honorific": "御中"}

    assert "日見本課　御中見本市長" in letter(addressee=to)


def test_long_table_runs_over_pages_with_its_head_and_page_numbers():
    rows = [[f"団体{n}", "事業" * (n % 20), n * 1000] for n in range(1, 101)]
    text = letter(table={**MONEY, "rows": rows})
    pages = text.count("費目説明金額（円）")

    assert pages > 1
    assert f"1 / {pages}" in text and f"{pages} / {pages}" in text
    assert all(f"団体{n}" in text for n in range(1, 101))


def test_one_page_has_no_page_number():
    assert "/" not in letter()


def test_long_titles_names_and_addresses_are_printed_whole():
    title, name, url = "鎌倉" * 100, "山田ヴィクトリア" * 8, "https://example.jp/" + "abc" * 100
    text = letter(title=title, addressee={**LETTER["addressee"], "name": name}, paragraphs=[url])

    assert title in text and name in text and url in text


def test_word_without_spaces_is_broken_at_the_margin():
    assert letter(paragraphs=["https://example.jp/" + "abc" * 1000]).endswith("2 / 2")


def test_markup_in_data_is_only_text():
    text = letter(paragraphs=["*太字* #panic() [x] $x$ `y` \\ @z // <a>"])

    assert text.endswith("*太字* #panic() [x] $x$ `y` \\ @z // <a>")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("𠮷﨑", "𠮷﨑"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("エール🎉", "エール〓"),
        ("👨\u200d👩", "〓〓"),
        ("们", "〓"),
        ("\ue000", "〓"),
        ("あ\x00\x07い\ufeff", "あい"),
        ("あ\u202eい", "あい"),
        ("一行目\r\n二行目", "一行目二行目"),
    ],
)
def test_characters_the_font_lacks_do_not_stop_a_letter(given, shown):
    assert letter(paragraphs=[given]).endswith(f"交付決定通知書{shown}")


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (-48800, "−48,800"), (123456789, "123,456,789")],
)
def test_numbers_in_tables_have_separators(number, shown):
    table = {"columns": ["区分", "円"], "rows": [["返還額", number]]}

    assert letter(table=table).endswith(f"返還額{shown}以上")


tricky = st.sampled_from("葛𠮷﨑か\u3099〓 　\n\t\ufe0f\U000e0100\u200d\u20e3\u0301🎉한ع")


@settings(max_examples=60)
@given(st.text(max_size=60) | st.text(tricky, max_size=20))
def test_any_text_makes_a_letter(text):
    fields = {"paragraphs": [text], "items": [{"label": text, "value": text}], "contact": text}

    assert typeset("letter", {**LETTER, **fields}).startswith(b"%PDF")


def test_agreement_has_articles_signatures_and_annexes():
    text = pdf_text(typeset("agreement", DATA["agreement"]))

    assert "（目的）第1条　対等の立場で協働する。2　変更は協議する。" in text
    assert "　　　　年　　月　　日甲見本市市長　見本　太郎印乙見本の会理事長　𠮷田　﨑子印" in text
    assert "別表第1　役割分担区分役割乙・企画・運営別表第2　費用分担" in text


def test_agreement_leaves_room_for_a_signer_not_known_yet():
    group = {"mark": "乙", "organization": "見本の会", "title": "", "name": ""}
    bare = {**DATA["agreement"], "parties": [group], "roles": [], "cost_shares": None}
    text = pdf_text(typeset("agreement", bare))

    assert text.endswith("乙見本の会印")


def test_agreement_prints_the_day_it_was_concluded():
    text = pdf_text(typeset("agreement", {**DATA["agreement"], "concluded": "令和9年4月1日"}))

    assert "令和9年4月1日甲" in text


def test_proposal_shows_its_money_and_measures():
    measures = [{"code": "3-2", "title": "協働の場づくり", "how": "交流会を開く。"}]
    data = {**DATA["proposal"], "number": "受付番号 7", "measures": measures}
    text = pdf_text(typeset("proposal", data))

    assert text.startswith("受付番号 7令和8年5月20日見本の会提案書海辺の多世代交流カフェ")
    assert re.search("収入費目.*計1,200,000支出費目.*計1,200,000関係する指針の取組", text)
    assert "3-2協働の場づくり交流会を開く。" in text


def test_report_is_named_and_signed_by_the_department():
    text = pdf_text(typeset("collaboration_report", DATA["collaboration_report"]))

    assert text.startswith("令和8年5月20日見本課協働事業報告書海辺の多世代交流カフェ事業名")
    assert "目的出会う場をつくる。経費費目" in text


# What is printed for the post


def post(*sheets: dict) -> bytes:
    data = {"title": "郵送する通知", "from": ["見本市"], "contact": "電話 000", "sheets": sheets}
    return typeset("post", data)


def test_sheet_bears_the_address_first_and_all_of_its_words():
    text = pdf_text(post(SHEET))

    assert text.startswith("〒999-0000見本市架空町1-2見本の会　御中")
    for word in ("見本市", "S-2026-001", "期限のお知らせ", "令和8年12月1日", "電話000"):
        assert word in text.replace(" ", "")


def test_letter_follows_its_sheet_page_by_page():
    pdf = typeset("letter", {**LETTER, "paragraphs": ["長い文章。" * 900]})
    pages = pages_of(pdf)
    sheet = {**SHEET, "letter": list(pdf), "letter_title": LETTER["title"], "pages": pages}

    assert pages > 1
    assert pages_of(post(sheet)) == 1 + pages


def test_two_groups_never_share_a_sheet_of_paper():
    """A group's pages are filled up to a whole sheet, except at the end of the batch."""
    assert pages_of(post(SHEET)) == 1
    assert pages_of(post(SHEET, SHEET, SHEET)) == 5


def test_sheet_without_office_and_contact_leaves_no_trace_of_them():
    pdf = typeset("post", {"title": "x", "from": [], "contact": "", "sheets": [SHEET]})

    assert "事務担当" not in pdf_text(pdf)
