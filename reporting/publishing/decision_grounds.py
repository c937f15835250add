"""What stands beside the publication of a release: when, what, what changes, which warnings stand.

Nobody signs a page unseen: each line leads to the page as the public will see it, and to what it
changes of what is public now.
"""

from datetime import date

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from casework.beside_decisions import beside
from casework.flow import Text
from reporting.models import Action, Release

from . import checks

#: How many things the page of the decision names; all of them stand on the page of the release.
NAMED = 50

#: What a draft is called by, whose things are all published, all corrected, or all withdrawn.
_DONE_TO_ALL = {
    Action.CORRECT: _("publish a correction"),
    Action.WITHDRAW: _("withdraw from the public pages"),
}
SEVERAL = _("publish, correct, withdraw")


def drafted_as(release: Release) -> Text | None:
    """Return what the draft of a release is called where more follows than that pages are new."""
    actions = set(release.items.values_list("action", flat=True))
    if len(actions) > 1:
        return SEVERAL
    return _DONE_TO_ALL.get(actions.pop()) if actions else None


@beside(Release.KIND, "publish", "schedule")
def what_becomes_public(release: Release, *, facts: dict, today: date) -> str:
    """Draw the moment, the things with the ways to look at each, and the accepted warnings."""
    items = list(release.items.defer("content").order_by("kind", "pk")[: NAMED + 1])
    more = release.items.count() - NAMED if len(items) > NAMED else 0
    # What was proposed is frozen: any moment since finds the same.
    last = release.accepted_warnings.order_by("-pk").first()
    pairs = checks.accepted_findings(release, at=last.at) if last else []
    return render_to_string(
        "reporting/_becomes_public.html",
        {
            "release": release,
            "items": items[:NAMED],
            "more": more,
            "warnings": [
                (checks.label_of_check(row.check_code), found, row) for found, row in pairs
            ],
        },
    )
