"""Who scores what, where the work is spread: as even as conflicts and what is handed out allow.

Pure. A proposal asks only that its members are different ones, so how many it can get is known
from its own bars; which of them it gets is a flow of least cost, with a cost that rises with each
sheet a member has: it lowers the largest load first, and then the spread (minimum cost flow of
networkx).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import networkx

#: One sheet: proposal, member.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which sheets to hand out.

    :param pairs: what is new, in ascending order.
    :param lacking: proposal → how many sheets it cannot get.
    :param loads: member → sheets in all, with those that exist already.
    """

    pairs: tuple[Pair, ...]
    lacking: Mapping[int, int]
    loads: Mapping[int, int]


def balanced(
    each: int,
    proposals: Sequence[int],
    members: Sequence[int],
    *,
    barred: Collection[Pair] = frozenset(),
    existing: Collection[Pair] = frozenset(),
) -> Plan:
    """Return a plan by which every proposal gets ``each`` sheets, or as many as it can.

    The same question has the same answer, in whatever order it is asked. What exists is kept, also
    where a proposal has more than ``each``.

    :param barred: who must not get a sheet for what.
    :param existing: sheets that exist and count, also of members who get no new ones.
    """
    existing, barred = set(existing), set(barred)
    loads = dict.fromkeys(sorted(members), 0)
    for _proposal, member in existing:
        loads[member] = loads.get(member, 0) + 1
    open_to = {
        proposal: [m for m in sorted(members) if not {(proposal, m)} & (barred | existing)]
        for proposal in sorted(proposals)
    }
    have = dict.fromkeys(open_to, 0)
    for proposal, _member in existing:
        if proposal in have:
            have[proposal] += 1
    wanted = {p: max(each - have[p], 0) for p in open_to}
    given = {p: min(wanted[p], len(open_to[p])) for p in open_to}
    pairs = _spread(given, open_to, loads)
    for _proposal, member in pairs:
        loads[member] += 1
    lacking = {p: wanted[p] - given[p] for p in open_to if wanted[p] > given[p]}
    return Plan(tuple(pairs), lacking, loads)


def _spread(
    given: Mapping[int, int], open_to: Mapping[int, list[int]], loads: Mapping[int, int]
) -> list[Pair]:
    """Return ``given`` sheets for each proposal, to the members it is ``open_to``, evenly."""
    graph = networkx.MultiDiGraph()
    graph.add_node("end", demand=sum(given.values()))
    for proposal, number in given.items():
        graph.add_node(("proposal", proposal), demand=-number)
        for member in open_to[proposal] if number else ():
            graph.add_edge(("proposal", proposal), ("member", member), capacity=1)
    highest = _highest_one_after_the_other(given, open_to, loads)
    for member, load in loads.items():
        for sheets in range(load, highest):
            # One edge a sheet, each dearer than the one before: the cheap ones are taken first.
            graph.add_edge(("member", member), "end", capacity=1, weight=sheets)
    _cost, flow = networkx.network_simplex(graph)
    return sorted(
        (proposal, member)
        for proposal in given
        for (_kind, member), sent in flow[("proposal", proposal)].items()
        if any(sent.values())
    )


def _highest_one_after_the_other(
    given: Mapping[int, int], open_to: Mapping[int, list[int]], loads: Mapping[int, int]
) -> int:
    """Return the largest load if each proposal simply took who has least; no plan needs more."""
    loads = dict(loads)
    for proposal, number in given.items():
        for member in sorted(open_to[proposal], key=lambda m: (loads[m], m))[:number]:
            loads[member] += 1
    return max(loads.values(), default=0)
