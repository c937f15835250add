"""Budget lines as two tables, income and expenditure; blank rows are left out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.sums import sum_typed
from grants.models import LineBase, Side

from .fields import YenField

MOST_LINES = 60


class LineForm(forms.Form):
    """One line. A draft may leave any of it open; the list of what is missing says so later."""

    label = forms.CharField(label=_("Item"), max_length=100, required=False)
    detail = forms.CharField(label=_("How it is reckoned"), max_length=200, required=False)
    amount_yen = YenField(label=_("Amount"), required=False)


class IncomeLineForm(LineForm):
    from_city = forms.BooleanField(label=_("Asked of the city"), required=False)


class LineFormSet(forms.BaseFormSet):
    """Lines that are there, and blank ones to fill in: saving brings new blank ones.

    :param caption: of the table, for the summary of errors.
    """

    caption: Text = ""

    def total_form_count(self):
        if self.is_bound:
            return super().total_form_count()
        return self.initial_form_count() + (1 if self.initial else 3)

    def rows(self, side: str) -> list[dict]:
        """Return the lines that say something, as the services take them."""
        return [row for form in self.forms if (row := self._row(form, side))]

    def _row(self, form: forms.Form, side: str) -> dict | None:
        row = {name: form.cleaned_data.get(name) for name in ("label", "detail", "amount_yen")}
        said = row["label"] or row["detail"] or row["amount_yen"] is not None
        if form.cleaned_data.get("DELETE") or not said:
            return None
        from_city = form.cleaned_data.get("from_city", False)
        return {**row, "amount_yen": row["amount_yen"] or 0, "side": side, "from_city": from_city}


def _formset(form: type[LineForm]) -> type[LineFormSet]:
    return forms.formset_factory(
        form, LineFormSet, extra=0, can_delete=True, can_delete_extra=False,
        max_num=MOST_LINES, absolute_max=MOST_LINES + 10, validate_max=True,
    )  # fmt: skip


IncomeFormSet = _formset(IncomeLineForm)
ExpenditureFormSet = _formset(LineForm)


class BudgetForms:
    """Both sides of a budget.

    :param lines: what is saved; used while no data came.
    """

    def __init__(self, data, lines: list[LineBase]):
        self.income = IncomeFormSet(data, prefix="income", initial=_shown(lines, Side.INCOME, data))
        self.expenditure = ExpenditureFormSet(
            data, prefix="expenditure", initial=_shown(lines, Side.EXPENDITURE, data)
        )
        self.income.caption, self.expenditure.caption = _("Income"), _("Expenditure")
        self.tables: dict[str, tuple[Text, forms.BaseFormSet]] = {
            "income": (self.income.caption, self.income),
            "expenditure": (self.expenditure.caption, self.expenditure),
        }

    @property
    def excess_yen(self) -> int:
        """By how much income is more than expenditure, as the page shows both; less than zero if less."""
        income, spent = (sum_typed(t, "amount_yen") for t in (self.income, self.expenditure))
        return income - spent

    @property
    def gap_yen(self) -> int:
        return abs(self.excess_yen)

    def is_valid(self) -> bool:
        return all([self.income.is_valid(), self.expenditure.is_valid()])

    def rows(self) -> list[dict]:
        return [*self.income.rows(Side.INCOME), *self.expenditure.rows(Side.EXPENDITURE)]


def _shown(lines: list[LineBase], side: str, data) -> list[dict] | None:
    """Return what stands in the rows at first; a form that came back is never compared with it.

    A row that equals what was saved meanwhile would count as untouched, and be dropped.
    """
    return [_initial(line) for line in lines if line.side == side] if data is None else None


def _initial(line: LineBase) -> dict:
    return {
        "label": line.label, "detail": line.detail, "amount_yen": line.amount_yen,
        "from_city": line.from_city,
    }  # fmt: skip
