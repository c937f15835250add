"""Forms of what the office does on any case."""

from datetime import time

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Duty, Role, User
from accounts.row_fields import RowField

from . import numbers
from .calendar import add_months, fiscal_year, japan_date, moment
from .city import Setting
from .date_input import DateInput
from .errors import NotPossible
from .models import Deadline, Notice, Sender
from .models.case import KINDS
from .moves import MoveForm, asks
from .templatetags.components import fiscal_year_tag
from .timekeeping import refuse_extension

#: The filter that leaves no kind of case out.
ALL_KINDS = "all"

#: Shows only the cases on which something is owed past its date.
LATE = "late"

#: How far one press moves the clock of a demonstration, at most.
FARTHEST_MONTHS = 24


class ReasonForm(MoveForm):
    """A move that needs a reason; the reason is kept apart from the history."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class SendBackForm(MoveForm):
    """What has to be mended, and by when."""

    reason = forms.CharField(
        label=_("What has to be mended"), widget=forms.Textarea(attrs={"rows": 5})
    )
    due_on = forms.DateField(
        label=_("Due"),
        required=False,
        widget=DateInput(),
        help_text=_("If it is empty, the due date shows as not set."),
    )


class ApproveForm(MoveForm):
    """What a decision needs; the number and post only where it was made in another system."""

    decided_on = forms.DateField(label=_("Date of the decision (決裁日)"), widget=DateInput())
    external_number = forms.CharField(
        label=_("Number in the city's document system (起案番号)"),
        required=False,
        max_length=60,
        help_text=_("Only if the decision was made there."),
    )
    external_post = forms.CharField(
        label=_("Post that decided (職名)"), required=False, max_length=100
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decided_on"].initial = self.today


class AnswerForm(MoveForm):
    """What whoever sent the draft back is told."""

    note = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 4}))


asks("approval", "approve", ApproveForm)
asks("approval", "redraft", AnswerForm)
asks("approval", "send_back", ReasonForm)
asks("approval", "drop", ReasonForm)


class ExtendForm(MoveForm):
    """More time for one open deadline of the case, also after its date."""

    deadline = RowField(Deadline.objects.all(), label=_("Deadline"), widget=forms.HiddenInput())
    until_on = forms.DateField(label=_("New date"), widget=DateInput())
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "A letter that leaves prints it. If somebody asked for more time, say who, when, and whether on "
            "paper, by e-mail or by telephone."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deadline"].queryset = self.case.deadlines.open()

    def clean_deadline(self) -> int:
        return self.cleaned_data["deadline"].pk

    def clean(self):
        data = super().clean()
        dates = {name: data[name] for name in ("deadline", "until_on") if name in data}
        if len(dates) == 2:
            try:
                refuse_extension(self.case, **dates)
            except NotPossible as refusal:
                self.add_error("until_on", str(refusal.why))
        return data


asks("destruction", "drop", ReasonForm)


class PeriodForm(forms.Form):
    """For how long the city keeps a class of rows, and where that is said."""

    years = forms.IntegerField(
        label=_("Kept for (years)"), required=False, min_value=1, max_value=100,
        help_text=_("Full fiscal years. Empty means not set: nothing is ever proposed."),
    )  # fmt: skip
    source = forms.CharField(
        label=_("Source"), required=False, max_length=300,
        help_text=_("The rule of the city that says so, with its date."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        if data.get("years") and not data.get("source"):
            self.add_error("source", _("Say where the value comes from."))
        return data


class HoldForm(forms.Form):
    """Which case is kept from destruction, and why."""

    number = forms.CharField(label=_("Number of the case"), max_length=40)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class LiftForm(forms.Form):
    """Why a case is not kept from destruction any more."""

    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: the claim is settled. It is kept in the history of the case."),
    )  # fmt: skip


class SetDateForm(forms.Form):
    """The office's answer where a rule is not set, or its basis changed."""

    due_on = forms.DateField(label=_("Date"), widget=DateInput())
    reason = forms.CharField(
        label=_("What the date rests on"), widget=forms.Textarea(attrs={"rows": 3})
    )


class MailedForm(forms.Form):
    """The day on which what was printed went to the post."""

    day = forms.DateField(label=_("Posted on"), widget=DateInput())


class ReturnedForm(forms.Form):
    """What the post brought back."""

    day = forms.DateField(label=_("Came back on"), widget=DateInput())
    reason = forms.CharField(
        label=_("What the envelope says"), widget=forms.Textarea(attrs={"rows": 2})
    )


class ReissueForm(forms.Form):
    """A new version of a letter: why, and what its addressee is told about it."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the history and beside the old version."),
    )
    remark = forms.CharField(
        label=_("Remark in the letter"),
        required=False,
        max_length=300,
        help_text=_("In Japanese; printed below the sentence that names the letter it replaces."),
    )


class CorrectForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class AssignForm(forms.Form):
    clerk = RowField(label=_("Clerk in charge"), queryset=User.objects.none())

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        of_the_office = Duty.objects.valid_on(today).filter(role=Role.OFFICE)
        clerks = User.objects.filter(is_active=True, pk__in=of_the_office.values("user"))
        self.fields["clerk"].queryset = clerks.order_by("name", "pk")


class DraftForm(forms.Form):
    """What a draft is called where the approver finds it."""

    title = forms.CharField(label=_("Title of the draft (件名)"), max_length=200)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "PDF, JPEG, PNG, HEIC, WebP, DOCX or XLSX, up to 20 MB; without password and macros."
        ),
    )
    label = forms.CharField(label=_("What it is"), max_length=100, required=False)


class WorkbookForm(forms.Form):
    """A form that was completed in a spreadsheet program."""

    file = forms.FileField(
        label=_("The workbook (XLSX)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=_("The one that was taken from this page."),
    )


class SettingForm(forms.Form):
    """The value of one setting, with where it comes from."""

    value = forms.CharField(
        label=_("Value"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Where the value comes from.")
    )

    def __init__(self, *args, setting: Setting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = setting.hint
        if setting.choices:
            choices = [("", _("Not set")), *setting.choices]
            self.fields["value"] = forms.ChoiceField(
                label=_("Value"), required=False, choices=choices, help_text=setting.hint
            )
        self.fields["value"].validators.append(setting.check)


class SenderForm(forms.ModelForm):
    class Meta:
        model = Sender
        fields = ["title", "name", "valid_from", "valid_until"]
        widgets = {"valid_from": DateInput(), "valid_until": DateInput()}
        help_texts = {
            "title": _("Such as 市長 with the name of the city, as letters print it."),
            "valid_until": _("Leave this empty while nobody follows."),
        }


class LastDayForm(forms.Form):
    last_day = forms.DateField(label=_("Last day"), widget=DateInput())


class ClockForm(forms.Form):
    """To which day the clock of a demonstration moves; it never moves back."""

    day = forms.DateField(label=_("Go to this day"), widget=DateInput())

    def __init__(self, *args, now, **kwargs):
        self.now = now
        super().__init__(*args, **kwargs)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day <= japan_date(self.now):
            raise ValidationError(_("The clock only moves forward: choose a later day."))
        if day > add_months(japan_date(self.now), FARTHEST_MONTHS):
            raise ValidationError(_("Move the clock by two years at most."))
        return day

    @property
    def moment(self):
        """Nine in the morning of the chosen day."""
        return moment(self.cleaned_data["day"], time(9))


# Filters of lists: what the address asks for that does not exist, is passed over


class FilterForm(forms.Form):
    q = forms.CharField(
        label=_("Words"), required=False, max_length=100, widget=forms.TextInput({"type": "search"})
    )

    def asked(self, name: str) -> str:
        """Return what a filter asks for; empty if nothing, or nothing that there is."""
        self.is_valid()
        return (self.cleaned_data.get(name) or "").strip()

    @property
    def is_asked(self) -> bool:
        return any(self.asked(name) for name in self.fields)


class CaseFilterForm(FilterForm):
    """Search by title, number and group; filter by kind, state, year and whether it is open.

    As long as nothing is asked for, what the city keeps for itself (drafts of decisions, score
    sheets) is left out: there is much of it, and it is found by its kind.
    """

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    fiscal_year = forms.ChoiceField(label=_("Fiscal year"), required=False)
    only = forms.ChoiceField(
        label=_("Show"), required=False,
        choices=[
            ("", _("All")), ("open", _("Under way")), (LATE, _("Past its date")),
            ("closed", _("Closed")),
        ],
    )  # fmt: skip

    def __init__(self, *args, seen, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        found = sorted(set(seen.values_list("kind", "fiscal_year").distinct()))
        kinds = list(dict.fromkeys(kind for kind, _year in found))
        years = sorted({year for _kind, year in found}, reverse=True)
        everything = ("", _("All"))
        named = [(kind, KINDS[kind].label) for kind in kinds]
        self.fields["kind"].choices = [("", _("Cases of groups")), (ALL_KINDS, _("All")), *named]
        self.fields["state"].choices = [everything, *(_states_of(kind) for kind in kinds)]
        self.fields["fiscal_year"].choices = [everything, *((y, fiscal_year_tag(y)) for y in years)]

    def filter(self, cases):
        """Keep what the form asks for of ``cases``, which come ``with_next_date``."""
        if words := self.asked("q"):
            named = Q(organization__name__icontains=words) | Q(number__icontains=words)
            cases = cases.filter(named | Q(title__icontains=words))
        kind = self.asked("kind")
        if kind in KINDS:
            cases = cases.filter(kind=kind)
        elif not kind and not words and not self.asked("state"):
            cases = cases.filter(internal=False)
        if state := self.asked("state"):
            kind, _colon, code = state.partition(":")
            cases = cases.filter(kind=kind, state=code)
        if year := self.asked("fiscal_year"):
            cases = cases.filter(fiscal_year=int(year))
        return self._shown(cases, self.asked("only"))

    def _shown(self, cases, only: str):
        if only == LATE:
            return cases.filter(next_due__lt=self.today)
        return cases.filter(closed_at__isnull=only == "open") if only else cases


def _states_of(kind: str) -> tuple:
    stages = KINDS[kind].flow.stages.values()
    return KINDS[kind].label, [(f"{kind}:{stage.code}", stage.label) for stage in stages]


class LetterNumberForm(forms.Form):
    """The number of one letter; empty while the register has not given it."""

    number = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=999_999)


class NumberSeriesForm(forms.Form):
    """Which series goes on from which number, and why."""

    series = forms.ChoiceField(label=_("Series"))
    following = forms.IntegerField(
        label=_("Next number"), min_value=2, max_value=999_999,
        help_text=_("One more than the last number that was really given. It cannot be set back."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as what was lost, and where the letters in between are."),
    )
    sure = forms.BooleanField(label=_("This is the right series. I know that it is not set back."))

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.standing = {
            f"{at.series}-{at.fiscal_year}": at for at in numbers.standing(fiscal_year(today))
        }
        choices = [(key, _series_in_words(at, at.following)) for key, at in self.standing.items()]
        self.fields["series"].choices = choices

    @property
    def chosen(self) -> numbers.Standing:
        return self.standing[self.cleaned_data["series"]]

    @property
    def in_words(self) -> str:
        """What the series gives next once it is moved on."""
        return _series_in_words(self.chosen, self.cleaned_data["following"])


def _series_in_words(at: numbers.Standing, following: int) -> str:
    if at.is_of_letters:
        told = {"year": fiscal_year_tag(at.fiscal_year), "number": following}
        return _("Letters, %(year)s: the next number is %(number)d") % told
    number = numbers.number_of(at.series, at.fiscal_year, following)
    return _("Cases: the next number is %(number)s") % {"number": number}


class NoticeFilterForm(FilterForm):
    """Search by subject, address, group and case number; filter by what became of the notice, and how it goes."""

    state = forms.ChoiceField(
        label=_("Delivery"), required=False, choices=[("", _("All")), *Notice.State.choices]
    )
    channel = forms.ChoiceField(
        label=_("By"), required=False, choices=[("", _("All")), *Notice.Channel.choices]
    )

    def filter(self, notices):
        """Keep what the form asks for."""
        if words := self.asked("q"):
            group = Q(channel=Notice.Channel.POST, case__organization__name__icontains=words)
            number = Q(case__number__icontains=words)
            told = Q(subject__icontains=words) | Q(to__icontains=words)
            notices = notices.filter(told | number | group)
        if state := self.asked("state"):
            notices = notices.filter(state=state)
        if channel := self.asked("channel"):
            notices = notices.filter(channel=channel)
        return notices
