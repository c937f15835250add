"""What stands beside the publication of a release: when, what, what changes, which warnings stand.

Nobody signs a page unseen: each line leads to the page as the public will see it, and to what it
changes of what is public now.
"""

from collections.abc import Iterator
from datetime import date

from django.template.loader import render_to_string
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casework.beside_decisions import beside
from casework.decided_in_words import Decided, decided_in_words
from casework.flow import Text
from reporting.models import Action, Release, ReleaseItem

from . import checks
from .gone import gone_of

#: How many things the page of the decision names; all of them stand on the page of the release.
NAMED = 50
#: How many the line of the draft names.
FIRST = 10

#: What a draft is called by, whose things are all corrected, or all withdrawn.
_DONE_TO_ALL = {
    Action.CORRECT: _("publish a correction"),
    Action.WITHDRAW: _("withdraw from the public pages"),
}
#: What is done to its things where it is not one and the same to all.
_DONE_TO_SOME = {
    Action.PUBLISH: pgettext_lazy("several in one release", "publish"),
    Action.CORRECT: pgettext_lazy("several in one release", "correct"),
    Action.WITHDRAW: pgettext_lazy("several in one release", "withdraw"),
}


def drafted_as(release: Release) -> Text | None:
    """Return what the draft of a release is called where more follows than that pages are new."""
    return _done(set(release.items.values_list("action", flat=True)))


def _done(actions: set[str]) -> Text | None:
    """Return in words what is done where more is done than to publish, and nothing that is not."""
    if len(actions) > 1:
        named = [words for action, words in _DONE_TO_SOME.items() if action in actions]
        return format_lazy("{}" + "{}{}" * (len(named) - 1), *_separated(named))
    return _DONE_TO_ALL.get(Action(actions.pop())) if actions else None


def _separated(named: list[Text]) -> Iterator[Text]:
    for place, words in enumerate(named):
        if place:
            yield pgettext_lazy("several in one release", ", ")
        yield words


@decided_in_words(Release.KIND, "publish", "schedule")
def what_is_decided(pk: int) -> Decided:
    """Say of each thing what is done to it: the move is to publish, whatever the release holds."""
    items = list(ReleaseItem.objects.filter(release=pk).defer("content").order_by("kind", "pk"))
    lines = [f"{item.get_action_display()}: {item.title}" for item in items[:FIRST]]
    if len(items) > FIRST:
        lines.append(gettext("and %(more)s more") % {"more": len(items) - FIRST})
    return Decided(_done({item.action for item in items}) or "", lines)


@beside(Release.KIND, "publish", "schedule")
def what_becomes_public(release: Release, *, facts: dict, today: date) -> str:
    """Draw the moment, the things with the ways to look at each, and the accepted warnings."""
    items = list(release.items.defer("content").order_by("kind", "pk")[: NAMED + 1])
    more = release.items.count() - NAMED if len(items) > NAMED else 0
    # What was proposed is frozen, and was found at that moment.
    proposed = release.events.filter(verb="propose").order_by("-pk").first()
    pairs = checks.accepted_findings(release, at=proposed.at) if proposed else []
    return render_to_string(
        "reporting/_becomes_public.html",
        {
            "release": release,
            "items": items[:NAMED],
            "more": more,
            "gone": gone_of(release),
            "warnings": [
                (checks.label_of_check(row.check_code), found, row) for found, row in pairs
            ],
        },
    )
