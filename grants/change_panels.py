"""The parts of the case page about changes of a project year, and charges once it is revoked."""

from django.utils.translation import gettext_lazy as _

from casework.panels import ACTIVITY, MONEY, panel
from casework.verbs import name_verbs
from casework.work_pages import work_page

from . import grounds, services
from .changes import changes
from .endings import charge_of, charges_in_words, what_follows
from .forms.changes import MOVES
from .models import ChangeRequest, ProjectYear
from .reckoning import changed_yen


def change_panel(change: ChangeRequest, request) -> dict:
    """What is asked for, whether it needs an approval and why, and the plan before and after."""
    year = change.project_year
    before, after = change.before_and_after()
    is_decidable = change.is_open and year.state == "granted"
    verb = MOVES.get(change.asks_for)
    return {
        "case": change,
        "change": change,
        "year": year,
        "ground": grounds.in_words(change.ground),
        "verdict": change.weighed(),
        "changes": changes(before, after),
        "would_yen": changed_yen(change) if is_decidable and verb is None else None,
        "follows": what_follows(year, verb, today=request.today) if is_decidable and verb else [],
        "missing": change.missing_parts() if services.may_edit_on_year(change, request.user) else None,
    }  # fmt: skip


def changes_panel(year: ProjectYear, request) -> dict | None:
    """The requests there are, and the way to write one while the project runs."""
    found = list(
        ChangeRequest.objects.visible_to(request.user).filter(project_year=year).order_by("pk")
    )
    runs = year.state == "granted" and request.user.has_perm("grants.write", year)
    may_start = runs and not any(change.is_open for change in found)
    if not (found or may_start):
        return None
    paid = may_start and year.paid_yen != 0
    kinds = [
        kind
        for kind in ChangeRequest.AsksFor.choices
        if not (paid and kind[0] == ChangeRequest.AsksFor.POSTPONE)
    ]
    return {"case": year, "changes": found, "may_start": may_start, "kinds": kinds, "paid": paid}


def is_decided(year: ProjectYear, user) -> bool:
    """Return whether a grant was decided, so that its group can ask for a change."""
    return year.granted_yen is not None


def is_revoked(year: ProjectYear, user) -> bool:
    return year.state == "revoked"


def charges_panel(year: ProjectYear, request) -> dict | None:
    """What is charged on the money of a revoked year, reckoned up to today, or that it is not set."""
    if not year.has_ledger:
        return None
    words = charges_in_words(year, today=request.today, revoked=True)
    rows = [(said, charge_of(year, name, until=request.today)) for name, said in words]
    return {"case": year, "charges": rows}


def _is_complete(change: ChangeRequest) -> bool:
    return not change.missing_parts()


panel(ChangeRequest.KIND, "grants/panels/change.html", change_panel, 10)
panel(
    ProjectYear.KIND, "grants/panels/changes.html", changes_panel, 29,
    part=ACTIVITY, offered=is_decided,
)  # fmt: skip
panel(
    ProjectYear.KIND, "grants/panels/charges.html", charges_panel, 31,
    part=MONEY, offered=is_revoked,
)  # fmt: skip
work_page(
    ChangeRequest.KIND, _("Write the request for a change"), "grants:change-edit",
    services.may_edit_on_year, finished=_is_complete,
)  # fmt: skip
name_verbs(apply_change=_("A decided change took effect"))
