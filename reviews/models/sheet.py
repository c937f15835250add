"""What one member thinks of one proposal: the score sheet with its points."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.asked_once import asked_once
from casework.models import Case
from casework.models.case import CaseQuerySet
from grants.models import Proposal
from reviews.flow import SHEET_FLOW

from .panel import PanelSeat
from .rubric import Criterion


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
    shown_with = ("proposal__round__rubric", "proposal__round__edition", "seat__user")
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

    @asked_once
    def points(self) -> dict[int, int | None]:
        """Return criterion id → points, ``None`` while they are missing, in rubric order."""
        given = {score.criterion_id: score.points for score in self.scores.all()}
        return {one.pk: given.get(one.pk) for one in self.proposal.round.rubric.in_order()}

    def missing_criteria(self) -> list[Criterion]:
        """Return the criteria that have no points yet, in rubric order."""
        given = self.points()
        criteria = self.proposal.round.rubric.in_order()
        return [criterion for criterion in criteria if given[criterion.pk] is None]

    @SHEET_FLOW.move
    def submit(self, *, at, **facts):
        self.submitted_at = at

    @SHEET_FLOW.move
    def enter_from_paper(self, *, at, **facts):
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
    def recount(self, **facts): ...

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
