"""The content of a case as a numbered version keeps it: words, budget, measures, file digests."""

from casework import history

from .models import ProjectYear, Proposal

PROPOSAL_FIELDS = ("title", "purpose", "content", "schedule", "effect", "years")
YEAR_FIELDS = ("title", "content", "starts_on", "ends_on")


def content_of(case: Proposal | ProjectYear) -> dict:
    """Return what is filed, as plain JSON; amounts in yen."""
    names = PROPOSAL_FIELDS if isinstance(case, Proposal) else YEAR_FIELDS
    words = {name: getattr(case, name) for name in names}
    lines = case.budget_lines.order_by("pk")
    return {
        **{name: str(value) if value is not None else None for name, value in words.items()},
        **_pledge(case),
        "budget": list(lines.values("side", "label", "detail", "amount_yen", "from_city")),
        "requested_yen": case.requested_yen,
        "measures": _measures(case),
        "files": list(case.files.standing().order_by("pk").values("name", "digest")),
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
