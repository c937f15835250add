"""The program's own source, read as syntax trees, for tests of what it must not say."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "casework", "config", "grants", "guideline", "reporting", "reviews")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the path and the tree of every module of the program, migrations left out."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, ast.parse(path.read_text(), filename=name)


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` of a chain of names, with "?" for whatever else it stands on."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"
