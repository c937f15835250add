"""What the office says when it puts a release together."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.row_fields import RowField, RowsField
from casework.date_input import MomentInput
from casework.forms import ReasonForm
from casework.moves import asks
from grants.forms.fields import text_area
from guideline.models import Progress, fiscal_year_name
from reporting import register
from reporting.models import CollaborationReport, Kind, PublicEntry, Release

from .contents import ALL

NOTE_HELP = _(
    "Everyone can read this beside the page. It is needed for a correction and for withdrawing."
)

asks("release", "stop", ReasonForm)


class ThingForm(forms.Form):
    """A table to put in: the register, a progress table, the figures of a year."""

    what = forms.ChoiceField(label=_("What"))
    withdraw = forms.BooleanField(label=_("Withdraw it from the public"), required=False)
    note = forms.CharField(
        label=_("Note for the public"), required=False, widget=text_area(2), help_text=NOTE_HELP
    )

    def __init__(self, *args, fictitious: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = tables(fictitious=fictitious)

    @property
    def thing(self) -> tuple[str, str]:
        """Kind and key of what was chosen."""
        kind, _colon, key = self.cleaned_data["what"].partition(":")
        return kind, key


def tables(*, fictitious: bool) -> list[tuple[str, str]]:
    """Return the tables that can be released, for a choice."""
    found = [(f"{Kind.REGISTER}:{ALL}", Kind.REGISTER.label)]
    days = Progress.objects.order_by("-as_of", "measure__edition__code")
    for row in days.values("as_of", "measure__edition__code", "measure__edition__title").distinct():
        key = f"{row['measure__edition__code']}/{row['as_of'].isoformat()}"
        label = f"{Kind.PROGRESS.label}: {row['measure__edition__title']} {row['as_of']}"
        found.append((f"{Kind.PROGRESS}:{key}", label))
    years = {row["adopted_in"] for row in register.entries(fictitious=fictitious)}
    for year in sorted(years - {register.YEAR_UNKNOWN}, reverse=True):
        found.append((f"{Kind.FIGURES}:{year}", f"{Kind.FIGURES.label}: {fiscal_year_name(year)}"))
    return found + _only_public({code for code, _label in found})


def _only_public(offered: set[str]) -> list[tuple[str, str]]:
    """Return what is public and rests on no rows any more: it can be withdrawn, and nothing else."""
    tables = PublicEntry.objects.standing().exclude(kind=Kind.REPORT).listed()
    return [
        (
            f"{entry.kind}:{entry.key}",
            _("%(title)s – nothing of it is on record any more, it can only be withdrawn")
            % {"title": entry.item.title},
        )
        for entry in tables.order_by("kind", "-key")
        if f"{entry.kind}:{entry.key}" not in offered
    ]


class ReportsForm(forms.Form):
    """Accepted reports to put in."""

    reports = RowsField(CollaborationReport.objects.none(), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, reports, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reports"].queryset = reports


class MomentForm(forms.Form):
    """When the release becomes public."""

    publish_at = forms.DateTimeField(
        label=_("Becomes public at (Japan time)"),
        required=False,
        widget=MomentInput(),
        help_text=_(
            "Such as 2026-12-01 09:00. If it is empty, everyone can read it as soon as it is approved."
        ),
    )


class ReportReleaseForm(forms.Form):
    """One report, from its own page."""

    withdraw = forms.BooleanField(label=_("Withdraw it from the public"), required=False)
    note = forms.CharField(
        label=_("Note for the public"), required=False, widget=text_area(3), help_text=NOTE_HELP
    )
    release = RowField(
        Release.objects.none(),
        label=_("Release"),
        required=False,
        empty_label=_("A new release, for this report alone"),
    )

    def __init__(self, *args, report: CollaborationReport, releases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["release"].queryset = releases
        if report.state == "accepted":
            del self.fields["withdraw"], self.fields["note"]
        elif report.state == "withdrawn":
            del self.fields["withdraw"]


class AcceptForm(forms.Form):
    """Why one warning can stand."""

    finding = forms.RegexField(r"^[0-9a-f]{64}$")
    reason = forms.CharField(max_length=500)
