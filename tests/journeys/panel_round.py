"""A round in which a subcommittee selects: its members by name, its proposals in selection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from accounts.models import Role, User
from casework.services import advance
from grants.models import Proposal, Round
from reviews import services
from tests import factories
from tests.factories import NOON


@dataclass(frozen=True, slots=True)
class PanelRound:
    """A round with who takes part; ``members`` by their names, ``proposals`` by their titles."""

    round: Round
    office: User
    approver: User
    members: dict[str, User]
    proposals: dict[str, Proposal]


def panel_round(
    asks: dict[str, int],
    members: Iterable[str],
    *,
    words: Mapping[str, str] = MappingProxyType({}),
    criteria=factories.CRITERIA,
    **rules,
) -> PanelRound:
    """Let each title of ``asks`` be in selection for its yen, with all sheets still to be scored.

    :param words: what the proposals say, by the names of their fields.
    :param rules: of the rubric, in place of those of ``factories.SELECTION``.
    """
    factories.sender()
    office = factories.user(Role.OFFICE, name="窓口 花子")
    round = factories.call(seats=0)
    factories.panel(round, seats=0, criteria=criteria, **rules)
    seated = {name: factories.user(Role.PANEL, name=name) for name in members}
    for member in seated.values():
        services.add_seat(round, user=member, by=office, at=NOON)
    proposals = {
        title: _in_selection(round, title, yen, words, office) for title, yen in asks.items()
    }
    approver = factories.user(Role.APPROVER, name="決裁 一郎")
    return PanelRound(round, office, approver, seated, proposals)


def _in_selection(
    round: Round, title: str, asks: int, words: Mapping[str, str], office: User
) -> Proposal:
    group = factories.organization(name=f"{title}の会", founded_on=date(2025, 4, 1))
    author = factories.member(group, name=f"{title}の代表")
    proposal = factories.draft(round=round, by=author, asks=asks, **words)
    proposal.title = title
    proposal.save(update_fields=["title"])
    proposal = advance(proposal, "submit", by=author, at=NOON)
    for verb in ("accept", "refer"):
        proposal = advance(proposal, verb, by=office, at=NOON)
    return proposal
