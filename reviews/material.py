"""What a member reads beside the sheet: the proposal as it was filed, from its newest version."""

from casework.models import Case, Version
from grants.models import Proposal
from grants.models.proposal import Side


def material_of(proposal: Proposal, user) -> dict:
    """Return the filed words, budget, measures and files, for the template ``_material.html``."""
    version = Version.objects.filter(case=proposal.pk).order_by("-number").first()
    content = version.content if version else {}
    budget = content.get("budget", [])
    return {
        "version": version,
        "content": content,
        "budget": [
            (Side(side).label, [line for line in budget if line["side"] == side])
            for side in Side.values
        ],
        "files": _files(proposal, content, user),
    }


def visible_ids(user, cases: list[int]) -> set[int]:
    """Return which of these cases ``user`` may see."""
    seen = Case.objects.visible_to(user).filter(pk__in=cases)
    return set(seen.values_list("pk", flat=True))


def _files(proposal: Proposal, content: dict, user) -> list[tuple[str, object]]:
    """Return the name of each filed file with its row, where it can still be opened."""
    rows = proposal.files.visible_to(user).standing()
    by_digest = {stored.digest: stored for stored in rows}
    return [(f["name"], by_digest.get(f["digest"])) for f in content.get("files", [])]
