"""Rounds whose notices of letters wait until a person has read them."""

from django.db.models import Q

from casework.holding import holder
from casework.models import Notice

from .models import Round


@holder
def hold_for_approval(kind: str, *, case, recipient) -> str:
    """Hold back what tells of a letter, for proposals and project years of a round that says so."""
    if kind != "letter_sent" or case is None:
        return ""
    of_case = Q(proposals=case.pk) | Q(proposals__project_years=case.pk)
    held = Round.objects.filter(of_case, holds_notices=True).exists()
    return Notice.Hold.APPROVAL if held else ""
