"""Budget lines as two tables, income and expenditure; blank rows are left out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.flow import Text
from casework.sums import kept_rows, sum_typed, yen_typed
from grants.amount import Line
from grants.categories import Category, of_side
from grants.models import LineBase, Side
from grants.rules import RuleSet

from .fields import YenField

MOST_LINES = 60


class LineForm(forms.Form):
    """One line. A draft may leave any of it open; the list of what is missing says so later.

    :param categories: of its side that the round froze; without any there is no field for them.
    """

    label = forms.CharField(label=_("Item"), max_length=100, required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    detail = forms.CharField(label=_("How it is reckoned"), max_length=200, required=False)
    amount_yen = YenField(label=_("Amount"), required=False)

    def __init__(self, *args, categories: tuple[Category, ...], **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(category.code, category.in_choice) for category in categories]
        if offered:
            self.fields["category"].choices = [("", _("Choose a category")), *offered]
        else:
            del self.fields["category"]


class IncomeLineForm(LineForm):
    from_city = forms.BooleanField(label=_("Asked of the city"), required=False)


class LineFormSet(forms.BaseFormSet):
    """Lines that are there, and blank ones to fill in: saving brings new blank ones.

    :param caption: of the table, for the summary of errors.
    """

    caption: Text = ""

    @property
    def categories(self) -> tuple[Category, ...]:
        """Those that a line can have, as the round froze them."""
        return self.form_kwargs["categories"]

    def typed(self, side: str) -> list[Line]:
        """Return the lines as they are shown, also while some of them are wrong."""
        return [
            Line(
                side, yen_typed(form, "amount_yen"), bool(_value(form, "from_city")),
                _value(form, "category") or "",
            )
            for form in kept_rows(self)
        ]  # fmt: skip

    def total_form_count(self):
        if self.is_bound:
            return super().total_form_count()
        return self.initial_form_count() + (1 if self.initial else 3)

    def rows(self, side: str) -> list[dict]:
        """Return the lines that say something, as the services take them."""
        return [row for form in self.forms if (row := self._row(form, side))]

    def _row(self, form: forms.Form, side: str) -> dict | None:
        row = {name: form.cleaned_data.get(name) for name in ("label", "detail", "amount_yen")}
        row["category"] = form.cleaned_data.get("category", "")
        said = row["label"] or row["detail"] or row["category"] or row["amount_yen"] is not None
        if form.cleaned_data.get("DELETE") or not said:
            return None
        from_city = form.cleaned_data.get("from_city", False)
        return {**row, "amount_yen": row["amount_yen"] or 0, "side": side, "from_city": from_city}


def _value(form: forms.BaseForm, name: str):
    """Return what stands in a field; ``None`` if the row has no such field."""
    return form[name].value() if name in form.fields else None


def table_of(form: type[LineForm], base: type[LineFormSet] = LineFormSet) -> type[LineFormSet]:
    """Return the formset of one side of a budget."""
    return forms.formset_factory(
        form, base, extra=0, can_delete=True, can_delete_extra=False,
        max_num=MOST_LINES, absolute_max=MOST_LINES + 10, validate_max=True,
    )  # fmt: skip


IncomeFormSet = table_of(IncomeLineForm)
ExpenditureFormSet = table_of(LineForm)


class BudgetForms:
    """Both sides of a budget.

    :param lines: what is saved; used while no data came.
    :param rules: of the round, which may know categories.
    """

    income_rows: type[LineFormSet] = IncomeFormSet
    expenditure_rows: type[LineFormSet] = ExpenditureFormSet

    def __init__(self, data, lines: list[LineBase], rules: RuleSet):
        def table(formset, side):
            known = {"categories": of_side(rules.categories, side)}
            shown = self.shown(lines, side, data)
            return formset(data, prefix=side, initial=shown, form_kwargs=known)

        self.income = table(self.income_rows, Side.INCOME)
        self.expenditure = table(self.expenditure_rows, Side.EXPENDITURE)
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

    def typed(self) -> list[Line]:
        """Return both sides as the page shows them, saved or not."""
        return [*self.income.typed(Side.INCOME), *self.expenditure.typed(Side.EXPENDITURE)]

    def shown(self, lines: list[LineBase], side: str, data) -> list[dict] | None:
        """Return what stands in the rows at first; a form that came back is never compared with it.

        A row that equals what was saved meanwhile would count as untouched, and be dropped.
        """
        return [self.initial(line) for line in lines if line.side == side] if data is None else None

    def initial(self, line: LineBase) -> dict:
        """Return what stands in the row of a saved line."""
        return {
            "label": line.label, "detail": line.detail, "amount_yen": line.amount_yen,
            "from_city": line.from_city, "category": line.category,
        }  # fmt: skip

    def is_valid(self) -> bool:
        return all([self.income.is_valid(), self.expenditure.is_valid()])

    def rows(self) -> list[dict]:
        return [*self.income.rows(Side.INCOME), *self.expenditure.rows(Side.EXPENDITURE)]
