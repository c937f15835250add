"""The page on which a group writes its report: the words, the settlement, and what is said to them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.numbers_named import key_in
from casework.drafts import Draft
from casework.flow import Text
from casework.sums import kept_rows, yen_typed
from grants.forms.lines import (
    BudgetForms,
    IncomeLineForm,
    LineForm,
    LineFormSet,
    table_of,
)
from grants.limits import lower_city_part
from grants.models import Side

from .checks import SETTLEMENT, Line, Told, findings
from .forms import ReportFieldsForm
from .models import FieldNote, Report, SettlementLine, Verdict
from .told import told_so


@dataclass(frozen=True, slots=True)
class Said:
    """Something said at one place of the page.

    :param kind: ``asked`` and ``disallowed`` by the office, ``mend`` and ``look`` by the checks,
        ``plan`` of the budget.
    """

    kind: str
    words: Text


def number_of_line() -> forms.IntegerField:
    """The line of the settlement that a row is; empty in a row that was just written."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


class SettledIncomeForm(IncomeLineForm):
    line = number_of_line()


class SettledSpendingForm(LineForm):
    line = number_of_line()


class SettlementFormSet(LineFormSet):
    """Lines that know which line of the settlement they are."""

    def removed(self) -> set[int]:
        """Return the lines of the rows that were taken out or emptied."""
        named = {form.cleaned_data.get("line") for form in self.forms} - {None}
        return named - {row["line"] for row in self.rows("")}

    def _row(self, form: forms.Form, side: str) -> dict | None:
        row = super()._row(form, side)
        return row and {**row, "line": form.cleaned_data.get("line")}


class SettlementForms(BudgetForms):
    """Both sides of a settlement."""

    income_rows = table_of(SettledIncomeForm, SettlementFormSet)
    expenditure_rows = table_of(SettledSpendingForm, SettlementFormSet)

    def initial(self, line) -> dict:
        return {**super().initial(line), "line": line.pk}

    def removed(self) -> set[int]:
        return self.income.removed() | self.expenditure.removed()

    def typed_rows(self) -> Iterator[tuple[str, forms.BaseForm]]:
        """Yield the rows that say something, with their side, also while some are wrong."""
        for side, table in ((Side.INCOME, self.income), (Side.EXPENDITURE, self.expenditure)):
            for form in kept_rows(table):
                if form["label"].value() or yen_typed(form, "amount_yen"):
                    yield side, form


class ReportDraft(Draft):
    """The page of a group's report: the words and both sides of the settlement."""

    def __init__(self, report: Report, data=None):
        found = report.settlement_lines.order_by("pk").prefetch_related("receipts__file")
        self.lines: list[SettlementLine] = list(found)
        if not report.edit_number:
            lower_city_part(self.lines, report.project_year.granted_yen)
        self.case = report
        self.text = ReportFieldsForm(data, instance=report)
        self.budget = SettlementForms(data, self.lines, report.project_year.rules)
        self.tables = self.budget.tables

    def content(self) -> dict:
        """Return what :func:`reporting.services.save_report` takes."""
        return {
            "fields": self.fields, "lines": self.budget.rows(), "edit_number": self.edit_number,
            "removed": self.budget.removed(),
        }  # fmt: skip

    def told(self, *, today: date) -> Told:
        """Return what the page says, saved or only typed; what cannot be read says nothing."""
        saved = {line.pk: line for line in self.lines}
        rows = [
            (form.prefix, *_typed_line(side, form, saved))
            for side, form in self.budget.typed_rows()
        ]
        said = told_so(self.case, rows, completed_on=_day_typed(self.text))
        return replace(said, today=today)

    def said(self, *, today: date) -> dict[str, list[Said]]:
        """Return what is said at each place of the page, the places in its order."""
        told = self.told(today=today)
        places: dict[str, list[Said]] = {name: [] for name in self._names()}
        places |= {form.prefix: [] for _side, form in self.budget.typed_rows()}
        places[SETTLEMENT] = []
        for place, said in (*self._said_by_office(), *_planned(told), *_found(told)):
            places.setdefault(place, []).append(said)
        return places

    def _said_by_office(self) -> Iterator[tuple[str, Said]]:
        rows = self._row_of_lines()
        for note in FieldNote.objects.awaited().filter(report=self.case.pk).order_by("pk"):
            place = note.field or rows.get(note.line_id)
            if place:
                yield place, Said("asked", note.asked)
        for line in self.lines:
            if line.pk in rows and line.verdict == Verdict.DISALLOWED:
                words = _("{yen} yen: {reason}")
                told = {"yen": f"{line.disallowed_yen:,}", "reason": line.disallowed_reason}
                yield rows[line.pk], Said("disallowed", format_lazy(words, **told))
            elif line.pk in rows and line.before_the_change:
                yield rows[line.pk], Said("look", line.before_the_change)

    def _row_of_lines(self) -> dict[int, str]:
        named = ((_line_named(form), form.prefix) for _side, form in self.budget.typed_rows())
        return {pk: place for pk, place in named if pk}

    def show(self, said: dict[str, list[Said]]) -> None:
        """Let each field and row show what is said there."""
        for bound in self.text.visible_fields():
            bound.field.said = said.get(bound.name, [])
        for table in (self.budget.income, self.budget.expenditure):
            for form in table.forms:
                form.said = said.get(form.prefix, [])


def _planned(told: Told) -> Iterator[tuple[str, Said]]:
    for line in told.lines:
        if line.planned_yen is not None:
            yield line.place, Said("plan", beside_in_words(line))


def _found(told: Told) -> Iterator[tuple[str, Said]]:
    for finding in findings(told):
        yield finding.place, Said("mend" if finding.must_be_mended else "look", finding.words)


def beside_in_words(line: Line) -> Text:
    """Return what the budget has for a line, and how far the line is from it."""
    gap = line.amount_yen - (line.planned_yen or 0)
    words = _("Budget: {planned} yen")
    if gap:
        words = _("Budget: {planned} yen ({gap} yen)")
    return format_lazy(words, planned=f"{line.planned_yen:,}", gap=f"{gap:+,}".replace("-", "−"))


def _typed_line(
    side: str, form: forms.BaseForm, saved: dict[int, SettlementLine]
) -> tuple[SettlementLine, list]:
    """Return the line that stands in a row, with the receipts of the one that it was."""
    was = saved.get(_line_named(form) or 0)
    line = SettlementLine(
        side=side, label=form["label"].value() or "", amount_yen=yen_typed(form, "amount_yen"),
        from_city=bool("from_city" in form.fields and form["from_city"].value()),
        category=(form["category"].value() if "category" in form.fields else "") or "",
        origin_id=was.origin_id if was else None,
    )  # fmt: skip
    return line, list(was.receipts.all()) if was else []


def _line_named(form: forms.BaseForm) -> int | None:
    return key_in(str(form["line"].value() or ""))


def _day_typed(form: forms.BaseForm) -> date | None:
    try:
        return form.fields["completed_on"].clean(form["completed_on"].value())
    except ValidationError:
        return None
