"""What a change would do to the grant, told to the group beside the lines that it types."""

from django.template.loader import render_to_string

from grants.forms.changes import ChangeDraft
from grants.models import ChangeRequest
from grants.reckoning import changed_by, same_money


def what_it_does(change: ChangeRequest, draft: ChangeDraft) -> dict:
    """Return what the part of the page shows, by what stands in the tables now; nothing without them."""
    year = change.project_year
    if draft.budget is None or year.granted_yen is None:
        return {}
    lines = draft.budget.typed()
    amount = changed_by(year, lines)
    after = year.granted_yen if same_money(year, lines) else amount.yen
    return {
        "amount": amount,
        "granted_yen": year.granted_yen,
        "after_yen": after,
        "comes_back_yen": max(year.paid_yen - after, 0),
    }


def parts(draft: ChangeDraft) -> dict[str, str]:
    """Return the part anew, for a page that saved itself."""
    shown = what_it_does(draft.case, draft)
    return {"change-pays": render_to_string("grants/_change_pays.html", shown)} if shown else {}
