"""Every column of words: a retention class destroys it, or a row here says why it is kept."""

import csv
from collections import Counter
from pathlib import Path

from django.apps import apps
from django.db import models

from casework import retention

KEPT = Path(__file__).with_name("kept_columns.csv")
PROGRAM = ("accounts", "casework", "guideline", "grants", "reviews", "reporting")
WORDS = (
    models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField,
)  # fmt: skip


def columns_of_words() -> set[str]:
    """Return what can hold words of, or about, a person; of a choice the words are ours."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in PROGRAM
        for field in model._meta.local_concrete_fields
        if isinstance(field, WORDS) and not field.choices
    }


def covered(columns: set[str]) -> set[str]:
    """Return the columns that a class destroys, alone or with their rows."""
    told = {name for kept in retention.classes().values() for name in kept.covers}
    return {name for name in columns if name in told or name.rpartition(".")[0] in told}


def test_every_column_of_words_is_covered_by_a_class_or_kept_for_a_reason():
    columns = columns_of_words()
    with KEPT.open(encoding="utf-8") as file:
        rows = [(row["column"], row["why"].strip()) for row in csv.DictReader(file)]
    times = Counter([*covered(columns), *(name for name, _why in rows)])

    assert {name: times[name] for name in columns if times[name] != 1} == {}
    assert set(times) - columns == set(), "these columns are no more"
    assert [name for name, why in rows if not why] == []


def test_every_class_names_rows_and_columns_that_there_are():
    models_there = {model._meta.label: model for model in apps.get_models()}
    told = [name for kept in retention.classes().values() for name in kept.covers]

    unknown = [
        name
        for name in told
        if name not in models_there
        and name.rpartition(".")[2]
        not in {f.name for f in models_there[name.rpartition(".")[0]]._meta.get_fields()}
    ]
    assert told and unknown == []
