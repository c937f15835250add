"""The letters about a change of a project year (Japanese only)."""

from django.utils.translation import override

from casework.calendar import wareki
from casework.letters import LetterKind, register
from casework.typesetting import Item, Table

from .changes import lines_of
from .letters import agreement, facts_of, item, reckoned, yen
from .models import ChangeRequest
from .reckoning import changed_amount


def approved(change: ChangeRequest, facts: dict) -> dict | None:
    """The approval of a changed plan; where the year ends or moves, its own letter says so.

    Of a shared cost the changed agreement (変更協定書), which the parties sign anew.
    """
    if not change.changes_the_plan:
        return None
    year = change.project_year
    if year.by_agreement:
        return {**agreement(year, facts, plan=change), "title": "変更協定書"}
    return {
        **_head_of_the_letter(change, facts),
        "items": [*_head(change), *_amounts(change, facts), *_told(facts)],
        "table": reckoned(changed_amount(change)) if _moves_money(change) else _days(change),
    }


def _head_of_the_letter(change: ChangeRequest, facts: dict) -> dict:
    """Name what is decided: that the plan changes, or that the grant does with it."""
    if facts["granted_yen"] == _granted_before(change):
        words = "申請のあった事業の変更について、次のとおり承認することに決定したので通知します。"
        return {"paragraphs": [words]}
    words = (
        "申請のあった事業の変更を承認し、交付の額を次のとおり変更することに決定したので通知します。"
    )
    return {"title": "変更決定通知書", "paragraphs": [words]}


def _granted_before(change: ChangeRequest) -> int | None:
    before = change.granted_before_yen
    return change.project_year.granted_yen if before is None else before


def refused(change: ChangeRequest, facts: dict) -> dict:
    words = "申請のあった事業の変更について、承認しないことに決定したので通知します。"
    reason = [item("理由", facts["reason"])] if facts.get("reason") else []
    return {"paragraphs": [words], "items": [*_head(change), *reason]}


def _head(change: ChangeRequest) -> list[Item]:
    return [*facts_of(change.project_year), item("変更の申請", change.number or "")]


def _moves_money(change: ChangeRequest) -> bool:
    before, after = change.before_and_after()
    return before["budget"] != after["budget"]


def _amounts(change: ChangeRequest, facts: dict) -> list[Item]:
    year, granted = change.project_year, facts["granted_yen"]
    told = [
        item("変更前の交付決定額", yen(_granted_before(change))),
        item("変更後の交付決定額", yen(granted)),
        item("変更後の事業期間", f"{wareki(change.starts_on)}から{wareki(change.ends_on)}まで"),
    ]
    if (back := year.paid_yen - granted) > 0:
        told.append(item("返還額", yen(back)))
    return told


def _told(facts: dict) -> list[Item]:
    names = {"conditions": "承認の条件", "reason": "算定額と異なる理由"}
    return [item(label, facts[name]) for name, label in names.items() if facts.get(name)]


def _days(change: ChangeRequest) -> Table:
    """Return what is done before and after, where no yen moves."""
    before, after = change.before_and_after()
    rows: list[list[str | int | None]] = [
        [label, _in_letter(name, before), _in_letter(name, after)]
        for name, label in (("content", "事業の内容"), ("starts_on", "初日"), ("ends_on", "最終日"))
        if before[name] != after[name]
    ]
    return {"columns": ["項目", "変更前", "変更後"], "rows": rows}


def _in_letter(name: str, plan: dict) -> str:
    """Return one part of a plan as a letter has it: Japanese, whoever reads the screen in what."""
    with override("ja"):
        return "、".join(lines_of(name, plan))


register(
    LetterKind("change_approved", "変更承認通知書", "letter", approved,
               ((ChangeRequest.KIND, "approve"),), also=("department",)),
    LetterKind("change_refused", "変更不承認通知書", "letter", refused,
               ((ChangeRequest.KIND, "refuse"),)),
)  # fmt: skip
