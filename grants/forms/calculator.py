"""What the calculator of dates is asked: a day, and a rule of a course or a period."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.row_fields import RowField
from casework.calendar import NoSuchDay, parse_wareki
from casework.derivation import name_of_basis
from casework.period_field import PeriodField
from grants.date_rules import basis_of, codes, label_of
from grants.models import CourseEdition

#: Days from which every period ends on a day of the calendar.
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2200, 12, 31)


class WarekiField(forms.CharField):
    """A Japan date as people write it: 令和9年1月31日, R9.1.31 or 2027-01-31."""

    def clean(self, value):
        text = super().clean(value)
        try:
            day = parse_wareki(text)
        except NoSuchDay:
            raise ValidationError(_("The calendar has no such day.")) from None
        except ValueError:
            raise ValidationError(
                _("Write the day like 令和9年1月31日, R9.1.31 or 2027-01-31.")
            ) from None
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(_("The day must lie between 1950 and 2200."))
        return day


class CalculatorForm(forms.Form):
    day = WarekiField(
        label=_("Day to count from"), help_text=_("Such as 令和9年1月31日, R9.1.31 or 2027-01-31.")
    )
    edition = RowField(
        CourseEdition.objects.order_by("course", "-first_fiscal_year"),
        label=_("Course"), required=False, empty_label=_("none: a period of your own, below"),
    )  # fmt: skip
    rule = forms.ChoiceField(label=_("Rule of the course"), required=False)
    period = PeriodField(label=_("A period of your own"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", "–"), *((code, _named(code)) for code in codes())]

    def clean(self):
        data = super().clean()
        by_rule = bool(data.get("edition") and data.get("rule"))
        if by_rule == bool(data.get("period")) and not self.errors:
            raise ValidationError(_("Choose a course and its rule, or write a period."))
        return data


def _named(code: str) -> str:
    """Return what a rule is called, with what the day is that it counts from."""
    since = name_of_basis(basis_of(code), get_language())
    return _("%(rule)s, counted from: %(since)s") % {"rule": label_of(code), "since": since}
