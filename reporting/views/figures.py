"""The verified figures for everyone: which tables there are, and each with where it comes from."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guideline import year_statuses
from guideline.models import Measure
from reporting.figures import FIGURES, KEYS, Table, table_of, tables
from reporting.figures.words import labels

PER_PAGE = 50


@require_safe
def figure_list(request):
    """All tables of figures, with the moment, the sources and the digest of each."""
    context = {
        "tables": tables(fictitious=settings.DEMO, at=request.now),
        "trail": [("/", _("Home")), (request.path, _("Figures"))],
    }
    return render(request, "reporting/figure_list.html", context)


@require_safe
def figure(request, code):
    """One table of figures."""
    if code not in FIGURES:
        raise Http404(code)
    table = table_of(code, fictitious=settings.DEMO, at=request.now)
    page = Paginator(table.rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _shown(table, page.object_list)
    context = {
        "table": table,
        "page": page,
        "figure": FIGURES[code],
        "differing": _differing(code),
        "trail": [
            ("/", _("Home")),
            (reverse("reporting:figures"), _("Figures")),
            (request.path, table.title),
        ],
    }
    return render(request, "reporting/figure.html", context)


def _differing(code: str) -> list:
    """Return the measures that the pages of the guideline count otherwise, by the rows of their years."""
    if code != "progress":
        return []
    return year_statuses.differing(Measure.objects.all(), AnonymousUser())


@require_safe
def figure_rows(request, code):
    """The rows of open data that one table adds up, for whoever wants to count again."""
    if code not in FIGURES:
        raise Http404(code)
    table = table_of(code, fictitious=settings.DEMO, at=request.now)
    page = Paginator(table.sources, PER_PAGE).get_page(request.GET.get("page"))
    parted = [source.partition(":") for source in page.object_list]
    page.object_list = [
        {"file": file, "key": " / ".join(KEYS[file]), "row": row} for file, _colon, row in parted
    ]
    heading = _("Rows that it adds up")
    context = {
        "table": table,
        "page": page,
        "figure": FIGURES[code],
        "trail": [
            ("/", _("Home")),
            (reverse("reporting:figures"), _("Figures")),
            (reverse("reporting:figure", args=[code]), table.title),
            (request.path, heading),
        ],
    }
    return render(request, "reporting/figure_rows.html", context)


def _shown(table: Table, rows) -> list[dict]:
    told, figure = labels(table), FIGURES[table.code]
    return [
        {
            "name": told[name],
            "cells": [
                {
                    "label": figure.columns[column],
                    "number": number,
                    "is_yen": column.endswith("_yen"),
                    "unknown": figure.said_of_none(column),
                }
                for column, number in zip(table.columns, numbers, strict=True)
            ],
        }
        for name, numbers in rows
    ]
