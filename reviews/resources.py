"""Score sheets as a table that a clerk types into: a row per sheet, a column per criterion.

The columns know how a cell is written and read. Nothing is saved here: ``paper_scores`` writes a
whole file, or nothing of it.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources
from import_export.fields import Field
from import_export.widgets import Widget
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from casework.history import digest_of
from casework.tables import FORMULA, harmless

from .models import Criterion, ScoreSheet

#: The most characters that a cell of a spreadsheet holds.
CELL = 32767
#: Signs of Japanese texts that the old encoding of spreadsheets writes as another sign.
TWINS = str.maketrans({"\u301c": "~", "\u2212": "-", "\uff5e": "~"})

#: What stands in a line besides the points, by its heading.
WORDS = {
    "member": gettext_lazy("Member"),
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Proposal"),
    "comment": gettext_lazy("Comment on the sheet"),
    "key": gettext_lazy("Key (do not change)"),
}


def as_cell(text: str) -> str:
    """Return ``text`` as a cell can hold it, and no spreadsheet runs it."""
    return str(harmless(ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n"))))[:CELL]


def as_typed(cell: str) -> str:
    """Return what a cell says, without the sign that :func:`as_cell` put before a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def plain(text: object) -> str:
    """Return ``text`` so that it is the same whichever way a spreadsheet program stored it."""
    words = unicodedata.normalize("NFKC", str(text).translate(TWINS))
    words = " ".join(ILLEGAL_CHARACTERS_RE.sub("", words).split())
    return words.encode("cp932", "replace").decode("cp932")


def key_of(sheet: ScoreSheet) -> str:
    """Return what marks a line of a file as taken from ``sheet`` as it stands now."""
    points = sorted((score.criterion_id, score.points) for score in sheet.scores.all())
    known = digest_of([sheet.pk, sheet.edit_number, sheet.state, points])
    return f"{sheet.pk}-{known[:12]}"


class PointsWidget(Widget):
    """Whole points up to the most there are; an empty cell is missing, never zero."""

    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, **kwargs) -> int | None:
        """Return the points of a cell; full-width digits are digits.

        :raises ValidationError: if it is no whole number, or out of reach.
        """
        text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
        if not text:
            return None
        points = _whole(value, text)
        if points < 0:
            raise ValidationError(_("%(value)s is below 0") % {"value": text})
        if points > self.most:
            raise ValidationError(
                _("%(value)s is above the most points %(most)d")
                % {"value": text, "most": self.most}
            )
        return int(points)


def _whole(value: object, text: str) -> Decimal:
    """Return a whole number; made an ``int`` only once it is known not to be huge."""
    try:
        number = Decimal("nan" if isinstance(value, bool) or "_" in text else text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValidationError(_("“%(value)s” is no number") % {"value": text[:40]})
    if number != number.to_integral_value():
        raise ValidationError(_("%(value)s is no whole number") % {"value": text})
    return number


class PointsField(Field):
    """The points of one criterion."""

    def __init__(self, criterion: Criterion):
        super().__init__(
            column_name=heading_of(criterion), widget=PointsWidget(criterion.max_points)
        )
        self.criterion = criterion

    def get_value(self, instance, **kwargs) -> int | None:
        given = {score.criterion_id: score.points for score in instance.scores.all()}
        return given.get(self.criterion.pk)

    def export(self, instance, **kwargs) -> int | str:
        points = self.get_value(instance)
        return "" if points is None else points


class WordField(Field):
    """What a line says in words; ``read`` finds it."""

    def __init__(self, code: str, read):
        super().__init__(column_name=str(WORDS[code]), readonly=True)
        self.read = read

    def export(self, instance, **kwargs) -> str:
        return as_cell(str(self.read(instance)))


def heading_of(criterion: Criterion) -> str:
    """Return the heading of a criterion's column: its place, its name and the most points."""
    return as_cell(f"{criterion.position}. {criterion.label} (0-{criterion.max_points})")


class ScoreSheetResource(resources.ModelResource):
    """The sheets of one round.

    :param criteria: in the order of the rubric.
    :param members: seat id → the name under which the file knows a member.
    """

    class Meta:
        model = ScoreSheet
        fields: list[str] = []

    def __init__(self, criteria: Iterable[Criterion], members: Mapping[int, str]):
        super().__init__()
        self.fields.clear()
        self.fields["member"] = WordField("member", lambda sheet: members[sheet.seat_id])
        self.fields["number"] = WordField("number", lambda sheet: sheet.proposal.number or "")
        self.fields["title"] = WordField("title", lambda sheet: sheet.proposal.title)
        self.criteria = list(criteria)
        for criterion in self.criteria:
            self.fields[str(criterion.pk)] = PointsField(criterion)
        self.fields["comment"] = WordField("comment", lambda sheet: sheet.comment)
        self.fields["key"] = WordField("key", key_of)

    def iter_queryset(self, queryset):
        return iter(queryset)  # read at once, with the points of each

    def get_export_order(self) -> list[str]:
        return list(self.fields)

    def codes(self) -> dict[str, str]:
        """Return heading → code of its column, in both languages of the program."""
        found = {}
        for language in ("ja", "en"):
            with translation.override(language):
                found |= {plain(words): code for code, words in WORDS.items()}
                found |= {plain(heading_of(c)): str(c.pk) for c in self.criteria}
        return found
