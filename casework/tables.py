"""Tables that leave the system for spreadsheet programs."""

import csv
from collections.abc import Iterable, Iterator

#: Marks a CSV as UTF-8; without it spreadsheets take a file for one in an old encoding.
BOM = "\ufeff"
#: A spreadsheet program reads words that begin so as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: object) -> object:
    """Return a value as it is, but words that a spreadsheet would run with a ' before them."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_written(text: str) -> str:
    """Return words without the ' that :func:`harmless` put before them."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def cell(value: object) -> str:
    """Return a value as the text of a harmless cell; unknown (``None``) is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(harmless(value))


class _Line:
    """What the csv module writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: list[str], rows: Iterable[Iterable]) -> Iterator[str]:
    """Yield the lines of a CSV file: UTF-8 with BOM, comma, CRLF, no formulas."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
