"""What a member reads beside the sheet: the proposal as it was filed, from its newest version."""

from django.db.models import QuerySet
from django.urls import reverse

from casework.models import Case, StoredFile, Version
from grants.models import Proposal
from grants.models.proposal import Side
from guideline.models import Edition

from .models import ScoreSheet


def material_of(sheet: ScoreSheet, user) -> dict:
    """Return the filed words, budget, measures and files, for the template ``_material.html``."""
    version = _filed(sheet.proposal_id)
    content = version.content if version else {}
    budget = content.get("budget", [])
    return {
        "version": version,
        "content": content,
        "measures": _measures(content),
        "budget": [
            (Side(side).label, [line for line in budget if line["side"] == side])
            for side in Side.values
        ],
        "files": _files(sheet, content, user),
    }


def _measures(content: dict) -> list[dict]:
    """Return the measures that the proposal names, each with the name of its edition."""
    rows = content.get("measures", [])
    if not rows:
        return []
    editions = {one.code: one.name for one in Edition.objects.all()}
    return [
        {**row, "name": row["title"], "edition_name": editions.get(row["edition"], "")}
        for row in rows
    ]


def _filed(proposal_id: int) -> Version | None:
    return Version.objects.filter(case=proposal_id).order_by("-number").first()


def visible_ids(user, cases: list[int]) -> set[int]:
    """Return which of these cases ``user`` may see."""
    seen = Case.objects.visible_to(user).filter(pk__in=cases)
    return set(seen.values_list("pk", flat=True))


def filed_files(proposal: Proposal) -> QuerySet[StoredFile]:
    """Return the files that were filed with ``proposal``, as far as they can still be opened."""
    version = _filed(proposal.pk)
    filed = version.content.get("files", []) if version else []
    standing = proposal.files.standing().filter(destroyed_at=None)
    return standing.filter(digest__in=[entry["digest"] for entry in filed])


def _files(sheet: ScoreSheet, content: dict, user) -> list[tuple[str, str]]:
    """Return the name of each filed file with its address, empty where it cannot be opened.

    Where the member does not meet the proposal itself, the sheet opens its files.
    """
    if not (filed := content.get("files", [])):
        return []
    standing = {
        stored.digest: stored.key for stored in sheet.proposal.files.standing() if stored.is_served
    }
    meets = visible_ids(user, [sheet.proposal_id])
    return [
        (entry["name"], _address(sheet, standing.get(entry["digest"]), meets)) for entry in filed
    ]


def _address(sheet: ScoreSheet, key, meets: set[int]) -> str:
    if key is None:
        return ""
    if sheet.proposal_id in meets:
        return reverse("casework:file", args=[key])
    return reverse("reviews:sheet-file", args=[sheet.pk, key])
