"""Words that the pages of a selection share."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.flow import Text
from grants.flow import PROPOSAL_FLOW
from reviews.models import DecisionSnapshot
from reviews.scoring import Reason

register = template.Library()


@register.simple_tag
def sheets_in_words(counted: int, missing: int) -> str:
    """Say how many sheets count and how many have not come; a missing one is never a zero."""
    said = ngettext("%(count)d sheet counted", "%(count)d sheets counted", counted)
    words = said % {"count": counted}
    if missing:
        late = ngettext("%(count)d missing", "%(count)d missing", missing) % {"count": missing}
        return _("%(words)s, %(late)s") % {"words": words, "late": late}
    return words


@register.simple_tag
def outcome_in_words(verb: str) -> Text:
    """Return the label of the state that an outcome leads to."""
    return PROPOSAL_FLOW.stages[PROPOSAL_FLOW[verb].target].label


@register.filter
def is_whole(snapshot: DecisionSnapshot, lines: list[dict]) -> bool:
    """Return whether ``lines`` are all that was decided, so that their reader meets every proposal."""
    return len(lines) == len(snapshot.content["proposals"])


@register.simple_tag
def reason_in_words(code: str) -> Text:
    """Say why the rules proposed what they proposed."""
    return Reason(code).label
