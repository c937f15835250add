"""How a round is scored: the rubric, its criteria and its grades."""

from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from grants.models import Round
from guideline.models import in_language
from reviews import scoring


def _known(field: str, choices, name: str) -> models.CheckConstraint:
    """Return the constraint that ``field`` is one of ``choices``, or empty: "not set"."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": ["", *choices.values]}), name=name)


def _rule(label, choices) -> models.CharField:
    """Return a field for one rule of a rubric; empty is "not set"."""
    return models.CharField(label, max_length=20, blank=True, choices=choices.choices)


class Assignment(models.TextChoices):
    """Who gets a sheet for which proposal."""

    ALL = "all", _("Every member scores every proposal")
    BALANCED = "balanced", _("The work is spread evenly")
    BY_HAND = "by_hand", _("The office hands out each sheet")


class Rubric(models.Model):
    """How a round is scored (審査基準), from its first referral on as it was then.

    Empty is "not set": what :func:`reviews.scoring.missing` names has to be set before a proposal is
    referred.

    :param pass_mark: what the sheets together have to reach, in ``pass_unit``; 0 lets everybody pass.
    :param quorum: least number of sheets that a proposal needs for a place.
    :param recused_counts: what the sheet of a member with a conflict of interest counts as.
    :param cut_rule: who gets money from the budget; ``allocation`` says how much.
    :param assignment: who gets a sheet for which proposal; ``sheets_each`` is how many sheets each
        proposal gets where the work is spread.
    :param blind: whether members do not see the group and the names of people in what was filed.
    :param tells_points: whether the letter names the proposal's own points, pass mark and place;
        ``tells_criteria`` its points for each criterion, ``tells_comment`` the comment of the panel.
    :param scores_due_on: Japan date by which the sheets are handed in; ``None`` is "not set". It can
        still be changed when the rest is frozen.
    :param digest: SHA-256 of :meth:`content`, written when the first proposal is referred.
    """

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="rubric")
    aggregation = _rule(_("how the sheets are put together"), scoring.Aggregation)
    pass_mark = models.DecimalField(
        _("pass mark"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    pass_unit = _rule(_("the pass mark is in"), scoring.PassUnit)
    quorum = models.PositiveSmallIntegerField(
        _("sheets that a proposal needs"), null=True, blank=True
    )
    recused_counts = _rule(
        _("what a sheet counts as after a conflict of interest"), scoring.RecusedCounts
    )
    tie_rule = _rule(_("what decides between equal points"), scoring.TieRule)
    cut_rule = _rule(_("who gets money"), scoring.CutRule)
    allocation = _rule(_("how much they get"), scoring.Allocation)
    assignment = models.CharField(
        _("who scores what"), max_length=10, choices=Assignment.choices, default=Assignment.ALL
    )
    sheets_each = models.PositiveSmallIntegerField(
        _("sheets for each proposal"), null=True, blank=True
    )
    blind = models.BooleanField(_("members do not see who applies"), default=False)
    tells_points = models.BooleanField(_("the letter names points and place"), default=False)
    tells_criteria = models.BooleanField(
        _("the letter names the points for each criterion"), default=False
    )
    tells_comment = models.BooleanField(
        _("the letter holds the comment of the subcommittee"), default=False
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    scores_due_on = models.DateField(
        _("day by which the sheets are handed in"), null=True, blank=True
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        constraints = [
            _known("aggregation", scoring.Aggregation, "rubric_aggregation_known"),
            _known("recused_counts", scoring.RecusedCounts, "rubric_recused_counts_known"),
            _known("tie_rule", scoring.TieRule, "rubric_tie_rule_known"),
            _known("cut_rule", scoring.CutRule, "rubric_cut_rule_known"),
            _known("allocation", scoring.Allocation, "rubric_allocation_known"),
            models.CheckConstraint(
                condition=Q(pass_mark__isnull=True, pass_unit="")
                | Q(pass_mark__isnull=False, pass_mark__gte=0, pass_unit="points")
                | Q(pass_mark__isnull=False, pass_mark__range=(0, 100), pass_unit="percent"),
                name="rubric_pass_mark_has_a_unit",
                violation_error_message=_(
                    "A pass mark needs its unit, points or percent; percent end with 100."
                ),
            ),
            models.CheckConstraint(
                condition=Q(quorum__isnull=True)
                | Q(quorum__gte=3)
                | (Q(quorum__gte=1) & ~Q(aggregation="trimmed")),
                name="rubric_quorum_leaves_a_sheet",
                violation_error_message=_(
                    "A proposal needs at least one sheet, and three where the highest and the lowest are left out."
                ),
            ),
            models.CheckConstraint(
                condition=Q(assignment="balanced", sheets_each__isnull=False, sheets_each__gte=1)
                | Q(assignment__in=["all", "by_hand"], sheets_each__isnull=True),
                name="rubric_spread_work_says_how_many",
                violation_error_message=_(
                    "How many sheets each proposal gets is said where the work is spread, and only there."
                ),
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(digest=""),
                name="rubric_frozen_has_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True)
                | (
                    Q(pass_mark__isnull=False, quorum__isnull=False)
                    & ~(Q(aggregation="") | Q(tie_rule="") | Q(cut_rule="") | Q(allocation=""))
                    & (~Q(recused_counts="") | Q(aggregation="mean"))
                ),
                name="rubric_frozen_has_its_rules",
            ),
        ]

    def __str__(self):
        return str(self.round)

    @property
    def max_points(self) -> Fraction:
        """The most points one sheet can give, weights included."""
        return scoring.most_of(self.weights())

    @asked_once
    def in_order(self) -> list["Criterion"]:
        """Return the criteria in the order of the sheet."""
        return sorted(self.criteria.all(), key=lambda criterion: criterion.position)

    def weights(self) -> tuple[scoring.CriterionRule, ...]:
        """Return the criteria as plain values."""
        return tuple(
            scoring.CriterionRule(c.pk, c.max_points, c.weight, c.floor) for c in self.in_order()
        )

    @asked_once
    def rules(self) -> scoring.Rules:
        """Return the rubric as plain values, for the functions of ``scoring``."""
        grades = sorted(self.grades.all(), key=lambda g: g.from_percent, reverse=True)
        return scoring.Rules(
            self.weights(),
            self.aggregation,
            self.pass_mark,
            self.pass_unit,
            self.quorum,
            self.recused_counts,
            self.tie_rule,
            self.cut_rule,
            self.allocation,
            tuple(scoring.GradeRule(g.from_percent, g.rate_percent) for g in grades),
            self.round.rules.number("rounding_unit_yen"),
        )

    def lacks(self) -> list[str]:
        """Return in words what is not set and has to be, before a proposal is referred."""
        return [str(scoring.MISSING[code]) for code in scoring.missing(self.rules())]

    def content(self) -> dict:
        """Return the rubric as plain JSON, for its digest and for decisions."""
        same = (
            "aggregation", "pass_unit", "quorum", "recused_counts", "tie_rule", "cut_rule",
            "allocation", "assignment", "sheets_each", "blind", "tells_points", "tells_criteria",
            "tells_comment", "source",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in same},
            "pass_mark": None if self.pass_mark is None else f"{self.pass_mark:.2f}",
            "rounding_unit_yen": self.rules().rounding_unit_yen,
            "criteria": [c.content() for c in self.criteria.order_by("position")],
            "grades": [g.content() for g in self.grades.order_by("-from_percent")],
        }


class Criterion(models.Model):
    """One thing that is scored, from 0 to ``max_points`` whole points.

    :param weight: by which its points are multiplied in the total.
    :param floor: points, before the weight, that the sheets together have to reach; ``None`` is none.
    """

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("position"))
    label_ja = models.CharField(_("criterion"), max_length=100)
    label_en = models.CharField(_("criterion in English"), max_length=100, blank=True)
    hint = models.CharField(_("what to look at"), max_length=300, blank=True)
    max_points = models.PositiveSmallIntegerField(_("most points"))
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=Decimal(1))
    floor = models.PositiveSmallIntegerField(_("least points"), null=True, blank=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "position"], name="criterion_position_once_a_rubric"
            ),
            models.CheckConstraint(
                condition=Q(max_points__gte=1), name="criterion_gives_at_least_one_point"
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="criterion_weighs_something",
                violation_error_message=_("The weight has to be above 0."),
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(floor__lte=F("max_points")),
                name="criterion_floor_can_be_reached",
                violation_error_message=_("The least points lie above the most points."),
            ),
        ]

    def __str__(self):
        return f"{self.label} (0–{self.max_points})"

    @property
    def label(self) -> str:
        """The criterion's name in the language of the page."""
        return in_language(self.label_ja, self.label_en)

    @property
    def times(self) -> str:
        """How often its points count in a total, as "×2"; empty where they count once."""
        return "" if self.weight == 1 else f"×{scoring.plain(Fraction(self.weight))}"

    @property
    def weighted_label(self) -> str:
        """The criterion's name, with how often its points count where that is not once."""
        return f"{self.label} {self.times}".strip()

    def content(self) -> dict:
        same = ("id", "position", "label_ja", "label_en", "hint", "max_points", "floor")
        return {**{name: getattr(self, name) for name in same}, "weight": f"{self.weight:.2f}"}


class Grade(models.Model):
    """From which percent of the most points on which share of the request is given (評価区分)."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="grades")
    label = models.CharField(_("grade"), max_length=20)
    from_percent = models.DecimalField(
        _("from percent of the points"), max_digits=5, decimal_places=2
    )
    rate_percent = models.PositiveSmallIntegerField(_("percent of the request"))

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "from_percent"], name="grade_begins_once_a_rubric"
            ),
            models.CheckConstraint(
                condition=Q(from_percent__gte=0, from_percent__lte=100, rate_percent__lte=100),
                name="grade_within_a_hundred_percent",
                violation_error_message=_("Percent lie between 0 and 100."),
            ),
        ]

    def __str__(self):
        return self.label

    def content(self) -> dict:
        return {
            "label": self.label,
            "from_percent": f"{self.from_percent:.2f}",
            "rate_percent": self.rate_percent,
        }
