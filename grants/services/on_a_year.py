"""What is opened on a project year as cases of their own: claims, changes, interim reports."""

from datetime import datetime
from typing import TypeVar

import rules

from casework.models import Case
from casework.services import open_case
from grants.models import ChangeRequest, Claim, ProjectYear

#: How long a title may be, with what is asked for behind it.
TITLE = Case._meta.get_field("title").max_length or 200

OnYear = TypeVar("OnYear", bound=Case)


def open_on_year(
    case: OnYear, *, called: str, mark: str, by, at: datetime,
    filed: bool | None = None, opens: tuple[str, ...] = (), **facts,
) -> OnYear:  # fmt: skip
    """Open a case on the locked project year that it names: with its people, numbered after it.

    :param filed: whether the city's people see it at once; if it is not said, what the office keys
        in for a group is.
    :param opens: kinds of the deadlines that run from the start, with ``facts``.

    :param called: what its title calls it; a document, so in Japanese.
    :param mark: the letter before its number, as in ``S-2026-001-1-C2``.
    """
    year: ProjectYear = case.project_year
    earlier = type(case).objects.filter(project_year=year).count()
    case.title = f"{year.title[: TITLE - 10]}（{called}）"
    case.number = f"{year.number}-{mark}{earlier + 1}" if year.number else None
    for name in ("fiscal_year", "organization", "department", "clerk", "on_paper"):
        setattr(case, name, getattr(year, name))
    filed = not by.duties.edits(year.organization_id) if filed is None else filed
    return open_case(case, by=by, at=at, filed=filed, opens=opens, **facts)


def may_edit_on_year(case: ChangeRequest | Claim, user) -> bool:
    """Return whether ``user`` may change what the case says, in the state it is in."""
    return case.state in ("draft", "returned") and rules.has_perm("grants.write", user, case)
