"""What a person's window showed of a row: an older window never writes over what was said since."""

from collections.abc import Mapping

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .history import digest_of

#: How a form finds this refusal among others.
OVERTAKEN = "overtaken"


class Overtaken(ValidationError):
    """Somebody else wrote meanwhile what this window would change; nothing was written."""

    def __init__(self):
        super().__init__(
            _("Somebody else changed this meanwhile. Nothing of this window was saved."), OVERTAKEN
        )


def mark_of(values: Mapping) -> str:
    """Return what marks ``values``, as they are kept or as a browser sends them back, unchanged."""
    return digest_of({name: _as_sent(value) for name, value in values.items()})[:16]


def _as_sent(value):
    """Return words without what the way through a browser changes of them."""
    if value is None:
        return ""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def is_to_be_written(wanted: Mapping, kept: Mapping, *, seen: str | None) -> bool:
    """Return whether a window changed what it showed; what it left alone stays as others wrote it.

    :param wanted: what the window sends, by name of the field.
    :param kept: the same fields as they are kept now, under a lock.
    :param seen: the mark of what the window showed; ``None`` where a program writes, without one.
    :raises Overtaken: if it changed something, and it is another by now than what it showed.
    """
    if seen is None:
        return True
    if wanted == kept or seen == mark_of(wanted):
        return False
    if seen != mark_of(kept):
        raise Overtaken
    return True


class ShowsWhatItSaw(forms.BaseForm):
    """A form that sends back the mark of what it showed.

    :cvar apart: fields that ask for something to be done, and show nothing that is kept.
    :cvar mark: the name of the field with the mark; two forms of one prefix have two.
    """

    apart: tuple[str, ...] = ()
    mark = "seen"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[self.mark] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial[self.mark] = mark_of(self.shown)

    @property
    def shown(self) -> dict:
        """What is kept when the page is made, by name of the field."""
        return {
            name: self.get_initial_for_field(self.fields[name], name) for name in self.asked_for
        }

    @property
    def asked_for(self) -> list[str]:
        return [name for name in self.fields if name not in (self.mark, *self.apart)]

    @property
    def wanted(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.asked_for}

    @property
    def seen(self) -> str:
        return self.cleaned_data[self.mark]

    @property
    def is_overtaken(self) -> bool:
        return self.has_error(NON_FIELD_ERRORS, OVERTAKEN)

    @property
    def unsaved(self) -> list[tuple[str, str]]:
        """What this window says otherwise than what is kept: label and value, in words."""
        return [
            (self.fields[name].label, _in_words(self.fields[name], self.cleaned_data.get(name)))
            for name in self.changed_data if name != self.mark
        ]  # fmt: skip

    def catch_up(self) -> None:
        """Show of one form among many what is kept now: in the field, or beside what was typed there.

        The next time it is sent, the person has seen both.
        """
        shown, wanted = self.shown, self.wanted
        now, left_alone = mark_of(shown), mark_of(wanted) == self.seen
        if self.seen == now:
            return
        self.data = self.data.copy()
        self.data[self.add_prefix(self.mark)] = now
        for name in (one for one in shown if _as_sent(wanted[one]) != _as_sent(shown[one])):
            kept = _in_words(self.fields[name], shown[name])
            if not left_alone:
                self.add_error(
                    name,
                    _(
                        "Somebody else wrote here meanwhile: “%(kept)s”. Nothing is saved yet. Saved once more, your words replace these."
                    )
                    % {"kept": kept},
                )
            elif shown[name] is False:
                self.data.pop(self.add_prefix(name), None)
            else:
                self.data[self.add_prefix(name)] = shown[name]


def caught_up(page):
    """Return a page of many forms, made anew with what was sent, that shows what others wrote meanwhile.

    :param page: has ``all`` its forms; says ``is_valid``.
    """
    page.is_valid()
    for form in page.all:
        if isinstance(form, ShowsWhatItSaw):
            form.catch_up()
    return page


def _in_words(field: forms.Field, value) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    named = dict(getattr(field, "choices", ()))
    return str(named.get(value, value) or gettext_lazy("(empty)"))
