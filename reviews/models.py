"""What the subcommittee works with: rubric, seats, conflicts, score sheets, frozen decisions."""

import secrets
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Dated
from casework.history import digest_of
from casework.models import Case
from casework.models.case import CaseQuerySet
from grants.models import Proposal, Round

from . import scoring
from .flow import SHEET_FLOW


def _known(field: str, choices, name: str) -> models.CheckConstraint:
    """Return the constraint that ``field`` is one of ``choices``, or empty: "not set"."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": ["", *choices.values]}), name=name)


def _rule(label, choices) -> models.CharField:
    """Return a field for one rule of a rubric; empty is "not set"."""
    return models.CharField(label, max_length=20, blank=True, choices=choices.choices)


class Rubric(models.Model):
    """How a round is scored (審査基準), from its first referral on as it was then.

    Empty is "not set": what :func:`reviews.scoring.missing` names has to be set before a proposal is
    referred.

    :param pass_mark: what the sheets together have to reach, in ``pass_unit``; 0 lets everybody pass.
    :param quorum: least number of sheets that a proposal needs for a place.
    :param recused_counts: what the sheet of a member with a conflict of interest counts as.
    :param cut_rule: who gets money from the budget; ``allocation`` says how much.
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
        return self.rules().most

    def rules(self) -> scoring.Rules:
        """Return the rubric as plain values, for the functions of ``scoring``."""
        criteria = sorted(self.criteria.all(), key=lambda c: c.position)
        grades = sorted(self.grades.all(), key=lambda g: g.from_percent, reverse=True)
        return scoring.Rules(
            tuple(scoring.CriterionRule(c.pk, c.max_points, c.weight, c.floor) for c in criteria),
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
            "allocation", "source",
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
        english = (get_language() or "ja").startswith("en")
        return self.label_en if english and self.label_en else self.label_ja

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


class ChairRuling(models.Model):
    """The chair's order of proposals with equal points; rows are never changed, the newest holds.

    :param order: ids of the proposals, the best first.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="chair_rulings")
    order = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("order given by the chair")
        verbose_name_plural = _("orders given by the chair")

    def __str__(self):
        return " > ".join(str(key) for key in self.order)


class Assessment(models.Model):
    """What the subcommittee thinks right for a proposal (査定額); never changed, the newest holds."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="assessments")
    amount_yen = models.PositiveIntegerField(_("assessed amount (yen)"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("assessed amount")
        verbose_name_plural = _("assessed amounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_yen__gte=1), name="assessment_is_at_least_one_yen"
            ),
        ]

    def __str__(self):
        return str(self.amount_yen)


class PanelSeat(Dated):
    """A member's place on the subcommittee (選考部会) of one round."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="seats",
        verbose_name=_("member"),
    )

    class Meta(Dated.Meta):
        verbose_name = _("seat on the subcommittee")
        verbose_name_plural = _("seats on the subcommittee")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["round", "user"], name="seat_once_a_round"),
        ]

    def __str__(self):
        return str(self.user)

    def stands_on(self, day: date) -> bool:
        """Return whether the seat is held on ``day`` (Japan date)."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day <= self.valid_until)


def new_salt() -> str:
    return secrets.token_hex(16)


class ConflictQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(lifted_at__isnull=True)


class Conflict(models.Model):
    """A member must not deal with a proposal (利害関係); the words about it stand apart.

    :param by: who said so: the member, or somebody of the office.
    """

    class Kind(models.TextChoices):
        OFFICER = "officer", _("Officer of the group")
        MEMBER = "member", _("Member of the group")
        FAMILY = "family", _("Close family of somebody in the group")
        EMPLOYEE = "employee", _("Paid by the group, or pays it")
        DEPARTMENT = "department", _("Works for the department in charge")
        OTHER = "other", _("Another reason to doubt fairness")

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="conflicts")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="conflicts")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    lifted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "proposal"],
                condition=Q(lifted_at__isnull=True),
                name="conflict_stands_once",
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} – {self.proposal_id}"

    @property
    def declared_by_self(self) -> bool:
        return self.by_id == self.seat.user_id

    @property
    def digest(self) -> str:
        """A salted digest by which a decision shows this row was known, without its content."""
        return digest_of([self.salt, self.seat_id, self.proposal_id, self.kind])


class ConflictNote(models.Model):
    """What somebody wrote about a conflict: personal, and destroyed without touching the record."""

    conflict = models.OneToOneField(Conflict, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(_("note"))

    def __str__(self):
        return self.text[:50]


class PossibleConflictQuerySet(models.QuerySet):
    def waiting(self):
        """Keep what nobody has answered yet."""
        return self.filter(outcome="")


class PossibleConflict(models.Model):
    """What the rows say may connect a member with a proposal, until a person says what it is.

    :param grounds: pairs of a code and the key of the row it lies in (``conflict_grounds``).
    :param outcome: empty while it waits; the member meets the proposal nowhere until then.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("A conflict of interest")
        DISMISSED = "dismissed", _("No conflict of interest")

    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="possible_conflicts")
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, related_name="possible_conflicts"
    )
    grounds = models.JSONField()
    found_at = models.DateTimeField()
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    decided_at = models.DateTimeField(null=True, editable=False)

    objects = PossibleConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible conflict of interest")
        verbose_name_plural = _("possible conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "proposal"],
                condition=Q(outcome=""),
                name="possible_conflict_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | Q(
                    outcome__in=["confirmed", "dismissed"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="possible_conflict_is_answered_by_a_person",
            ),
        ]

    def __str__(self):
        return f"{self.seat_id} – {self.proposal_id}"


class PossibleConflictNote(models.Model):
    """Why somebody answered as they did: personal, and destroyed without touching the answer."""

    possible = models.OneToOneField(PossibleConflict, on_delete=models.CASCADE, related_name="note")
    text = models.TextField(_("reason"))

    def __str__(self):
        return self.text[:50]


class ScoreSheetQuerySet(CaseQuerySet):
    #: States in which a sheet's points count towards the mean.
    COUNTING = ("submitted", "counted")

    def expected(self):
        """Keep the sheets that count or are still to come: not those recused or dropped."""
        return self.filter(state__in=("assigned", *self.COUNTING))


class ScoreSheet(Case):
    """One member's points for one proposal (採点表)."""

    KIND = "score_sheet"
    flow = SHEET_FLOW
    label = _("Score sheet")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_score_sheet"
    )
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="sheets")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="sheets")
    comment = models.TextField(_("comment"), blank=True)
    edit_number = models.PositiveIntegerField(default=0, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "seat"], name="sheet_once_a_member"),
        ]

    @property
    def counts(self) -> bool:
        return self.state in ScoreSheetQuerySet.COUNTING

    def points(self) -> dict[int, int | None]:
        """Return criterion id → points, ``None`` while they are missing, in rubric order."""
        given = {score.criterion_id: score.points for score in self.scores.all()}
        criteria = self.proposal.round.rubric.criteria.all()
        return {c.pk: given.get(c.pk) for c in sorted(criteria, key=lambda c: c.position)}

    def missing_criteria(self) -> list[Criterion]:
        """Return the criteria that have no points yet, in rubric order."""
        given = self.points()
        criteria = self.proposal.round.rubric.criteria.order_by("position")
        return [criterion for criterion in criteria if given[criterion.pk] is None]

    @SHEET_FLOW.move
    def submit(self, *, at, **facts):
        self.submitted_at = at

    @SHEET_FLOW.move
    def reopen(self, **facts): ...

    @SHEET_FLOW.move
    def recuse(self, **facts): ...

    @SHEET_FLOW.move
    def reinstate(self, **facts): ...

    @SHEET_FLOW.move
    def conclude(self, **facts): ...

    @SHEET_FLOW.move
    def extend(self, **facts): ...

    @SHEET_FLOW.move
    def drop(self, **facts): ...


class Score(models.Model):
    """The points of one sheet for one criterion; a missing score has none, which is not zero.

    :param out_of: the most points there are, copied so that the database can refuse more.
    """

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="scores")
    points = models.PositiveSmallIntegerField(_("points"), null=True)
    out_of = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once_a_criterion"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=F("out_of")),
                name="score_within_the_criterion",
            ),
        ]

    def __str__(self):
        return f"{self.points}/{self.out_of}"


class DecisionSnapshot(models.Model):
    """All that a decision rests on, frozen when it was drafted; rows are never changed.

    :param content: what ``reviews.snapshots`` wrote; drafts and letters take their figures from it.
    :param digest: SHA-256 of the canonical JSON of ``content``.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("frozen decision")
        verbose_name_plural = _("frozen decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "number"], name="decision_number_once_a_round"
            ),
        ]

    def __str__(self):
        return f"{self.round_id} no. {self.number}: {self.digest[:12]}"

    def lines(self, seen: set[int]) -> list[dict]:
        """Return what was decided of the proposals whose ids are in ``seen``, in order."""
        return [entry for entry in self.content.get("proposals", []) if entry["id"] in seen]
