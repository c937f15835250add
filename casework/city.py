"""What only the city knows. Each setting has a code and words; empty means "not set"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import CharField, F, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require

from . import quiet_hours, upload_limit
from .calendar import japan_date
from .flow import Text
from .models import CitySetting, Letter, Sender


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing only the city knows.

    :param choices: (code, words) where only some values make sense; empty where any text does.
    :param check: called with a value; raises ``ValidationError`` if it makes no sense.
    """

    code: str
    label: Text
    hint: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    check: Callable[[str], object] = str


#: The value of ``representative_paper`` where the city wants one.
WANTED = "wanted"

#: The value of ``letter_numbers`` where a person types in each number.
TYPED_IN = "typed_in"

SETTINGS: dict[str, Setting] = {
    setting.code: setting
    for setting in (
        Setting("program_name", _("Name of the program")),
        Setting("city_name", _("Name of the city")),
        Setting("office_name", _("Name of the office in charge")),
        Setting("office_contact", _("Contact of the office"), _("Telephone and e-mail address.")),
        Setting("letter_symbol", _("Symbol of letters (文書記号)"), _("Stands before the number.")),
        Setting(
            "letter_numbers",
            _("Numbers of letters"),
            _("Counted here, unless they are typed in: then each letter waits for its number."),
            choices=((TYPED_IN, _("typed in, from the city's register of documents")),),
        ),
        Setting("letter_seal", _("Seal on letters"), choices=tuple(Letter.Seal.choices)),
        Setting("appeal_text", _("Instruction on appeals (教示文)"), _("Printed when it is set.")),
        Setting(
            "representative_paper",
            _("Paper of a change of representative (届)"),
            _("While it is not set, the office notes a change with a paper or without one."),
            choices=((WANTED, _("wanted")), ("not_wanted", _("not wanted"))),
        ),
        Setting("accessibility_contact", _("Contact for accessibility")),
        Setting(
            "quiet_hours",
            _("Quiet hours"),
            _("E-mails written between these times wait until they end, such as 21:00-08:00."),
            check=quiet_hours.parse,
        ),
        Setting(
            "upload_limit",
            _("Largest file that is taken, in MB"),
            _("A whole number from 1 to 20. While it is not set, 20 MB."),
            check=upload_limit.parse,
        ),
    )
}


def value(code: str) -> str:
    """Return what the city set for ``code``, or an empty text if it is not set.

    :raises KeyError: if there is no such setting.
    """
    return values(code)[code]


def values(*codes: str) -> dict[str, str]:
    """Return the values of several settings in one query."""
    found = {SETTINGS[code].code: "" for code in codes}
    rows = CitySetting.objects.filter(code__in=codes).values_list("code", "value")
    return {**found, **dict(rows)}


def asked(code: str) -> Coalesce:
    """Return what :func:`value` returns, for a query that asks for more than that.

    :raises KeyError: if there is no such setting.
    """
    rows = CitySetting.objects.filter(code=SETTINGS[code].code).values("value")
    return Coalesce(Subquery(rows), Value(""), output_field=CharField())


@transaction.atomic
def set_value(code: str, value: str, *, source: str, by, at: datetime) -> CitySetting:
    """Set one setting, with where its value comes from.

    :raises KeyError: if there is no such setting.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the value makes no sense for it.
    """
    require(by.act_on(japan_date(at)), "casework.change_settings")
    SETTINGS[code].check(value)
    defaults = {"value": value.strip(), "source": source, "by": by, "at": at}
    setting, _created = CitySetting.objects.update_or_create(
        code=SETTINGS[code].code, defaults=defaults
    )
    return setting


def sender_on(day: date) -> Sender | None:
    """Return in whose name letters leave on ``day``; ``None`` if it is not set."""
    # Databases differ in where they put an empty start; it is the earliest.
    newest = F("valid_from").desc(nulls_last=True)
    return Sender.objects.valid_on(day).order_by(newest, "-pk").first()


@transaction.atomic
def add_sender(sender: Sender, *, by, at: datetime) -> Sender:
    """Add in whose name letters leave from some day on.

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "casework.change_settings")
    sender.save(force_insert=True)
    return sender


@transaction.atomic
def end_sender(sender: Sender, *, last_day: date, by, at: datetime) -> Sender:
    """Say until which Japan date, included, letters leave in this name.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the last day lies before the first.
    """
    require(by.act_on(japan_date(at)), "casework.change_settings")
    sender.valid_until = last_day
    sender.full_clean()
    sender.save(update_fields=["valid_until"])
    return sender
