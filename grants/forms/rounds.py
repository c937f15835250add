"""What the office enters: rounds, rules, proposals on paper."""

from datetime import date, datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.row_fields import RowField
from casework.calendar import end_of_day, moment
from casework.forms import DateInput
from casework.period_field import PeriodField
from grants.models import CourseEdition, EditionParameter, LineCategory, Round
from grants.parameters import CODES, ONE_OF, PARAMETERS, PERIODS
from grants.rules import Status

from .fields import YenField, text_area

FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR = 2019, 2099


def fiscal_year_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Fiscal year"), min_value=FIRST_FISCAL_YEAR, max_value=LAST_FISCAL_YEAR,
        help_text=_("The calendar year in which it begins, such as 2026 for 令和8年度."),
    )  # fmt: skip


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class RoundForm(forms.Form):
    """A call. A day without a time begins at 0:00 and ends at 24:00."""

    fiscal_year = fiscal_year_field()
    name = forms.CharField(label=_("Name"), max_length=200)
    opens_on = forms.DateField(label=_("First day"), widget=DateInput())
    opens_clock = forms.TimeField(
        label=_("From"), required=False, widget=TimeInput(),
        help_text=_("Leave this empty for the beginning of the day."),
    )  # fmt: skip
    closes_on = forms.DateField(label=_("Last day"), widget=DateInput())
    closes_clock = forms.TimeField(
        label=_("Until"), required=False, widget=TimeInput(),
        help_text=_("Leave this empty for the end of the day (24:00)."),
    )  # fmt: skip
    budget_yen = YenField(
        label=_("Budget of the round"), required=False,
        help_text=_("Leave this empty while it is not set."),
    )  # fmt: skip
    holds_notices = forms.BooleanField(
        label=_("A person reads the notices of letters before they leave"), required=False,
        help_text=_(
            "The e-mail or the letter by post waits in the outbox until the office releases it. "
            "On its case page, the group sees the new state and can read the letter at once."
        ),
    )  # fmt: skip

    def opens_at(self) -> datetime:
        return moment(self.cleaned_data["opens_on"], self.cleaned_data["opens_clock"] or time.min)

    def closes_at(self) -> datetime:
        clock = self.cleaned_data["closes_clock"]
        day = self.cleaned_data["closes_on"]
        return moment(day, clock) if clock else end_of_day(day)


class RoundChangeForm(RoundForm):
    """What can be changed of a round that was opened, and why."""

    fiscal_year = name = None
    reason = forms.CharField(
        label=_("Reason"), widget=text_area(3),
        help_text=_("It stays on record, and the groups that write a proposal read it."),
    )  # fmt: skip

    def __init__(self, *args, call: Round, **kwargs):
        super().__init__(*args, **kwargs)
        self.call = call

    def opens_at(self) -> datetime:
        return self._unless_untouched(super().opens_at(), self.call.opens_at)

    def closes_at(self) -> datetime:
        return self._unless_untouched(super().closes_at(), self.call.closes_at)

    @staticmethod
    def _unless_untouched(typed: datetime, stands: datetime) -> datetime:
        """A form shows minutes: who leaves them as they are does not move the seconds either."""
        return stands if typed == stands.replace(second=0, microsecond=0) else typed

    @staticmethod
    def initial_of(call: Round) -> dict:
        """Return the round as the form shows it."""
        opens, closes = localtime(call.opens_at), localtime(call.closes_at)
        return {
            "opens_on": opens.date(),
            "opens_clock": opens.time() if opens.time() != time.min else None,
            "closes_on": call.last_day,
            "closes_clock": closes.time() if closes.time() != time.min else None,
            "budget_yen": call.budget_yen,
            "holds_notices": call.holds_notices,
        }


class ParameterForm(forms.ModelForm):
    """One rule: a value exactly when it is set, and then with its source."""

    value = forms.CharField(label=_("Value"), required=False, widget=text_area(3), strip=True)

    class Meta:
        model = EditionParameter
        fields = ["status", "value", "source", "confirmed_years", "note"]
        widgets = {"status": forms.RadioSelect, "note": text_area(3)}
        help_texts = {
            "source": _("The document or page, with its date."),
            "confirmed_years": _("Fiscal years, separated by blanks, such as 2024 2025."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = Status.choices  # one of them is chosen already
        if self.instance.name in PERIODS:
            self.fields["value"] = PeriodField(label=_("Value"), required=False)
        if codes := ONE_OF.get(self.instance.name):
            choices = [("", "–"), *((code, CODES[code]) for code in codes)]
            self.fields["value"] = forms.ChoiceField(
                label=_("Value"), choices=choices, required=False
            )

    def clean(self):
        data = super().clean()
        value, is_set = data.get("value", ""), data.get("status") == Status.SET
        if is_set and not value:
            self.add_error("value", _("Give the value."))
        if is_set and not data.get("source"):
            self.add_error("source", _("Say where the value comes from."))
        if value and not is_set and "value" in self.changed_data:
            self.add_error("status", _("A value was written. Choose “set”, or leave it empty."))
        if not is_set:
            data["value"] = ""
        return data


class NewParameterForm(forms.Form):
    """Choose a rule that the edition does not list yet."""

    name = forms.ChoiceField(label=_("Parameter"))

    def __init__(self, *args, edition: CourseEdition, **kwargs):
        super().__init__(*args, **kwargs)
        listed = set(edition.parameters.values_list("name", flat=True))
        absent = [(n, p.label) for n, p in PARAMETERS.items() if n not in listed]
        self.fields["name"].choices = absent


class CategoryForm(forms.ModelForm):
    """One category of costs or income, with what it means for the money and its source."""

    class Meta:
        model = LineCategory
        fields = [
            "side", "code", "label_ja", "label_en", "treatment", "limit_yen", "limit_percent",
            "proofs", "position", "source",
        ]  # fmt: skip
        field_classes = {"limit_yen": YenField}
        help_texts = {
            "code": _("Letters, digits and hyphens, such as supplies. It stays as it is."),
            "treatment": _(
                "Costs count, count up to a limit, or do not; income is taken off or not."
            ),
            "source": _("The document or page, with its date."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]

    def clean_code(self):
        code = self.cleaned_data["code"]
        if self.instance.edition.categories.filter(code=code).exists():
            raise ValidationError(_("There is a category with this code. Change that one."))
        return code


class PaperForm(forms.Form):
    """A proposal that came on paper: whose it is, and the day that counts."""

    received_on = forms.DateField(
        label=_("Received on (収受日)"), widget=DateInput(),
        help_text=_("This day counts, whenever the proposal is keyed in."),
    )  # fmt: skip
    title = forms.CharField(label=_("Name of the project"), max_length=200)
    organization = RowField(
        label=_("Group"), queryset=Organization.objects.none(), required=False,
        empty_label=_("A group that is not here yet"),
    )  # fmt: skip
    new_organization = forms.CharField(
        label=_("Name of the group that is not here yet"), max_length=200, required=False
    )

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["organization"].queryset = Organization.objects.standing().order_by(
            "name_key", "pk"
        )

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day > self.today:
            raise ValidationError(_("The day cannot lie in the future."))
        return day

    def clean(self):
        data = super().clean()
        if bool(data.get("organization")) == bool(data.get("new_organization")):
            raise ValidationError(_("Choose a group, or write the name of a new one."))
        return data
