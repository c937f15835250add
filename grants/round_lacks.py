"""What a round still lacks before its call is announced; higher apps register what they look after."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from casework.flow import Text

from .models import Round, RoundPlan


@dataclass(frozen=True, slots=True)
class RoundLack:
    """One thing that a round may lack.

    :param lacking: called with ids of rounds; returns the ids of those that lack it. One query.
    :param url_name: an address that takes the id of the round, where it is mended.
    """

    label: Text
    lacking: Callable[[list[int]], set[int]]
    url_name: str


LACKS: dict[str, RoundLack] = {}


def round_lack(code: str, lack: RoundLack) -> None:
    """Name one more thing that a round may lack.

    :raises ValueError: if there is one of this code already.
    """
    if LACKS.setdefault(code, lack) is not lack:
        raise ValueError(f"A round lacks {code} twice.")


def lacks_of(rounds: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return, for each round, the codes of what it lacks."""
    ids = list(rounds)
    found = {code: lack.lacking(ids) for code, lack in LACKS.items()}
    return {pk: tuple(code for code, lacking in found.items() if pk in lacking) for pk in ids}


def _without_budget(ids: list[int]) -> set[int]:
    return set(Round.objects.filter(pk__in=ids, budget_yen=None).values_list("pk", flat=True))


def _without_plan(ids: list[int]) -> set[int]:
    planned = RoundPlan.objects.filter(round__in=ids).values_list("round", flat=True)
    return set(ids) - set(planned)


round_lack("budget", RoundLack(_("Budget of the round"), _without_budget, "grants:round-change"))
round_lack("plan", RoundLack(_("Plan of the year"), _without_plan, "grants:round-plan"))
