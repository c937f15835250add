"""What a group files as PDF and as Word: the same content, read back from both."""

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from docx import Document

from accounts.models import Role
from casework.models import Case
from casework.word import DOCX
from tests import factories
from tests.casework.cases import filed, group_of, sent_back
from tests.factories import NOON
from tests.grants import papers
from tests.pdf_text import pdf_text
from tests.reporting import makers

pytestmark = pytest.mark.django_db


def words_of(docx: bytes) -> str:
    """Return the text of a DOCX in the order of the page, without spaces."""
    paper = Document(io.BytesIO(docx))
    found = []
    for part in paper.element.body.iter():
        if part.tag.endswith("}t"):
            found.append(part.text)
    return "".join("".join(found).split())


def both(client, case: Case, name: str) -> list[str]:
    """Return the text of the PDF and of the DOCX of a form, without spaces."""
    pdf = client.get(reverse(f"grants:{name}-pdf", args=[case.pk]))
    docx = client.get(reverse(f"grants:{name}-docx", args=[case.pk]))
    assert (pdf["Content-Type"], docx["Content-Type"]) == ("application/pdf", DOCX)
    return ["".join(pdf_text(pdf.content).split()), words_of(docx.content)]


def test_proposal_says_the_same_in_pdf_and_word(as_person):
    proposal = filed()

    for text in both(as_person(group_of(proposal)), proposal, "proposal"):
        said = (
            "提案書",
            proposal.title,
            "目的",
            "市の補助",
            "80,000",
            "100,000",
            "活動の場をつくる",
        )
        assert [words for words in (*said, proposal.number) if words not in text] == []


def test_draft_is_marked_as_one(as_person):
    draft = factories.draft()

    assert "提案書（案）" in both(as_person(group_of(draft)), draft, "proposal")[1]


def test_supplement_that_is_being_written_is_marked_as_a_draft(as_person):
    factories.sender()
    proposal = sent_back()

    assert "提案書（案）" in both(as_person(group_of(proposal)), proposal, "proposal")[1]


def test_application_says_the_same_in_pdf_and_word(as_person):
    factories.sender()
    office = factories.user(Role.OFFICE)
    year = papers.planned_year(office)

    for text in both(as_person(office), year, "year"):
        said = ("交付申請書", year.title, "内容", "令和8年11月1日", "市の補助", "80,000円", "印刷")
        assert [words for words in said if words not in text] == []


def test_application_is_printed_as_it_was_sent_whatever_was_changed_since(as_person):
    lines = [
        factories.line("income", "市の補助", 60_000, from_city=True),
        factories.line("expenditure", "会場", 60_000),
    ]
    year = makers.granted_year()
    change = factories.changed(
        year, "approve", lines=lines, content="別の内容", ends_on=date(2027, 2, 28),
        at=NOON + timedelta(days=3), facts={"granted_yen": 60_000},
    )  # fmt: skip
    assert change.state == "approved"

    for text in both(as_person(group_of(change)), year, "year"):
        assert [said for said in ("令和9年1月31日", "印刷", "80,000円") if said not in text] == []
        assert [said for said in ("会場", "別の内容", "令和9年2月28日") if said in text] == []


def test_claim_says_the_same_in_pdf_and_word(as_person):
    claim = factories.claimed(makers.granted_year(), amount_yen=50_000)

    for text in both(as_person(factories.user(Role.OFFICE)), claim, "claim"):
        said = (
            "請求書",
            claim.project_year.title,
            claim.organization.name,
            "50,000円",
            "準備のため",
            "登録済みの口座",
        )
        assert [words for words in said if words not in text] == []


def test_request_for_a_change_says_the_same_in_pdf_and_word(as_person):
    lines = [
        factories.line("income", "市の補助", 60_000, from_city=True),
        factories.line("expenditure", "会場", 60_000),
    ]
    change = factories.changed(makers.granted_year(), lines=lines)

    for text in both(as_person(group_of(change)), change, "change"):
        said = (
            "変更承認申請書",
            change.number,
            "事情が変わった",
            "80,000円",
            "変更前",
            "会場",
            "60,000",
            "印刷",
        )
        assert [words for words in said if words not in text] == []


@pytest.mark.parametrize(
    ("asks_for", "told", "document", "said"),
    [
        ("end", {"ends_on": date(2026, 12, 20)}, "中止承認申請書", "令和8年12月20日"),
        ("postpone", {"to_fiscal_year": 2027}, "延期承認申請書", "令和9年度"),
    ],
)
def test_request_to_end_or_to_postpone_has_no_budget(as_person, asks_for, told, document, said):
    change = factories.changed(
        makers.granted_year(), asks_for=asks_for, ground="own_wish", lines=[], **told
    )

    for text in both(as_person(group_of(change)), change, "change"):
        assert [words for words in (document, said, "団体の事情") if words not in text] == []
        assert "支出" not in text
