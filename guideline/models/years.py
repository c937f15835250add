"""Plan and result of a measure by fiscal year, as the office keeps them, and every version of them."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.dates import MONTHS as NAMES
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework import parties

from .measure import TONES, Measure, Status
from .titles import fiscal_year_name

#: The months of a fiscal year, in its order.
MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
#: The longest words that a month carries; what needs more belongs to the year.
MONTH_WORDS = 400
#: Marks a month without words; however it is typed.
RINGS = frozenset("○〇◯")


def refuse_other_than_months(value: object) -> None:
    """Refuse what is not a list of months, each once and in the order of the fiscal year."""
    if not isinstance(value, list) or value != [month for month in MONTHS if month in value]:
        raise ValidationError(_("These are not months of a fiscal year, in their order."))


def refuse_other_than_words_by_month(value: object) -> None:
    """Refuse what is not words by month: the month's number as text, and words that are not empty."""
    known = {str(month) for month in MONTHS}
    if not isinstance(value, dict) or not value.keys() <= known:
        raise ValidationError(_("These are not words by month."))
    for words in value.values():
        if not isinstance(words, str) or not words.strip():
            raise ValidationError(_("These are not words by month."))
        if words.strip() in RINGS:
            raise ValidationError(_("A ring alone says nothing. Tick the month instead."))
        if len(words) > MONTH_WORDS:
            raise ValidationError(
                _("The words of a month are longer than %(longest)d characters. Shorten them."),
                params={"longest": MONTH_WORDS},
            )


#: Words by month → the months that a bar shows; a month with words is one of them.
BY_MONTH = {"plan_by_month": "plan_months", "result_by_month": "result_months"}


#: Months that are told in one line, and their words; only a month alone has some.
MonthLine = tuple[list[int], str]


def month_lines(months: Iterable[tuple[int, str]]) -> list[MonthLine]:
    """Return months with their words a line each, and those without words that follow each other in one."""
    found: list[MonthLine] = []
    for month, words in months:
        if found and not words and not found[-1][1]:
            found[-1][0].append(month)
        else:
            found.append(([month], words))
    return found


class SaysMonths:
    """What has months and, for some of them, words."""

    __slots__ = ()

    @property
    def planned_lines(self) -> list[MonthLine]:
        return month_lines(self.planned)

    @property
    def done_lines(self) -> list[MonthLine]:
        return month_lines(self.done)

    @property
    def planned(self) -> list[tuple[int, str]]:
        """The planned months in the order of the fiscal year, each with its words, which may be empty."""
        return [(month, self.plan_by_month.get(str(month), "")) for month in self.plan_months]

    @property
    def done(self) -> list[tuple[int, str]]:
        """The months in which something was done, in the same way."""
        return [(month, self.result_by_month.get(str(month), "")) for month in self.result_months]


class MeasureYear(SaysMonths, models.Model):
    """What is planned for a measure in a fiscal year, and what came of it.

    ``plan_months`` and ``result_months`` are months, 1 to 12, in the order of the fiscal year;
    ``plan_by_month`` and ``result_by_month`` say in words what a month of them brings: number → words.
    ``edit_number`` counts the times its words were written (``casework.edit_numbers``).
    """

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="years", verbose_name=_("measure")
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    target = models.TextField(_("target"), blank=True)
    plan = models.TextField(_("plan"), blank=True)
    plan_months = models.JSONField(
        _("planned months"), default=list, blank=True, validators=[refuse_other_than_months]
    )
    plan_by_month = models.JSONField(
        _("plan by month"),
        default=dict,
        blank=True,
        validators=[refuse_other_than_words_by_month],
    )
    result = models.TextField(_("result"), blank=True)
    result_months = models.JSONField(
        _("months in which it was done"),
        default=list,
        blank=True,
        validators=[refuse_other_than_months],
    )
    result_by_month = models.JSONField(
        _("what was done, by month"),
        default=dict,
        blank=True,
        validators=[refuse_other_than_words_by_month],
    )
    status = models.CharField(
        pgettext_lazy("of a measure", "status"), max_length=20, choices=Status.choices, blank=True
    )
    next_plan = models.TextField(_("plan for next year"), blank=True)
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("plan and result of a year")
        verbose_name_plural = _("plans and results by year")
        constraints = [
            models.UniqueConstraint(fields=["measure", "fiscal_year"], name="measure_year_once"),
            models.CheckConstraint(
                condition=Q(status__in=["", *Status.values]), name="measure_year_status_known"
            ),
        ]

    def __str__(self):
        return f"{self.measure} {self.fiscal_year}"

    def clean(self):
        for by_month, months in BY_MONTH.items():
            silent = {int(month) for month in getattr(self, by_month)} - set(getattr(self, months))
            if silent:
                raise ValidationError({months: _words_without_a_month(silent)})

    @property
    def name(self) -> str:
        return fiscal_year_name(self.fiscal_year)

    @property
    def tone(self) -> str:
        return TONES[Status(self.status)] if self.status else "neutral"


def _words_without_a_month(months: set[int]) -> str:
    named = parties.listed(str(NAMES[month]) for month in MONTHS if month in months)
    return _("%(months)s: there are words for it. Take them out first, or tick the month.") % {
        "months": named
    }


class MeasureYearVersion(models.Model):
    """The whole of a year's row and its figures as somebody left them; never changed afterwards.

    ``content`` is what :func:`guideline.years.content_of` returns; ``taken`` lists the suggestions
    that were taken for it, each with what it rested on.
    """

    year = models.ForeignKey(
        MeasureYear,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("plan and result of a year"),
    )
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    taken = models.JSONField(_("suggestions taken"), default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("written by"),
    )
    at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("version of a year’s plan and result")
        verbose_name_plural = _("versions of a year’s plan and result")
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="measure_year_version_once"),
        ]

    def __str__(self):
        return f"{self.year} ({self.number})"


class MeasureTextVersion(models.Model):
    """What the guideline prints of a measure, as somebody entered it; never changed afterwards."""

    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, related_name="texts", verbose_name=_("measure")
    )
    text = models.TextField(_("text of the guideline"), blank=True)
    previous_actions = models.TextField(_("what was done before"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("written by"),
    )
    at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("version of a measure’s text")
        verbose_name_plural = _("versions of a measure’s text")

    def __str__(self):
        return f"{self.measure} {self.at:%Y-%m-%d %H:%M}"
