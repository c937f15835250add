"""Reading the rules a case was made under. What is not set is ``None``, never "no limit"."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.periods import Period

YES = "yes"

#: What ``processing_from`` may say: from which day the usual time until a decision counts.
FROM_ARRIVAL, FROM_CALL_CLOSES = "arrival", "call_closes"


class Status(models.TextChoices):
    """What is known of a parameter."""

    SET = "set", _("set")
    NOT_SET = "not_set", _("not set")
    NOT_APPLICABLE = "not_applicable", _("does not apply")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The parameters of one course edition as a round froze them.

    :param values: name → ``{"status", "value", "unit", "source", "level", "confirmed_years"}``.
    """

    values: dict[str, dict]

    def status(self, name: str) -> str:
        return self.values.get(name, {}).get("status", Status.NOT_SET)

    def text(self, name: str) -> str | None:
        """Return the value as text; ``None`` where it is not set or does not apply."""
        entry = self.values.get(name, {})
        return entry["value"] if entry.get("status") == Status.SET else None

    def number(self, name: str) -> int | None:
        """Return the value as a whole number (yen, days, years …); ``None`` as for ``text``."""
        value = self.text(name)
        return int(value) if value is not None else None

    def period(self, name: str) -> Period | None:
        """Return the value as a period of days or months; ``None`` as for ``text``."""
        value = self.text(name)
        return Period.parse(value) if value is not None else None

    def decimal(self, name: str) -> Decimal | None:
        value = self.text(name)
        return Decimal(value) if value is not None else None

    def is_yes(self, name: str) -> bool:
        """Return whether a yes-or-no parameter is set to yes; what is not set is not yes."""
        return self.text(name) == YES

    def source(self, name: str) -> str:
        return self.values.get(name, {}).get("source", "")

    def cap_yen(self, adoption: int) -> int | None:
        """Return the most that one project year may get, in yen, at the n-th adoption."""
        if adoption > 1 and self.status("cap_yen_second_adoption") != Status.NOT_APPLICABLE:
            return self.number("cap_yen_second_adoption")
        return self.number("cap_yen")
