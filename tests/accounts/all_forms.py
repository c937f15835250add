"""The fields of every form of the program, so that a rule can be asked of all of them."""

from collections.abc import Iterator

from django import forms
from django.urls import get_resolver

APPS = ("accounts", "casework", "guideline", "grants", "reviews", "reporting")


def _below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def fields_of_all_forms(kind) -> list[tuple[str, forms.Field]]:
    """Return each field of a kind, or of one of several, with the place where it is written."""
    get_resolver().url_patterns  # noqa: B018  every form is loaded with its page
    return [
        (f"{form.__module__}.{form.__name__}.{name}", field)
        for form in _below(forms.BaseForm)
        if form.__module__.partition(".")[0] in APPS
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, kind)
    ]
