"""Whatever is decided about a group's case reaches the group as a formal letter."""

from datetime import timedelta

import pytest

from accounts.models import Membership, Role
from casework import letters
from casework.derivation import Due, in_words
from casework.facts import in_words as in_words_of_facts
from casework.models import Notice
from casework.models.case import KINDS
from casework.moves import form_for
from casework.services import advance
from grants import agreements
from grants import letters as contents
from tests import factories
from tests.casework.cases import in_selection, sent_back
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

#: Kinds of cases that are not a group's, so that nothing about them is told to one.
NOT_OF_A_GROUP = {
    "approval", "destruction", "score_sheet", "collaboration_report", "city_issue", "release",
}  # fmt: skip
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
    assert set(KINDS) - NOT_OF_A_GROUP == {
        "proposal", "project_year", "change", "claim", "report", "interim_report", "partner_part",
    }  # fmt: skip
    assert set(SAID_OTHERWISE) <= set(decisive())


def said(case, kind: str) -> str:
    """Return what the newest letter says, which must be of ``kind``, and of which the group knows."""
    letter = case.letters.order_by("-pk").first()
    assert letter.kind == kind
    assert letter.notices.exists()
    items = [f"{row['label']}：{row['value']}" for row in letter.data["items"]]
    return "\n".join([letter.title, *letter.data["paragraphs"], *items])


@pytest.fixture
@remembered
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
    form = form_for(
        year, verb, {"fiscal_year": "2029", "ground": "own_wish", "reason": "雨"}, today=TODAY
    )
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


def open_kinds(year) -> set[str]:
    """Return which deadlines somebody owes; the last day to withdraw is nobody's duty."""
    return set(year.deadlines.open().exclude(owed_by="").values_list("kind", flat=True))


def counted_from(year) -> str:
    """Say in Japanese how the one date by which the group pays back came about."""
    owed = year.deadlines.open().get(kind="repayment")
    return in_words(Due.from_json(owed.derivation), "ja")


@remembered
def confirmed(year, amount: int):
    makers.sent_report(year)
    year.refresh_from_db()
    return factories.approved(year, "confirm", at=makers.LATER, confirmed_yen=amount)


@remembered
def paid(year, amount: int):
    factories.paid(year, amount)
    return year


def test_revoked_year_leaves_accounting_nothing_to_pay_and_says_what_is_counted_from():
    year = confirmed(paid(makers.granted_year(), 50_000), 75_000)
    assert open_kinds(year) == {"settlement", "claim"}

    year = factories.approved(year, "revoke", at=makers.LATER, reason="虚偽の申請")

    assert open_kinds(year) == {"repayment"}
    assert "取消しを通知した日" in counted_from(year)
    assert "返還額：50,000円" in said(year, "revoked")


def test_repayment_after_the_amount_was_confirmed_counts_from_that():
    year = confirmed(paid(makers.granted_year(), 80_000), 75_000)

    assert open_kinds(year) == {"repayment"}
    assert "額の確定を通知した日" in counted_from(year)


def test_repayment_is_not_set_where_the_course_does_not_say():
    year = paid(makers.granted_year(repayment_days=None), 80_000)

    year = factories.approved(year, "revoke", reason="虚偽の申請")

    assert year.deadlines.open().get(kind="repayment").due_on is None


def test_amount_that_was_paid_already_leaves_nothing_to_pay():
    year = confirmed(paid(makers.granted_year(), 75_000), 75_000)

    assert open_kinds(year) == set()


def test_revoked_year_that_was_not_paid_asks_for_no_money_back():
    year = factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")

    text = said(year, "revoked")
    assert "返還" not in text and "取り消した" in text
    assert open_kinds(year) == set()


# The amount


@pytest.mark.parametrize(
    ("amount", "reason", "valid"),
    [("75000", "", True), ("70000", "", False), ("70000", "領収書がない", True)],
)
def test_another_amount_than_the_settlements_needs_a_reason(amount, reason, valid):
    year = makers.granted_year()
    makers.sent_report(year)
    year.refresh_from_db()
    data = {"confirmed_yen": amount, "reason": reason}

    form = form_for(year, "confirm", data, today=TODAY)

    assert form.is_valid() == valid
    assert ("reason" in form.errors) != valid


def test_reason_of_another_amount_is_shown_to_the_approver_and_printed():
    year = makers.granted_year()
    makers.sent_report(year)
    year.refresh_from_db()
    facts = {"confirmed_yen": 70_000, "reason": "領収書がない"}

    shown = [fact.value for fact in in_words_of_facts("project_year", "confirm", facts)]
    year = factories.approved(year, "confirm", at=makers.LATER, **facts)

    assert shown == [70_000, "領収書がない"]
    assert "理由：領収書がない" in said(year, "confirmed")


# The yearly agreement


@pytest.mark.parametrize(
    ("parties", "marks"),
    [
        (None, {"甲": "", "乙": "group"}),
        ("organization city department", {"甲": "", "乙": "group", "丙": "department"}),
        ("organization department", {"乙": "group", "丙": "department"}),
    ],
)
def test_agreement_has_a_place_for_whoever_has_to_sign_it(parties, marks):
    year = makers.granted_year("collaboration", agreement_parties=parties)
    letter = year.letters.get(kind="granted")
    names = {"": "", "group": year.organization.name, "department": str(year.department)}

    places = {place["mark"]: place["organization"] for place in letter.data["parties"]}
    text = "".join(pdf_text(bytes(letter.pdf)).split())

    assert places == {mark: names[who] for mark, who in marks.items()}
    assert len(places) == len(agreements.parties_of(year)) == text.count("印")
    assert ("丙" in text) == ("丙" in marks)


def test_agreement_says_the_conditions_of_the_decision():
    year = makers.granted_year("collaboration")

    told = {"granted_yen": 1, "issued_on": TODAY}
    said = contents.agreement(year, {**told, "conditions": "一つ目\n二つ目"})["articles"]

    assert said[-1] == {"heading": "条件", "paragraphs": ["一つ目", "二つ目"]}
    assert "条件" not in [a["heading"] for a in contents.agreement(year, told)["articles"]]


def test_reason_of_a_selection_is_in_its_letter(sender):
    proposal = factories.approved(in_selection(), "select", assessed_yen=1, reason="地域に広がる")

    assert "理由：地域に広がる" in said(proposal, "selected")
