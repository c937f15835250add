"""Nothing but the door changes a state. The database refuses it too: see ``test_guards.py``."""

import ast

import pytest
from django.db import DatabaseError, transaction

from tests.casework.cases import filed
from tests.casework.sources import dotted, modules
from tests.factories import NOON

#: Where a state is written, and why: the door itself, and the two places Django forces on a guard.
ALLOWED = {
    ("casework/services.py", "__dict__"),  # correct: undoes a move that the table has
    ("casework/models/case.py", "setdefault"),  # a new case starts in the first row
}


def writes(tree: ast.AST):
    """Yield what kind of writing of ``state`` there is in ``tree``, and on which line."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets) if any(map(_is_state, targets)):
                yield "assignment", node.lineno
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    yield "assignment", node.lineno
            case ast.Assign(targets=[ast.Subscript() as place]) if _is_dict_state(place):
                yield "__dict__", node.lineno
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="state"), *_]):
                yield "setattr", node.lineno
            case ast.Call(func=ast.Attribute(attr=called), args=args, keywords=keywords):
                yield from _calls(called, args, keywords, node.lineno)
            case ast.Constant(value=str(text)) if _is_sql(text):
                yield "sql", node.lineno


def _is_state(target: ast.AST) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return any(isinstance(name, ast.Attribute) and name.attr == "state" for name in names)


def _is_dict_state(place: ast.Subscript) -> bool:
    return (
        isinstance(place.value, ast.Attribute)
        and place.value.attr == "__dict__"
        and isinstance(place.slice, ast.Constant)
        and place.slice.value == "state"
    )


def _calls(called: str, args: list, keywords: list, line: int):
    named = {keyword.arg for keyword in keywords if not _is_no_machine(keyword.value)}
    texts = {
        item.value
        for arg in args
        for item in ast.walk(arg)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }
    if called in ("update", "create", "get_or_create", "update_or_create") and "state" in named:
        yield called, line
    if called in ("bulk_update", "setdefault") and "state" in texts:
        yield called, line


def _is_no_machine(value: ast.AST) -> bool:
    """Notices (waiting, being sent, sent) and works have a column of the same name that is none."""
    others = ("Notice.State.", "Work.State.")
    return any(dotted(node).startswith(others) for node in ast.walk(value))


def _is_sql(text: str) -> bool:
    words = text.lower()
    return "update casework_case set" in words and "state" in words


FOUND = [(name, kind, line) for name, tree in modules() for kind, line in writes(tree)]


def test_only_the_door_writes_a_state():
    others = [
        f"{name}:{line} ({kind})" for name, kind, line in FOUND if (name, kind) not in ALLOWED
    ]

    assert not others, "Call casework.services.advance or follow instead."


def test_the_door_is_where_it_was():
    assert {(name, kind) for name, kind, _line in FOUND} == ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "case.state = 'x'",
        "case.closed, case.state = 1, 'x'",
        "case.state: str = 'x'",
        "case.__dict__['state'] = 'x'",
        "setattr(case, 'state', 'x')",
        "Case.objects.filter(pk=1).update(state='x')",
        "Case.objects.create(state='x')",
        "Case.objects.bulk_update(cases, ['state'])",
        "cursor.execute('UPDATE casework_case SET state = 1')",
    ],
)
def test_the_test_sees(line):
    assert list(writes(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "case.state == 'x'",
        "Case.objects.filter(state='x')",
        "states.update(a=1)",
        "rows.update(state=Notice.State.SENT)",
    ],
)
def test_the_test_does_not_see_what_is_not_there(line):
    assert not list(writes(ast.parse(line)))


@pytest.mark.django_db
def test_body_of_a_move_that_is_called_past_the_door_cannot_be_saved():
    proposal = filed()
    proposal.accept(by=None, at=NOON)

    with pytest.raises(DatabaseError, match="door"), transaction.atomic():
        proposal.save()
