"""What the public reads of a report, from the content of a version alone: prepared for a page."""

from django.urls import reverse

from guideline.models import fiscal_year_name, in_language

from .models import Form


def text_of(content: dict) -> dict:
    """Return the content with its codes in words, in the language of the page."""
    return {
        **content,
        "year": fiscal_year_name(content["fiscal_year"]),
        "form_label": Form(content["form"]).label,
        "department_label": in_language(content["department"], content["department_en"]),
        "measures": [_named(row) for row in content["measures"]],
    }


def _named(row: dict) -> dict:
    url = reverse("guideline:measure", args=[row["edition"], row["number"]])
    return {**row, "name": in_language(row["title"], row["title_en"]), "url": url}
