"""Whether every text has its Japanese: `python -m config.translations [--update]`.

Texts are found without the system's gettext: in Python from its syntax tree, in templates by
Django's own translation of a template into calls.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"
APPS = ("accounts", "casework", "config", "grants", "guideline", "reporting", "reviews")
FUNCTION = re.compile(r"_|n?p?gettext(_lazy|_noop)?")
STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(_|n?p?gettext)\({STRING}(?:, {STRING})?(?:, {STRING})?", re.DOTALL)


class Text(NamedTuple):
    """A text to translate; `context` and `plural` are empty where there are none."""

    id: str
    plural: str = ""
    context: str = ""


def texts_of_python(path: Path) -> Iterator[Text]:
    """Read the calls of a file as Python itself does, those inside f-strings too."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        function = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if FUNCTION.fullmatch(function) and (strings := literals(call)):
            yield text_of(function, strings)


def literals(call: ast.Call) -> list[str]:
    values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return [value for value in values if isinstance(value, str)]


def texts_of_template(path: Path) -> Iterator[Text]:
    for match in CALL.finditer(templatize(path.read_text())):
        function, *strings = match.groups()
        yield text_of(function, [ast.literal_eval(string) for string in strings if string])


def text_of(function: str, strings: list[str]) -> Text:
    kind = function.partition("_")[0]
    context = strings.pop(0) if "p" in kind else ""
    return Text(strings[0], strings[1] if kind.startswith("n") else "", context)


def sources(root: Path) -> Iterator[tuple[Path, Iterator[Text]]]:
    """Give each file that may hold texts, with its texts."""
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, texts_of_python(path)
    for folder in ("templates", *(f"{app}/templates" for app in APPS)):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".html", ".txt"):
                yield path, texts_of_template(path)


def wanted(root: Path) -> dict[Text, list[str]]:
    """Return every text with the files it stands in."""
    found: dict[Text, list[str]] = {}
    for path, texts in sources(root):
        for text in texts:
            places = found.setdefault(text, [])
            if (place := path.relative_to(root).as_posix()) not in places:
                places.append(place)
    plurals = {text._replace(plural="") for text in found if text.plural}  # serve as singulars too
    return {text: places for text, places in found.items() if text.id and text not in plurals}


def key(message) -> Text:
    """Return which text a row of a catalog is for."""
    first, *plural = message.id if message.pluralizable else (message.id,)
    return Text(first, plural[0] if plural else "", message.context or "")


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale="ja", project="Yell", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="ja")


def complaints(root: Path, catalog: Catalog) -> list[str]:
    """Return what keeps the Japanese from being complete and right, a line each."""
    texts = wanted(root)
    rows = {key(message): message for message in catalog if message.id}
    lines = [f"not translated: {show(text)}" for text in texts if not is_done(rows.get(text))]
    lines += [f"used nowhere: {show(text)}" for text in rows if text not in texts]
    for message, errors in catalog.check():
        lines += [f"{error}: {show(key(message))}" for error in errors]
    return sorted(lines)


def is_done(message) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return all(strings)


def show(text: Text) -> str:
    context = f" (context {text.context!r})" if text.context else ""
    return repr(text.id) + context


def update(root: Path, catalog: Catalog) -> Catalog:
    """Return the catalog with a row for every text and no other; what is translated stays."""
    rows = {key(message): message for message in catalog if message.id}
    fresh = Catalog(locale="ja", project="Yell", fuzzy=False, header_comment="# Yell in Japanese.")
    # A date that changed with every run would make every two branches conflict.
    fresh.creation_date = catalog.creation_date
    for text, places in sorted(wanted(root).items()):
        old = rows.get(text)
        fresh.add(
            (text.id, text.plural) if text.plural else text.id,
            old.string if old else "",
            locations=[(place, 0) for place in places],
            flags=old.flags if old else (),
            user_comments=old.user_comments if old else (),
            context=text.context or None,
        )
    return fresh


def write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="bring the catalog up to date")
    arguments = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=True)
    catalog = read(CATALOG)
    if arguments.update:
        catalog = update(ROOT, catalog)
        write(CATALOG, catalog)
    lines = complaints(ROOT, catalog)
    print("\n".join(lines) or "The Japanese is complete.")
    if lines and not arguments.update:
        sys.exit(f"{len(lines)} texts to see to: make messages, then locale/ja.")


if __name__ == "__main__":
    main()
