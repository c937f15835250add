"""The formal letters of the program (Japanese only): which move sends which, and what it says.

The wording is plain and names no article: the city's own 要綱 could not be read. What the office
wants to add goes into the reason or the conditions of the move.
"""

from collections.abc import Callable
from datetime import date

from django.utils import translation

from casework.calendar import wareki, wareki_year, weekday_ja
from casework.letters import LetterKind, register
from casework.models import Deadline
from casework.typesetting import AgreementParty, Item, Table

from . import charges, grounds
from .agreements import Party, parties_of
from .amount import Amount
from .amount_words import in_letter
from .models import ChangeRequest, ProjectYear, Proposal
from .reckoning import OF_THE_CITY, changed_amount, confirmable, grantable

INSTRUMENT_JA = {"subsidy": "補助金", "cost_share": "負担金"}


def yen(amount: int | None) -> str:
    return "未設定" if amount is None else f"{amount:,}円"


def facts_of(case: Proposal | ProjectYear) -> list[Item]:
    """The lines every letter about a project begins with."""
    proposal = case if isinstance(case, Proposal) else case.proposal
    edition = proposal.round.edition
    lines = [
        ("受付番号", case.number or ""),
        ("コース", edition.label_ja),
        ("事業名", case.title),
    ]
    if isinstance(case, ProjectYear):
        lines.append(("対象年度", wareki_year(case.fiscal_year)))
    return [{"label": label, "value": value} for label, value in lines]


def item(label: str, value: str) -> Item:
    return {"label": label, "value": value}


def _with_reason(case, facts: dict, *paragraphs: str, extra: tuple[Item, ...] = ()) -> dict:
    items = [*facts_of(case), *extra]
    if ground := grounds.in_letter(facts.get("ground", "")):
        items.append(item("事由", ground))
    if facts.get("reason"):
        items.append(item("理由", facts["reason"]))
    return {"paragraphs": list(paragraphs), "items": items}


#: How a step changes the sum, before its words.
SIGNS = {"": "", "−": "（控除）", "≤": "（上限）", "=": "（計）"}


def reckoned(amount: Amount | None) -> Table | None:
    """Return how an amount was reckoned, step by step; what is not set stands in no letter."""
    if amount is None:
        return None
    steps = (step for step in amount.but(*OF_THE_CITY).steps if step.is_set)
    rows: list[list[str | int | None]] = [
        [SIGNS[step.sign] + in_letter(step.code, step.told), step.amount_yen] for step in steps
    ]
    return {"columns": ["額の算定", "金額（円）"], "rows": rows}


#: Asked what a letter about a selection tells the group of its own result.
_RESULTS: list[Callable[[Proposal, dict], tuple[Item, ...]]] = []


def own_result(function):
    """Let the decorated function add lines to the letter that tells a group its result.

    :raises ValueError: if another one does.
    """
    if _RESULTS and _RESULTS[0] is not function:
        raise ValueError("Two tell a group its result.")
    _RESULTS[:] = [function]
    return function


def _own_result(proposal: Proposal, facts: dict) -> tuple[Item, ...]:
    return tuple(line for tell in _RESULTS for line in tell(proposal, facts))


def supplement(case, facts: dict) -> dict:
    return _with_reason(case, facts, "提出された書類について、次のとおり補正をお願いします。")


def ineligible(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "提案のあった事業は、募集の要件に該当しないことを確認しましたので通知します。",
    )


def unmatched(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "提案のあった事業について担当課と協議しましたが、協働の成立に至らなかったので通知します。",
    )


def selected(proposal: Proposal, facts: dict) -> dict:
    amount = item("採択額（上限）", yen(facts.get("assessed_yen", proposal.assessed_yen)))
    return _with_reason(
        proposal,
        facts,
        "選考の結果、提案のあった事業を採択することに決定したので通知します。",
        extra=(amount, *_own_result(proposal, facts)),
    )


def reserved(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "選考の結果、提案のあった事業を次点とすることに決定したので通知します。",
        "採択された事業に辞退等があった場合は、繰上げについてあらためてご連絡します。",
        extra=_own_result(proposal, facts),
    )


def declined(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "選考の結果、提案のあった事業を採択しないことに決定したので通知します。",
        extra=_own_result(proposal, facts),
    )


def offered(proposal: Proposal, facts: dict) -> dict:
    return {
        "paragraphs": [
            "次点としていた事業について、繰り上げて採択できることになりました。"
            "お受けになるかどうかをご回答ください。"
        ],
        "items": [*facts_of(proposal), item("採択額（上限）", yen(proposal.assessed_yen))],
    }


def reconsidered(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "選考の結果について、あらためて選考を行うことに決定したので通知します。",
        "結果は、決まり次第あらためて通知します。",
    )


def fallen_through(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(
        proposal,
        facts,
        "事前調整が整わなかったため、事業を実施しないことになりましたので通知します。",
    )


def rescinded(proposal: Proposal, facts: dict) -> dict:
    return _with_reason(proposal, facts, "採択の決定を取り消したので通知します。")


def granted(year: ProjectYear, facts: dict) -> dict:
    """The grant decision; for shared costs the year's agreement (年度協定書) instead."""
    if year.proposal.round.edition.instrument == "cost_share":
        return agreement(year, facts)
    name = INSTRUMENT_JA[year.proposal.round.edition.instrument]
    return {
        "title": f"{name}交付決定通知書",
        "paragraphs": [
            f"申請のあった{name}について、次のとおり交付することに決定したので通知します。"
        ],
        "items": [
            *facts_of(year),
            item("交付決定額", yen(facts["granted_yen"])),
            item("事業期間", f"{wareki(year.starts_on)}から{wareki(year.ends_on)}まで"),
            *([item("交付の条件", facts["conditions"])] if facts.get("conditions") else []),
            *_other_thanreckoned(facts),
        ],
        "table": reckoned(grantable(year)),
    }


def _other_thanreckoned(facts: dict) -> list[Item]:
    """Return why another amount was granted than the reckoning comes to, if one was."""
    return [item("算定額と異なる理由", facts["reason"])] if facts.get("reason") else []


#: How the parties of an agreement are called in it, in the order in which they sign.
MARKS = {Party.CITY: "甲", Party.ORGANIZATION: "乙", Party.DEPARTMENT: "丙"}


def agreement(year: ProjectYear, facts: dict, *, plan: ChangeRequest | None = None) -> dict:
    """The data of the yearly agreement, from the terms both sides accepted.

    :param plan: the change that was approved, whose days and budget count from now on.

    Whoever has to sign it (``agreement_parties``) has a place to sign.
    """
    terms, days = year.proposal.terms.order_by("-version").first(), plan or year
    group, amount = year.organization, yen(facts["granted_yen"])
    parties = [party for party in MARKS if party in parties_of(year)]
    every = "、".join(MARKS[party] for party in parties)
    return {
        "template": "agreement",
        "title": f"{wareki_year(year.fiscal_year)}協働事業協定書",
        "paragraphs": [
            f"{_named(year, parties)}は、"
            f"{year.title}（以下「事業」という。）を協働して行うため、次のとおり協定を結ぶ。"
        ],
        "articles": [
            {
                "heading": "目的",
                "paragraphs": [f"{every}は、対等な立場で役割を分担し、事業を行う。"],
            },
            {
                "heading": "期間",
                "paragraphs": [
                    f"事業の期間は、{wareki(days.starts_on)}から{wareki(days.ends_on)}までとする。"
                ],
            },
            {"heading": "役割", "paragraphs": [f"{every}の役割は、別表第1のとおりとする。"]},
            {
                "heading": "負担金",
                "paragraphs": [
                    f"市は、負担金として{amount}を限度に負担する。額の算定は、別紙のとおりとする。",
                    *(line["value"] for line in _other_thanreckoned(facts)),
                    *(["費用の分担は、別表第2のとおりとする。"] if terms else []),
                ],
            },
            *_conditions(facts),
        ],
        "parties": [_signs(year, party, day=facts["issued_on"]) for party in parties],
        "roles": [
            {"party": str(year.department), "tasks": terms.department_role.splitlines()},
            {"party": group.name, "tasks": terms.organization_role.splitlines()},
        ]
        if terms
        else [],
        "cost_shares": {
            "columns": ["区分", "内容"],
            "rows": [["費用の分担", terms.cost_share]] if terms else [],
        },
        "reckoning": reckoned(changed_amount(plan) if plan else grantable(year)),
    }


def _conditions(facts: dict) -> list[dict]:
    """Return the article with the conditions of the decision, one a line; none if it has none."""
    said = facts.get("conditions", "").splitlines()
    return [{"heading": "条件", "paragraphs": said}] if said else []


def _named(year: ProjectYear, parties: list[str]) -> str:
    names = {
        Party.CITY: "市", Party.ORGANIZATION: year.organization.name,
        Party.DEPARTMENT: str(year.department),
    }  # fmt: skip
    return "、".join(f"{names[party]}（以下「{MARKS[party]}」という。）" for party in parties)


def _signs(year: ProjectYear, party: str, *, day: date) -> AgreementParty:
    """Return the place of one party, by whom represents it on ``day``.

    The city signs in the name of the letter's sender.
    """
    place: AgreementParty = {"mark": MARKS[party], "organization": "", "title": "", "name": ""}
    if party == Party.CITY:
        return {**place, "by_sender": True}
    if party == Party.DEPARTMENT:
        return {**place, "organization": str(year.department)}
    group = year.organization
    head = group.representative_on(day)
    named = {"title": head.post, "name": head.name} if head else {}
    return {**place, "organization": group.name, "address": group.address, **named}


def refused(year: ProjectYear, facts: dict) -> dict:
    return _with_reason(
        year, facts, "申請のあった交付について、交付しないことに決定したので通知します。"
    )


def discontinued(year: ProjectYear, facts: dict) -> dict:
    return _with_reason(
        year,
        facts,
        "事業の中止を承認したので通知します。実施した部分について実績報告書を提出してください。",
        extra=(item("事業の終了日", wareki(facts["ended_on"])),),
    )


def confirmed(year: ProjectYear, facts: dict) -> dict:
    amount, paid = facts["confirmed_yen"], year.paid_yen
    rest = amount - paid
    return {
        "paragraphs": ["実績報告書を審査した結果、次のとおり額を確定したので通知します。"],
        "items": [
            *facts_of(year),
            item("交付決定額", yen(year.granted_yen)),
            item("確定額", yen(amount)),
            item("支払済額", yen(paid)),
            item("今後の支払額", yen(max(rest, 0))),
            item("返還額", yen(max(-rest, 0))),
            *([item("理由", facts["reason"])] if facts.get("reason") else []),
        ],
        "table": reckoned(confirmable(year)),
    }


def revoked(year: ProjectYear, facts: dict) -> dict:
    words, paid = "交付の決定を取り消したので通知します。", year.paid_yen
    if not paid:
        return _with_reason(year, facts, words)
    words += "支払済みの額を返還してください。"
    return _with_reason(year, facts, words, extra=(item("返還額", yen(paid)), *_charges(year)))


#: Code of a charge → its name and the time that it counts for.
CHARGES_JA = {
    charges.ADDITIONAL: ("加算金", "受領の日から納付の日まで"),
    charges.LATE: ("延滞金", "納期日の翌日から納付の日まで"),
}


def _charges(year: ProjectYear) -> list[Item]:
    """Return the rates that are set; what is not set stands in no letter."""
    rates = {name: charges.rate_of(year.rules, name) for name in CHARGES_JA}
    return [
        item(CHARGES_JA[name][0], f"年{rate.percent.normalize():f}%（{CHARGES_JA[name][1]}）")
        for name, rate in rates.items()
        if rate
    ]


def lapsed(proposal: Proposal, facts: dict) -> dict:
    """A supplement or an offered place that nobody answered in time."""
    asked_at = proposal.came_from if proposal.state == "lapsed" else proposal.state
    owed = "繰上採択の打診へのご回答" if asked_at == "offered" else "補正の依頼へのご回答"
    return _with_reason(
        proposal,
        facts,
        f"{owed}が期限までになかったため、提案のあった事業は失効したので通知します。",
    )


def postponed(year: ProjectYear, facts: dict) -> dict:
    """The year moves; what was granted before falls away, and the grant is applied for anew."""
    paragraphs = ["事業の実施を延期することに決定したので通知します。"]
    if year.letters.filter(kind="granted").exists():
        paragraphs.append(
            "延期前の年度についての交付の決定（年度協定を含みます。）は、効力を失います。"
        )
    paragraphs.append("延期後の年度について、あらためて交付申請書を提出してください。")
    return _in_another_year(year, facts, *paragraphs)


def deferred(year: ProjectYear, facts: dict) -> dict:
    return _in_another_year(
        year, facts, "継続の判断を待つ事業の実施年度を変更することに決定したので通知します。"
    )


def _in_another_year(year: ProjectYear, facts: dict, *paragraphs: str) -> dict:
    """Name the year by what it becomes: a preview is made before the move, the letter after it."""
    content = _with_reason(year, facts, *paragraphs)
    content["items"] = [line for line in content["items"] if line["label"] != "対象年度"]
    years = [item("変更後の実施年度", wareki_year(facts["fiscal_year"]))]
    if before := facts.get("from_fiscal_year"):
        years.insert(0, item("変更前の実施年度", wareki_year(before)))
    content["items"][3:3] = years
    return content


def not_continued(year: ProjectYear, facts: dict) -> dict:
    return _with_reason(year, facts, "事業を継続しないことに決定したので通知します。")


def not_funded(year: ProjectYear, facts: dict) -> dict:
    return _with_reason(
        year,
        facts,
        "対象年度の予算が成立しなかったため、事業を実施しないことに決定したので通知します。",
    )


def extended(case: Proposal | ProjectYear, facts: dict) -> dict | None:
    """More time for what the group owes; of what others owe, a notice tells them."""
    owed = case.deadlines.get(pk=facts["deadline"])
    if not owed.is_of_group:
        return None
    until, before = facts["until_on"], _ends_before(owed, facts["until_on"])
    words = ["次の期限を延長することに決定したので通知します。"]
    if before and facts["issued_on"] > before:
        words.append("なお、この決定は、これまでの期限が過ぎた後に行ったものです。")
    with translation.override("ja"):  # letters are Japanese, whatever the language of the page
        label = str(owed.label)
    dates = (
        item("期限の名称", label),
        item("これまでの期限", wareki(before) if before else "未設定"),
        item("延長後の期限", f"{wareki(until)}（{weekday_ja(until)}）まで"),
    )
    return _with_reason(case, facts, *words, extra=dates)


def _ends_before(owed: Deadline, until: date) -> date | None:
    """Return the date that counted before the extension ``until``, made already or not yet."""
    granted = (row.until for row in owed.extensions.all() if row.until < until)
    return max(granted, default=owed.due_on)


P, Y = "proposal", "project_year"
#: Of a higher app, whose dates are extended by the same letter.
INTERIM = "interim_report"
register(
    LetterKind("supplement_request", "補正依頼書", "letter", supplement,
               ((P, "send_back"), (Y, "send_back"))),
    LetterKind("ineligible", "要件非該当通知書", "letter", ineligible, ((P, "ineligible"),)),
    LetterKind("unmatched", "担当課協議結果通知書", "letter", unmatched, ((P, "no_match"),)),
    LetterKind("selected", "採択決定通知書", "letter", selected, ((P, "select"), (P, "take"))),
    LetterKind("reserved", "選考結果通知書（次点）", "letter", reserved, ((P, "reserve"),)),
    LetterKind("reconsidered", "選考のやり直しについて（通知）", "letter", reconsidered, ((P, "reconsider"),)),
    LetterKind("declined", "選考結果通知書", "letter", declined, ((P, "decline"),)),
    LetterKind("offered", "繰上採択の打診", "letter", offered, ((P, "offer"),)),
    LetterKind("fallen_through", "協議不調通知書", "letter", fallen_through, ((P, "fall_through"),)),
    LetterKind("lapsed", "失効通知書", "letter", lapsed, ((P, "lapse"),)),
    LetterKind("rescinded", "採択取消通知書", "letter", rescinded, ((P, "rescind"),)),
    LetterKind("granted", "交付決定通知書（負担金は年度協定書）", "letter", granted, ((Y, "grant"),), also=("department",)),
    LetterKind("refused", "不交付決定通知書", "letter", refused, ((Y, "refuse"),)),
    LetterKind("deferred", "実施年度変更通知書", "letter", deferred, ((Y, "defer"),)),
    LetterKind("postponed", "事業延期通知書", "letter", postponed, ((Y, "postpone"),)),
    LetterKind("not_continued", "事業継続不可通知書", "letter", not_continued, ((Y, "not_continue"),)),
    LetterKind("not_funded", "予算不成立通知書", "letter", not_funded, ((Y, "not_fund"),)),
    LetterKind("discontinued", "事業中止承認通知書", "letter", discontinued, ((Y, "discontinue"),)),
    LetterKind("confirmed", "額の確定通知書", "letter", confirmed, ((Y, "confirm"),)),
    LetterKind("extended", "期限延長決定通知書", "letter", extended,
               ((P, "extend"), (Y, "extend"), (INTERIM, "extend"))),
    LetterKind("revoked", "交付決定取消通知書", "letter", revoked, ((Y, "revoke"),)),
)  # fmt: skip
