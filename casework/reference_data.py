"""Departments, closed days and what is known of the city, as this program ships them.

Departments are of ``accounts``, which lies below the loader and so cannot call it itself.
"""

from datetime import datetime
from pathlib import Path

from django.db import transaction
from import_export import resources

import accounts
from accounts.resources import DepartmentResource

from .calendar import standard_closed_days
from .models import CitySetting, ClosedDay
from .reference import Difference, load_csv

DEPARTMENTS = Path(accounts.__file__).parent / "reference" / "departments.csv"
CITY_SETTINGS = Path(__file__).parent / "city_settings.csv"

#: Calendar years whose closed days are shipped; the office adds later ones.
FIRST_YEAR, LAST_YEAR = 2022, 2028
CLOSED_DAYS_SOURCE = "国民の祝日に関する法律、地方自治法4条の2第2項（12月29日から1月3日まで）"


class CitySettingResource(resources.ModelResource):
    class Meta:
        model = CitySetting
        import_id_fields = ["code"]
        fields = ["code", "value", "source"]
        clean_model_instances = True
        use_transactions = True


@transaction.atomic
def load(*, at: datetime) -> list[Difference]:
    """Add what the database does not have; return where it differs from the files.

    :raises DamagedFile: naming every faulty line; nothing is added.
    """
    departments = load_csv(DEPARTMENTS, DepartmentResource(), ["name", "valid_from"])
    settings = load_csv(CITY_SETTINGS, CitySettingResource(), ["code"])
    return [*departments.differences, *settings.differences, *_load_closed_days()]


def _load_closed_days() -> list[Difference]:
    wanted = dict(standard_closed_days(FIRST_YEAR, LAST_YEAR))
    known = dict(ClosedDay.objects.values_list("day", "name"))
    ClosedDay.objects.bulk_create(
        ClosedDay(day=day, name=name, source=CLOSED_DAYS_SOURCE)
        for day, name in wanted.items()
        if day not in known
    )
    return [
        Difference("closed days", day.isoformat(), "name", name, known[day])
        for day, name in wanted.items()
        if known.get(day, name) != name
    ]
