"""What a workbook says of itself, on a hidden sheet: which form, whose, and when it was taken."""

from dataclasses import dataclass

from django.conf import settings

from casework.models import Case

from .layout import Layout

SHEET = "_yell"
#: Says that a workbook is one of ours, and how its hidden sheet is to be read.
PROGRAM = "yell form 1"


@dataclass(frozen=True, slots=True)
class Marks:
    """:param edit_number: the number that the text had when the workbook was taken."""

    form: str
    digest: str
    case: int
    title: str
    edit_number: int
    language: str

    def rows(self) -> list[tuple[str, str | int]]:
        named = [(name, getattr(self, name)) for name in self.__slots__]
        return [("program", PROGRAM), *named]


def marks_of(case: Case, layout: Layout, *, edit_number: int, language: str) -> Marks:
    return Marks(case.kind, layout.digest, case.pk, case.title, edit_number, language)


def marks_in(sheet) -> Marks | None:
    """Return what the hidden sheet says; ``None`` if it is not ours, or was changed."""
    said = {
        row[0]: row[1]
        for row in sheet.iter_rows(max_row=10, max_col=2, values_only=True)
        if len(row) > 1
    }
    known = dict(settings.LANGUAGES)
    if said.pop("program", None) != PROGRAM or said.get("language") not in known:
        return None
    try:
        return Marks(
            form=str(said["form"]), digest=str(said["digest"]), case=int(said["case"]),
            title=str(said["title"]), edit_number=int(said["edit_number"]),
            language=str(said["language"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None
