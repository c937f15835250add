"""The parts of the case page about changes of a project year, and charges once it is revoked."""

from django.utils.translation import gettext_lazy as _

from casework.models.deadline import open_deadline
from casework.panels import ACTIVITY, MONEY, panel
from casework.verbs import name_verbs
from casework.work_pages import work_page

from . import grounds, services
from .changes import changes
from .charge_dates import CHARGE
from .charges_owed import Kind, is_charged, owed, was_revoked
from .endings import charges_in_words, what_follows
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


def may_be_charged(year: ProjectYear, user) -> bool:
    return year.state == "revoked" or is_charged(year)


def charges_panel(year: ProjectYear, request) -> dict | None:
    """What is charged on what had to come back, up to today or fixed; what was paid and waived of it."""
    found = owed(year, today=request.today)
    if not year.has_ledger or not (found or year.state == "revoked"):
        return None
    user, runs = request.user, not year.stage.final
    accounts, handles = (user.has_perm(f"grants.{p}", year) for p in ("record_payment", "handle"))
    is_open = runs and any(one.is_fixed and one.open_yen for one in found)
    entries = year.charge_entries.select_related("reversal").order_by("paid_on", "pk")
    words = charges_in_words(year, today=request.today, revoked=was_revoked(year))
    may_undo = {Kind.PAID: runs and accounts, Kind.WAIVED: runs and handles}
    return {
        "case": year,
        "year": year,
        "rates": [said for _name, said in words],
        "owed": found,
        "deadline": open_deadline(year, CHARGE),
        "entries": [(entry, may_undo.get(entry.kind, False)) for entry in entries],
        "may_pay": is_open and accounts,
        "may_waive": is_open and handles,
    }


def _is_complete(change: ChangeRequest) -> bool:
    return not change.missing_parts()


panel(ChangeRequest.KIND, "grants/panels/change.html", change_panel, 10)
panel(
    ProjectYear.KIND, "grants/panels/changes.html", changes_panel, 29,
    part=ACTIVITY, offered=is_decided,
)  # fmt: skip
panel(
    ProjectYear.KIND, "grants/panels/charges.html", charges_panel, 31,
    part=MONEY, offered=may_be_charged,
)  # fmt: skip
work_page(
    ChangeRequest.KIND, _("Write the request for a change"), "grants:change-edit",
    services.may_edit_on_year, finished=_is_complete,
)  # fmt: skip
name_verbs(
    apply_change=_("A decided change took effect"),
    pay_charge=_("A charge (加算金・延滞金) came"),
    waive_charge=_("A charge (加算金・延滞金) was waived"),
    reverse_charge=_("An entry of a charge was reversed"),
)
