"""Whatever is decided about a group's case reaches the group as a formal letter."""

from datetime import timedelta

import pytest

from accounts.models import Membership, Role
from casework import letters
from casework.models import Notice
from casework.models.case import KINDS
from casework.moves import form_for
from casework.services import advance
from tests import factories
from tests.casework.cases import in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Kinds of cases that are not a group's, so that nothing about them is told to one.
NOT_OF_A_GROUP = {"approval", "score_sheet", "collaboration_report"}
#: Moves of a group's case that say their end to nobody, and why.
SAID_OTHERWISE = {
    ("proposal", "pass_up"): "the group itself declines the place",
}


def decisive() -> list[tuple[str, str]]:
    """Every move by approval of a group's case, and every move that ends one badly."""
    return sorted(
        (kind, move.verb)
        for kind, model in KINDS.items()
        if kind not in NOT_OF_A_GROUP
        for move in model.flow.values()
        if move.by_approval or ends_badly(model.flow, move)
    )


def ends_badly(flow, move) -> bool:
    stage = flow.stages.get(move.target)
    return stage is not None and stage.final and stage.tone == "bad"


@pytest.mark.parametrize(("kind", "verb"), decisive(), ids=map(".".join, decisive()))
def test_decision_about_a_groups_case_sends_a_letter_to_the_group(kind, verb):
    letter = letters.sent_by(KINDS[kind](), verb)

    if (kind, verb) in SAID_OTHERWISE:
        assert letter is None
    else:
        assert letter is not None and letter.to == "organization"


def test_kinds_of_cases_are_a_groups_or_not():
    assert set(KINDS) - NOT_OF_A_GROUP == {"proposal", "project_year", "report"}
    assert set(SAID_OTHERWISE) <= set(decisive())


def said(case, kind: str) -> str:
    """Return what the newest letter says, which must be of ``kind``, and of which the group knows."""
    letter = case.letters.order_by("-pk").first()
    assert letter.kind == kind
    assert letter.notices.exists()
    items = [f"{row['label']}：{row['value']}" for row in letter.data["items"]]
    return "\n".join([letter.title, *letter.data["paragraphs"], *items])


@pytest.fixture
def second_year():
    makers.sender()
    proposal = makers.ready_proposal("collaboration", office=factories.user(Role.OFFICE), years=2)
    return proposal.project_years.get(position=2)


@pytest.mark.parametrize(
    ("verb", "kind", "title"),
    [
        ("not_continue", "not_continued", "事業継続不可通知書"),
        ("not_fund", "not_funded", "予算不成立通知書"),
    ],
)
def test_year_that_does_not_come_is_told_with_the_reason(second_year, verb, kind, title):
    text = said(factories.approved(second_year, verb, reason="予算の都合"), kind)

    assert title in text and "理由：予算の都合" in text


def test_letters_of_a_group_on_paper_go_by_post(second_year):
    Membership.objects.filter(organization=second_year.organization).delete()

    factories.approved(second_year, "not_fund", reason="予算の都合")

    sent = Notice.objects.filter(case_id=second_year.pk, kind="letter_sent")
    assert [notice.channel for notice in sent] == [Notice.Channel.POST]


def moved(year, verb: str):
    form = form_for(year, verb, {"fiscal_year": "2029", "reason": "雨"}, today=TODAY)
    assert form.is_valid()
    return form.cleaned_data


def test_letter_on_another_year_names_both_years_and_so_does_its_preview(second_year):
    facts = moved(second_year, "defer")
    before = letters.KINDS["deferred"].build(second_year, facts)

    text = said(factories.approved(second_year, "defer", **facts), "deferred")

    for row in before["items"]:
        assert f"{row['label']}：{row['value']}" in text
    assert "変更前の実施年度：令和10年度\n変更後の実施年度：令和11年度" in text
    assert "理由：雨" in text and "対象年度" not in text


def test_postponed_grant_falls_away_and_is_applied_for_anew():
    year = makers.granted_year()

    text = said(factories.approved(year, "postpone", **moved(year, "postpone")), "postponed")

    assert "効力を失います" in text and "あらためて交付申請書" in text
    assert "変更前の実施年度：令和8年度" in text and "変更後の実施年度：令和11年度" in text


def test_postponed_year_without_a_grant_says_nothing_of_one():
    makers.sender()
    proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    year = proposal.project_years.get()

    text = said(factories.approved(year, "postpone", **moved(year, "postpone")), "postponed")

    assert "効力" not in text


def offered():
    proposal = factories.approved(in_selection(), "reserve", assessed_yen=80_000)
    return advance(proposal, "offer", by=factories.user(Role.OFFICE), at=NOON)


@pytest.mark.parametrize(("case", "owed"), [(sent_back, "補正"), (offered, "繰上採択")])
def test_lapse_says_what_was_not_answered(case, owed):
    makers.sender()
    proposal = case()
    before = letters.KINDS["lapsed"].build(proposal, {})

    over = NOON + timedelta(days=60)
    proposal = advance(
        proposal, "lapse", by=factories.user(Role.OFFICE), at=over, reason="回答なし"
    )

    assert owed in said(proposal, "lapsed") and before["paragraphs"][0] in said(proposal, "lapsed")
