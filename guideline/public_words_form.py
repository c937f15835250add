"""The part of a form that asks about words that everybody reads as soon as they are saved."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import public_words


class AsksAboutWords(forms.ModelForm):
    """Shows what is found at its field; a box for each finding lets it stand."""

    def clean(self) -> dict:
        said = super().clean() or self.cleaned_data
        names = [name for name in public_words.FIELDS[type(self.instance)] if name in said]
        found = public_words.findings(self.instance, {name: said[name] for name in names})
        ticked = set(self.data.getlist(self.add_prefix("right")))
        self.right = [one.digest for one in found if one.digest in ticked]
        waiting = [one for one in found if one.digest not in ticked]
        if waiting:
            self._ask_about(found)
        for one in waiting:
            self.add_error(one.field if one.field in self.fields else None, one.said)
        return said

    def _ask_about(self, found: list[public_words.Finding]) -> None:
        self.fields["right"] = forms.MultipleChoiceField(
            label=_("I looked at it, and everybody may read this"),
            help_text=_("Mend the words above, or tick here what is right as it is. Who ticked it is kept."),
            choices=[(one.digest, f"{self._label(one.field)}: {one.said}") for one in found],
            required=False, widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    def _label(self, name: str) -> str:
        in_form = self.fields.get(name)
        return str(
            in_form.label if in_form else self._meta.model._meta.get_field(name).verbose_name
        )


class RefusesWords(forms.ModelForm):
    """Refuses what is found: where no box can be shown, the page that has one is named."""

    def clean(self) -> dict:
        said = super().clean() or self.cleaned_data
        refuse(
            self.instance,
            {n: said[n] for n in public_words.FIELDS[type(self.instance)] if n in said},
        )
        return said


def refuse(row, values: dict) -> None:
    """Refuse words in which something is found.

    :raises ValidationError: naming all of it and the page on which it can be let stand.
    """
    where = _("If it is right, write it on the page of the row, where you can say so.")
    told: dict[str, list[str]] = {}
    for one in public_words.findings(row, values):
        told.setdefault(one.field, []).append(f"{one.said} {where}")
    if told:
        raise ValidationError(told)
