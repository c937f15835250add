"""The page on which the office confirms, corrects, adds, takes out and weighs measures of a project."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.advancing import Advanced, advanced, suggested_weights
from grants.measure_weights import WHOLE
from grants.models import Proposal
from grants.services.measures import Read, mark_of_measures

from .drafts import measure_choices
from .fields import text_area

#: Rows for measures that nobody named, besides those that the office added earlier.
SPARE = 2


class ReadForm(forms.Form):
    """One measure as the office reads it."""

    measure = forms.TypedChoiceField(
        label=gettext_lazy("Measure"), coerce=int, empty_value=None, required=False
    )
    weight = forms.IntegerField(
        label=gettext_lazy("Weight (percent)"), min_value=1, max_value=WHOLE, required=False
    )
    how = forms.CharField(
        label=gettext_lazy("How the project advances it, in the city’s words"),
        required=False, widget=text_area(2),
    )  # fmt: skip

    def __init__(self, *args, choices, row: Advanced | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["measure"].choices = choices

    def clean(self):
        data = super().clean()
        if data.get("measure") and not data.get("weight") and "weight" not in self.errors:
            self.add_error("weight", _("Enter a weight, such as 50."))
        if not data.get("measure") and (data.get("weight") or data.get("how")):
            self.add_error("measure", _("Choose a measure, or empty the row."))
        return data

    def read(self) -> Read | None:
        data = self.cleaned_data
        if not data.get("measure"):
            return None
        return Read(data["measure"], data["weight"], how=data["how"])


class NamedForm(ReadForm):
    """A measure that the group named: it stands, is corrected, or is taken out."""

    out = forms.BooleanField(
        label=gettext_lazy("Take it out: the project does not advance this measure"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is another measure, or is taken out"),
        required=False, widget=text_area(2),
        help_text=gettext_lazy("The group reads this, too."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["how"].help_text = gettext_lazy("Leave this empty if the group’s words stand.")

    @property
    def named(self) -> int:
        return self.row.named.measure_id

    def clean(self):
        data = forms.Form.clean(self)
        corrected = bool(data.get("measure")) and data["measure"] != self.named
        if (data.get("out") or corrected) and not data.get("reason"):
            self.add_error("reason", _("Say why."))
        if not data.get("out"):
            for name, words in (
                ("measure", _("Choose a measure.")), ("weight", _("Enter a weight, such as 50."))
            ):  # fmt: skip
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data

    def read(self) -> Read:
        data = self.cleaned_data
        if data["out"]:
            return Read(self.named, 0, self.named, reason=data["reason"])
        corrected = data["measure"] != self.named
        reason = data["reason"] if corrected else ""
        return Read(data["measure"], data["weight"], self.named, data["how"], reason)


class SeenForm(forms.Form):
    """What the person saw when the page was loaded."""

    seen = forms.CharField(widget=forms.HiddenInput)


class MeasuresPage:
    """The forms of the page, kept together or not at all.

    :ivar named: a form for each measure that the group named.
    :ivar added: forms of what the office adds.
    """

    def __init__(self, proposal: Proposal, data=None):
        rows = advanced(proposal)
        weights = dict(zip(map(id, rows), suggested_weights(rows), strict=True))
        choices = measure_choices(proposal)
        self.seen = SeenForm(data, initial={"seen": mark_of_measures(proposal)})
        self.named = [
            NamedForm(
                data, prefix=f"named-{row.named.measure_id}", choices=choices, row=row,
                initial=_initial(row, weights[id(row)]),
            )
            for row in rows
            if row.named
        ]  # fmt: skip
        before = [row for row in rows if row.named is None]
        self.added = [
            ReadForm(
                data, prefix=f"added-{at}", choices=choices, row=row,
                initial=_initial(row, weights[id(row)]) if row else None,
            )
            for at, row in enumerate([*before, *[None] * SPARE])
        ]  # fmt: skip

    @property
    def all(self) -> list[forms.Form]:
        return [self.seen, *self.named, *self.added]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.all]
        if not all(valid):
            return False
        total = sum(row.weight for row in self.rows())
        if total != WHOLE and any(row.weight for row in self.rows()):
            words = _("The weights add up to %(total)d, not to 100.") % {"total": total}
            self.seen.add_error(None, words)
        return not self.seen.errors

    def rows(self) -> list[Read]:
        """Return what a valid page says."""
        found = [form.read() for form in (*self.named, *self.added)]
        return [row for row in found if row is not None]

    @property
    def seen_mark(self) -> str:
        return self.seen.cleaned_data["seen"]


def _initial(row: Advanced, weight: int | None) -> dict:
    reading = row.reading
    return {
        "measure": row.measure.pk, "weight": weight or None,
        "how": reading.how if reading else "", "reason": reading.reason if reading else "",
        "out": row.is_taken_out,
    }  # fmt: skip
