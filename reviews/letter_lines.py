"""What the letter about a selection tells a group of its own result, from the frozen decision alone."""

from fractions import Fraction

from casework.typesetting import Item
from grants.letters import item, own_result
from grants.models import Proposal

from . import scoring
from .models import DecisionSnapshot


@own_result
def lines(proposal: Proposal, facts: dict) -> tuple[Item, ...]:
    """Return the lines that the rubric of the frozen decision lets the letter tell; Japanese only.

    :param facts: of the move; ``snapshot`` names the decision.
    """
    snapshot = DecisionSnapshot.objects.filter(digest=facts.get("snapshot", "")).first()
    if snapshot is None:
        return ()
    rubric = snapshot.content["rubric"]
    (entry,) = snapshot.lines({proposal.pk})
    told = (
        *(_points(snapshot, entry) if rubric["tells_points"] else ()),
        *(_criteria(rubric, entry) if rubric["tells_criteria"] and entry["rank"] else ()),
    )
    if rubric["tells_comment"] and entry["comment"]:
        told = (*told, item("選考部会の講評", entry["comment"]))
    return told


def _points(snapshot: DecisionSnapshot, entry: dict) -> tuple[Item, ...]:
    rubric = snapshot.content["rubric"]
    if entry["rank"] is None:  # the points of too few sheets would be those of a member
        return (item("評点", "採点表が足りないため、ありません。"),)
    most = sum(c["max_points"] * Fraction(c["weight"]) for c in rubric["criteria"])
    points = item("評点", f"{_points_ja(entry['points'])}（{scoring.plain(most)}点満点）")
    return points, *_mark(rubric), *_place(snapshot, entry)


def _place(snapshot: DecisionSnapshot, entry: dict) -> tuple[Item, ...]:
    """Return the line of the place; in a correction it would be one among what is left of a round."""
    if snapshot.content["corrects"]:
        return ()
    return (item("順位", f"{len(snapshot.content['proposals'])}件中{entry['rank']}位"),)


def _mark(rubric: dict) -> tuple[Item, ...]:
    """Return the line of the pass mark; 0 lets everybody pass, and is not told."""
    mark = Fraction(rubric["pass_mark"])
    unit = "点" if rubric["pass_unit"] == scoring.PassUnit.POINTS else "％"
    return (item("採択の基準点", f"{scoring.plain(mark)}{unit}"),) if mark else ()


def _points_ja(exact: str) -> str:
    return f"{scoring.shown(Fraction(exact))}点"


def _criteria(rubric: dict, entry: dict) -> tuple[Item, ...]:
    """Return a line for each criterion: its points put together, before the weight, and the weight."""
    reached = ((c, entry["criteria"][str(c["id"])]) for c in rubric["criteria"])
    return tuple(
        item(
            f"項目別の評点：{c['label_ja']}",
            f"{_points_ja(points)}（{c['max_points']}点満点{_weight_ja(c)}）",
        )
        for c, points in reached
        if points is not None
    )


def _weight_ja(criterion: dict) -> str:
    """Return how often the points count, where it is not once: else the lines do not add up."""
    weight = Fraction(criterion["weight"])
    return "" if weight == 1 else f"、合計では{scoring.plain(weight)}倍"
