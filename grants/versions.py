"""The content of a case as a numbered version keeps it: words, budget, measures, file digests."""

from collections.abc import Iterable

from casework import history

from .models import LINE_FIELDS, ChangeRequest, Claim, LineBase, ProjectYear, Proposal
from .rules import RuleSet

PROPOSAL_FIELDS = ("title", "purpose", "content", "schedule", "effect", "years")
PLAN_FIELDS = ("content", "starts_on", "ends_on")
YEAR_FIELDS = ("title", *PLAN_FIELDS)


def content_of(case: Proposal | ProjectYear) -> dict:
    """Return what is filed, as plain JSON; amounts in yen."""
    names = PROPOSAL_FIELDS if isinstance(case, Proposal) else YEAR_FIELDS
    return {
        **_words(case, names),
        **_pledge(case),
        **_budget(case),
        "measures": _measures(case),
        "files": list(case.files.standing().order_by("pk").values("name", "digest")),
    }


def plan_of(case: ProjectYear | ChangeRequest) -> dict:
    """Return what is done, when, and its budget, of a project year or as it is to be."""
    return {**_words(case, PLAN_FIELDS), **_budget(case)}


def content_of_change(change: ChangeRequest) -> dict:
    """Return what is asked for, as plain JSON: the plan before and after, and why."""
    before, after = change.before_and_after()
    words = _words(change, ("asks_for", "ground", "reason", "ends_on"))
    return {**words, "to_fiscal_year": change.to_fiscal_year, "before": before, "after": after}


def _words(case, names: tuple[str, ...]) -> dict:
    values = {name: getattr(case, name) for name in names}
    return {name: str(value) if value is not None else None for name, value in values.items()}


def _budget(case) -> dict:
    lines = as_filed(case.lines(), case.rules)
    return {"budget": lines, "requested_yen": case.requested_yen}


def as_filed(lines: Iterable[LineBase], rules: RuleSet, *more: str) -> list[dict]:
    """Return lines of a budget as plain JSON; a category stands by its name, too.

    :param more: columns besides those that every line has.
    """
    names = {category.code: category.label_ja for category in rules.categories}
    return [
        {name: getattr(line, name) for name in (*LINE_FIELDS, *more)}
        | {"category_label": names.get(line.category, "")}
        for line in lines
    ]


def content_of_claim(claim: Claim) -> dict:
    """Return what is claimed, as plain JSON; of the bank account only which one it is."""
    return {
        "payment_kind": claim.payment_kind,
        "instalment": claim.instalment,
        "amount_yen": claim.amount_yen,
        "reason": claim.reason,
        "claimed_on": claim.claimed_on.isoformat() if claim.claimed_on else None,
        "bank_account": claim.bank_account_id,
    }


def _pledge(case) -> dict:
    """Tell who accepted the pledges by a salted digest, so that the name can be destroyed."""
    if not isinstance(case, Proposal):
        return {}
    return {"pledged_by": history.remark_digest(case.pledged_as) if case.pledged_as else None}


def _measures(case) -> list[dict]:
    if not isinstance(case, Proposal):
        return []
    named = case.proposal_measures.select_related("measure__edition").order_by("measure_id")
    return [
        {
            "edition": row.measure.edition.code,
            "number": row.measure.number,
            "title": row.measure.title,
            "how": row.how,
        }
        for row in named
    ]
