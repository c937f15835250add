"""Who may make which move: every row of every flow × person, by rule and by the page's POST.

``moves.csv`` is the declaration. Each move is tried in a state in which it starts, on a case that
is the member's group's, the department's and the panel member's. One row says whether the door lets
the person through ("yes" or "no"), another what comes of the POST to the page: the status, with "+"
where something was written down.
"""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from casework import history, services
from casework.flow import Move
from casework.models import Case, Deadline, Event, Letter, Notice
from casework.models.case import KINDS
from tests.doors import doors, plays
from tests.doors.tables import Row, Table
from tests.doors.world import NOW, PEOPLE, World

TABLE = Table(
    "moves.csv",
    key=("kind", "verb", "through"),
    columns=("kind", "verb", "state", "through", *PEOPLE),
)

#: kind → the thing that is put into the state where a move starts, if none of the things is there.
STANDS_FOR = {
    "proposal": "proposal",
    "project_year": "year",
    "score_sheet": "sheet",
    "report": "report",
    "collaboration_report": "collaboration",
    "partner_part": "partner_part",
    "change": "change",
    "interim_report": "interim",
    "claim": "claim",
    "city_issue": "issue_draft",
    "approval": "approval",
    "destruction": "destruction",
    "release": "prepared_release",
}
#: Moves that start on another thing than what is there first.
STARTS_ON = {("proposal", "file_paper"): "keyed"}
#: Moves that need what the thing that is there lacks: column → value.
NEEDS: dict[tuple[str, str], dict[str, object]] = {
    ("city_issue", "answer_none"): {"request_key": "asked"},
    ("collaboration_report", "drop"): {"request_key": None},
}


def moves() -> Iterator[tuple[str, Move]]:
    for kind in sorted(KINDS):
        for move in KINDS[kind].flow.values():
            yield kind, move


def walk(world: World) -> list[Row]:
    rows = []
    for kind, move in moves():
        with doors.rolled_back():
            case = standing(world, kind, move)
            rows.append(_row(kind, move, case, "service", _by_service(world, case, move)))
            rows.append(_row(kind, move, case, "page", _by_page(world, case, "move", move)))
            if move.by_approval:
                drafts = _by_page(world, case, "draft", move)
                rows.append(_row(kind, move, case, "draft", drafts))
    return rows


def standing(world: World, kind: str, move: Move) -> Case:
    """Return a case from which the move starts: one of the things, or one that is put there.

    :raises KeyError: of a kind for which nobody has said what stands for it.
    """
    if name := STARTS_ON.get((kind, move.verb)):
        return Case.objects.get(pk=world.things[name]).specific
    stands = Case.objects.get(pk=world.things[STANDS_FOR[kind]])
    own = Case.objects.filter(pk__in=world.cases(), kind=kind, organization=stands.organization_id)
    found = own.filter(state__in=move.source).order_by("pk").first()
    case = (found or put(stands, move.source[0])).specific
    if needs := NEEDS.get((kind, move.verb)):
        type(case).objects.filter(pk=case.pk).update(**needs)
    return case


def put(case: Case, state: str) -> Case:
    """Put a case into a state beside the door, with the line of history that the database wants."""
    if case.state != state:
        history.append(
            case,
            "put",
            source=case.state,
            target=state,
            by=plays.person("office"),
            at=NOW,
            facts={},
        )
        Case.objects.filter(pk=case.pk).update(
            state=state, closed_at=None, came_from=case.specific.flow.initial
        )
    return Case.objects.get(pk=case.pk)


def _row(kind: str, move: Move, case: Case, through: str, outcomes: dict[str, str]) -> Row:
    said = {"kind": kind, "verb": move.verb, "state": case.state, "through": through}
    return said | outcomes


def _by_service(world: World, case: Case, move: Move) -> dict[str, str]:
    people = {column: world.person(column) for column in PEOPLE}
    return {column: _tried(person, case, move) for column, person in people.items()}


def _tried(person, case: Case, move: Move) -> str:
    """Return what the rule says of a person; where it says no, the door has to agree."""
    if person is None:
        return "no"  # nobody acts through the door without a name
    if not move.only_follows and services.may(person, move, case):
        return "yes"
    with doors.rolled_back():
        try:
            services.advance(case, move.verb, by=person, at=NOW)
        except PermissionDenied:
            return "no"
    return "yes, but the rule says no"


def _by_page(world: World, case: Case, door: str, move: Move) -> dict[str, str]:
    path = reverse(f"casework:{door}", kwargs={"pk": case.pk, "verb": move.verb})
    return {column: _post(world, column, path) for column in PEOPLE}


def _post(world: World, column: str, path: str) -> str:
    with doors.rolled_back():
        before = written()
        answer = doors.ask(world.clients[column], "POST", path, {"title": "起案"})
        return f"{answer.status_code}{'+' if written() != before else ''}"


def written() -> tuple:
    """Return what every move leaves behind, and the states of all cases."""
    tables = tuple(model.objects.count() for model in (Event, Notice, Letter, Deadline))
    return (*tables, tuple(Case.objects.order_by("pk").values_list("state", flat=True)))
