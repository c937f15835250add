"""Courses by edition, their parameters as rows, and the rounds that freeze them."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from casework.calendar import japan_date
from grants.categories import thaw
from grants.parameters import refuse_unreadable
from grants.rules import RuleSet, Status
from guideline.models import in_language


class Instrument(models.TextChoices):
    """By which instrument the money is given."""

    SUBSIDY = "subsidy", _("Subsidy (補助金)")
    COST_SHARE = "cost_share", _("Shared cost (負担金)")


class CourseEditionQuerySet(models.QuerySet):
    def lock_courses(self) -> None:
        """Lock every edition of the courses of these, in the order of their ids.

        The city's budget is that of a course, whatever its edition: who spends or changes it
        holds this lock first. The rows stay free to be referred to.
        """
        courses = self.values("course", "fictitious").distinct()
        same = Q(pk__in=[])
        for course in courses:
            same |= Q(**course)
        list(CourseEdition.objects.filter(same).order_by("pk").select_for_update(no_key=True))


class CourseEdition(models.Model):
    """A course as it stands from a fiscal year until its next edition."""

    course = models.SlugField(_("course"), max_length=30)
    first_fiscal_year = models.PositiveSmallIntegerField(_("first fiscal year"))
    label_ja = models.CharField(_("name"), max_length=100)
    label_en = models.CharField(_("name in English"), max_length=100, blank=True)
    instrument = models.CharField(_("instrument"), max_length=20, choices=Instrument.choices)
    series = models.SlugField(
        _("number series"),
        max_length=10,
        blank=True,
        db_index=False,
        help_text=_("Stands before the year and the number of a proposal, as in S-2026-003."),
    )
    source = models.CharField(_("source"), max_length=500, blank=True)
    level = models.CharField(_("rests on"), max_length=1, blank=True)
    fictitious = models.BooleanField(_("fictitious"), default=False)

    objects = CourseEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("course edition")
        verbose_name_plural = _("course editions")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "first_fiscal_year", "fictitious"], name="edition_once_a_year"
            ),
        ]

    def __str__(self):
        return f"{self.label} ({self.first_fiscal_year}–)"

    @property
    def label(self) -> str:
        """The course's name in the language of the page."""
        return in_language(self.label_ja, self.label_en)

    @property
    def number_series(self) -> str:
        """What stands before a proposal's number: the series, or the course while none is set."""
        return self.series or self.course

    def frozen(self) -> dict:
        """Return the parameters as a round keeps them."""
        return {
            parameter.name: {
                "status": parameter.status,
                "value": parameter.value,
                "unit": parameter.unit,
                "source": parameter.source,
                "level": parameter.level,
                "confirmed_years": parameter.confirmed_years,
                "note": parameter.note,
            }
            for parameter in self.parameters.order_by("name")
        }

    def frozen_categories(self) -> list[dict]:
        """Return the categories of costs and income as a round keeps them, in their order."""
        rows = self.categories.order_by("side", "position", "code")
        return [row.category.frozen() for row in rows]


class EditionParameter(models.Model):
    """One rule of one course edition: its value and source, or that it is not set."""

    edition = models.ForeignKey(
        CourseEdition,
        on_delete=models.PROTECT,
        verbose_name=_("course edition"),
        related_name="parameters",
    )
    name = models.SlugField(_("parameter"), max_length=60)
    status = models.CharField(_("status"), max_length=15, choices=Status.choices)
    value = models.TextField(_("value"), blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    level = models.CharField(_("rests on"), max_length=1, blank=True)
    confirmed_years = models.CharField(
        _("fiscal years for which it was confirmed"), max_length=100, blank=True
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        constraints = [
            models.UniqueConstraint(fields=["edition", "name"], name="parameter_once_an_edition"),
            models.CheckConstraint(
                condition=Q(status=Status.SET) & ~Q(value="") | ~Q(status=Status.SET) & Q(value=""),
                name="parameter_has_a_value_only_when_set",
                violation_error_message=_("Give a value exactly when the parameter is set."),
            ),
        ]

    def __str__(self):
        return f"{self.edition}: {self.name}"

    def clean(self):
        """Refuse a value that cannot be read, on a page and in an import alike."""
        if self.status == Status.SET and self.value:
            try:
                refuse_unreadable(self.name, self.value)
            except ValidationError as refusal:
                raise ValidationError({"value": refusal.messages}) from None


class ParameterChange(models.Model):
    """One change of a rule of an edition; written with the change, never altered afterwards.

    :param old_status: empty where the edition did not list the rule before.
    :param source: where the new value comes from.
    """

    edition = models.ForeignKey(
        CourseEdition, on_delete=models.PROTECT, related_name="parameter_changes"
    )
    name = models.SlugField(max_length=60)
    old_status = models.CharField(max_length=15, choices=Status.choices, blank=True)
    old_value = models.TextField(blank=True)
    new_status = models.CharField(max_length=15, choices=Status.choices)
    new_value = models.TextField(blank=True)
    source = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.edition}: {self.name}: {self.old_value!r} → {self.new_value!r}"


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user, at: datetime):
        """Keep what was announced; the office sees what is planned, too."""
        if user.is_authenticated and user.duties.holds("office", "auditor"):
            return self
        return self.announced(at)

    def open_at(self, at: datetime):
        return self.filter(opens_at__lte=at, closes_at__gt=at)

    def lock(self) -> None:
        """Lock these rounds, in the order of their ids; the rows stay free to be referred to."""
        list(self.order_by("pk").select_for_update(no_key=True))

    def announced(self, at: datetime):
        """Keep the rounds the public may see: those that opened, and those announced to open."""
        return self.filter(announced_at__lte=at)


class Round(models.Model):
    """One call (募集) of a course for a fiscal year, under the rules it froze when it was made.

    :param fiscal_year: the year in which the subcommittee selects.
    :param closes_at: the first moment that is too late.
    :param announced_at: since when the public may see it; ``None`` while only the office does. Until
        then nothing is filed in it, and its rules are frozen anew when it is announced.
    :param copied_from: the round of the year before from which a rollover made it, once.
    """

    edition = models.ForeignKey(CourseEdition, on_delete=models.PROTECT, related_name="rounds")
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year of the selection"))
    name = models.CharField(_("name"), max_length=200)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    budget_yen = models.PositiveBigIntegerField(_("budget (yen)"), null=True, blank=True)
    holds_notices = models.BooleanField(
        _("a person reads what is sent with letters before it leaves"), default=False
    )
    frozen_rules = models.JSONField(editable=False)
    frozen_categories = models.JSONField(default=list, blank=True, editable=False)
    rules_digest = models.CharField(max_length=64, editable=False)
    copied_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="copied_to"
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="round_closes_after_it_opens",
                violation_error_message=_("The call must close after it opens."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def rules(self) -> RuleSet:
        return RuleSet(self.frozen_rules, thaw(self.frozen_categories))

    def is_open(self, at: datetime) -> bool:
        """Return whether a proposal can be submitted at ``at``: not a second too late."""
        return self.is_announced and self.opens_at <= at < self.closes_at

    def was_open_on(self, day: date) -> bool:
        """Return whether the call was open on a Japan date, for what came on paper."""
        return self.is_announced and japan_date(self.opens_at) <= day <= self.last_day

    @property
    def is_announced(self) -> bool:
        return self.announced_at is not None

    def bound_yen(self) -> int:
        """Return what the proposals that stand as adopted, or have an offer, take, in yen."""
        return self.proposals.binding().aggregate(yen=Sum("assessed_yen"))["yen"] or 0

    def left_yen(self) -> int | None:
        """Return what of the budget is not bound, in yen; ``None`` while the budget is not set."""
        return None if self.budget_yen is None else self.budget_yen - self.bound_yen()

    @property
    def last_day(self) -> date:
        """The last Japan date on which the call is open."""
        return japan_date(self.closes_at - timedelta(microseconds=1))

    @property
    def closing_clock(self) -> str:
        """The time of the clock in Japan at which the last day ends: ``24:00`` or ``17:00``."""
        clock = localtime(self.closes_at)
        return f"{clock:%H:%M}" if japan_date(self.closes_at) == self.last_day else "24:00"

    def first_project_year(self) -> int:
        """Return the fiscal year in which the selected projects begin.

        :raises ValueError: if it is not set how many years after selection they begin.
        """
        lag = self.rules.number("lag_years")
        if lag is None:
            raise ValueError(f"{self}: lag_years is not set.")
        return self.fiscal_year + lag


class RoundChange(models.Model):
    """One change of a round after it was opened; written with the change, never altered afterwards.

    :param old_value: a moment (ISO 8601), an amount in yen, or yes or no; empty where it was not set.
    """

    class What(models.TextChoices):
        OPENS_AT = "opens_at", _("Opens")
        CLOSES_AT = "closes_at", _("Closes")
        BUDGET_YEN = "budget_yen", _("Budget of the round")
        HOLDS_NOTICES = "holds_notices", _("Notices of letters wait for a person")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=15, choices=What.choices)
    old_value = models.CharField(max_length=40, blank=True)
    new_value = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.round}: {self.what}: {self.old_value!r} → {self.new_value!r}"

    @property
    def old(self) -> datetime | int | bool | None:
        return self._read(self.old_value)

    @property
    def new(self) -> datetime | int | bool | None:
        return self._read(self.new_value)

    def _read(self, value: str) -> datetime | int | bool | None:
        if not value:
            return None
        if self.what == self.What.HOLDS_NOTICES:
            return value == "yes"
        return int(value) if self.what == self.What.BUDGET_YEN else datetime.fromisoformat(value)
