"""The proposal of a group to one round, and what the group and a department agree on."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Role
from casework.asked_once import asked_once
from casework.flow import Stage
from casework.models import Access, Case, Remark
from casework.models.case import CaseQuerySet
from grants.completeness import missing_in_proposal
from grants.flow import PROPOSAL_FLOW, YEAR_FLOW
from grants.rules import RuleSet
from guideline.models import Measure

from .courses import Round
from .lines import Budgeted, LineBase, Side

#: What ``with_figures`` calls whether a side has accepted the terms.
ACCEPTED_BY = "accepted_by_"
#: States of a proposal of which a project year may have been opened; it stays if it is given up.
WITH_YEARS = ("ready", "renounced", "rescinded")
#: States of a proposal that was selected and not given up.
SELECTED = ("selected", "coordinating", "ready")


class ProposalQuerySet(CaseQuerySet):
    def as_shown(self):
        return super().as_shown().with_asked().with_figures()

    def with_figures(self):
        """Tell of each proposal, with the row itself, what most of its boxes and moves ask.

        ``is_year_under_way``, ``is_year_granted``, ``is_with_coordinators``, ``are_terms_written``,
        ``is_measure_named``, ``is_measure_untold`` (one is named without how), ``is_measure_unread``
        (the newest reading of the office says nothing of one that is named), which sides the terms
        that stand are ``accepted_by_…``, and on which Japan date its project ``starts_first_on``.
        """
        years = self.model.project_years.rel.related_model.objects.filter(proposal=OuterRef("pk"))
        terms = Terms.objects.filter(proposal=OuterRef("pk"))
        newest = Terms.objects.filter(proposal=OuterRef(OuterRef("pk"))).order_by("-version")
        shared = Access.objects.filter(case=OuterRef("pk"), role=Role.COORDINATOR, barred=False)
        measures = ProposalMeasure.objects.filter(proposal=OuterRef("pk"))
        accepted = TermsAcceptance.objects.filter(terms=Subquery(newest.values("pk")[:1]))
        return self.annotate(
            is_year_under_way=Exists(years.exclude(state__in=YEAR_FLOW.final_states())),
            is_year_granted=Exists(years.filter(granted_yen__isnull=False)),
            starts_first_on=Subquery(
                years.exclude(starts_on=None).order_by("position").values("starts_on")[:1]
            ),
            are_terms_written=Exists(terms),
            is_with_coordinators=Exists(shared),
            is_measure_named=Exists(measures),
            is_measure_untold=Exists(measures.exclude(how__regex=r"\S")),
            is_measure_unread=Exists(measures.unread()),
            **{
                f"{ACCEPTED_BY}{side}": Exists(accepted.filter(side=side))
                for side in TermsAcceptance.Side.values
            },
        )

    def selected(self):
        """Keep what was selected and not given up, whatever became of its project years."""
        return self.filter(state__in=SELECTED)

    def with_standing(self):
        """Tell of each as ``stands`` whether it stands as adopted.

        It was selected and not given up, and not every one of its project years has ended without
        a grant. The register, the money of a round and the limits of a group all rest on this.
        """
        years = self.model.project_years.rel.related_model.objects
        own = years.filter(proposal=OuterRef("pk"))
        still = ~Exists(own) | Exists(own.but_without_grant())
        return self.alias(stands=Q(state__in=SELECTED) & still)

    def with_adopted(self):
        """Tell of each as ``is_adopted`` whether it stands as adopted."""
        adopted = self.model.objects.standing().filter(pk=OuterRef("pk"))
        return self.annotate(is_adopted=Exists(adopted))

    def standing(self):
        """Keep what stands as adopted."""
        return self.with_standing().filter(stands=True)

    def told(self, *, fictitious: bool):
        """Keep what the public is told of.

        :param fictitious: whether invented projects are told, too; only in a demonstration.
        """
        if fictitious:
            return self
        return self.filter(round__edition__fictitious=False, organization__fictitious=False)

    def counted(self):
        """Keep what counts as an adoption of its group: what stands, and what was revoked.

        A revocation (取消し) takes the money back; that the group was adopted it does not undo.
        """
        years = self.model.project_years.rel.related_model.objects
        revoked = Exists(years.revoked().filter(proposal=OuterRef("pk")))
        return self.with_standing().filter(Q(stands=True) | Q(revoked))

    def with_asked(self):
        """Tell of each as ``asked_yen`` what ``requested_yen`` says of one, with the rows themselves."""
        asked = BudgetLine.objects.filter(
            proposal=OuterRef("pk"), side=Side.INCOME, from_city=True
        ).order_by()
        total = asked.values("proposal").annotate(total=Sum("amount_yen")).values("total")
        return self.annotate(asked_yen=Coalesce(Subquery(total), 0))

    def binding(self):
        """Keep what binds money of its round: what stands as adopted, and what has an offer."""
        return self.with_standing().filter(Q(stands=True) | Q(state="offered"))


class Proposal(Budgeted, Case):
    """A project a group proposes to one round (提案・申請)."""

    KIND = "proposal"
    flow = PROPOSAL_FLOW
    shown_with = ("round__edition", "pledged_as", "wished_department", "city_issue")
    label = _("Proposal")

    # A name of its own, so that other cases may have a field called "proposal".
    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_proposal"
    )
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, verbose_name=_("round"), related_name="proposals"
    )
    purpose = models.TextField(_("purpose"), blank=True)
    content = models.TextField(_("what is done"), blank=True)
    schedule = models.TextField(_("schedule"), blank=True)
    effect = models.TextField(_("effect"), blank=True)
    wished_department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department the group would like to work with"),
    )
    city_issue = models.ForeignKey(
        "grants.CityIssue",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="proposals",
        verbose_name=_("city issue that it answers"),
    )
    years = models.PositiveSmallIntegerField(_("years"), default=1)
    # The name stands apart, so that it can be destroyed; versions hold a salted digest of it.
    pledged_as = models.ForeignKey(
        Remark, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    pledged_at = models.DateTimeField(null=True, editable=False)
    received_on = models.DateField(_("received on paper on (収受日)"), null=True, blank=True)
    edit_number = models.PositiveIntegerField(default=0, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    assessed_yen = models.PositiveIntegerField(_("assessed amount (yen)"), null=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")

    @property
    def pledged_by_name(self) -> str:
        """Who accepted the pledges; empty before, and once the name was destroyed."""
        return self.pledged_as.text if self.pledged_as else ""

    @property
    def rules(self) -> RuleSet:
        """The rules the proposal was made under: those its round froze."""
        return self.round.rules

    @property
    def matches_department(self) -> bool:
        return self.rules.is_yes("matches_department")

    @property
    def opened_on(self) -> date:
        """A paper is there from the day it was received (収受日)."""
        return self.received_on or super().opened_on

    def counts_on(self, verb: str, facts: dict) -> date | None:
        """The day of the first paper is known before it is filed: it stands in the proposal."""
        return self.received_on if verb == "file_paper" else super().counts_on(verb, facts)

    def meets(self, stage: Stage) -> bool:
        return self.matches_department or stage.code not in ("matching", "coordinating")

    @asked_once
    def missing_parts(self) -> list:
        """Return, in words, what has to be there before the proposal can be submitted."""
        return missing_in_proposal(self)

    def has_unread_measures(self) -> bool:
        """Return whether it names a measure of which the office's newest reading says nothing."""
        if (known := self.__dict__.get("is_measure_unread")) is not None:
            return known
        return self.proposal_measures.unread().exists()

    def accepted_by_both(self) -> bool:
        """Return whether group and department accepted the terms as they stand now."""
        return self.sides_in_agreement() >= set(TermsAcceptance.Side.values)

    def sides_in_agreement(self) -> set[str]:
        """Return the sides that accepted the terms as they stand now."""
        if f"{ACCEPTED_BY}organization" in self.__dict__:
            return {s for s in TermsAcceptance.Side.values if self.__dict__[f"{ACCEPTED_BY}{s}"]}
        terms = self.terms.order_by("-version").first()
        return set(terms.acceptances.values_list("side", flat=True)) if terms else set()

    def is_shared(self) -> bool:
        """Return whether the group shows it to the coordinators."""
        if (known := self.__dict__.get("is_with_coordinators")) is not None:
            return known
        return self.access.filter(role=Role.COORDINATOR, barred=False).exists()

    def has_terms(self) -> bool:
        """Return whether roles and costs are written down."""
        if (known := self.__dict__.get("are_terms_written")) is not None:
            return known
        return self.terms.exists()

    def has_year_under_way(self) -> bool:
        """Return whether a project year has not ended; none has, before the first is opened."""
        if (known := self.__dict__.get("is_year_under_way")) is not None:
            return known
        over = YEAR_FLOW.final_states()
        return any(year.state not in over for year in self.project_years.all())

    def names_measures(self) -> bool:
        if (known := self.__dict__.get("is_measure_named")) is not None:
            return known
        return self.proposal_measures.exists()

    def tells_of_measures(self) -> bool:
        """Return whether it says of each measure that it names how it advances it."""
        if (known := self.__dict__.get("is_measure_untold")) is not None:
            return not known
        return not self.proposal_measures.exclude(how__regex=r"\S").exists()

    def first_day_of_all(self) -> date | None:
        """Return the first day of the first project year that has one, a Japan date."""
        if "starts_first_on" in self.__dict__:
            return self.__dict__["starts_first_on"]
        first = self.project_years.exclude(starts_on=None).order_by("position").first()
        return first.starts_on if first else None

    def has_granted_year(self) -> bool:
        if (known := self.__dict__.get("is_year_granted")) is not None:
            return known
        return self.project_years.filter(granted_yen__isnull=False).exists()

    @PROPOSAL_FLOW.move
    def submit(self, *, at, **facts):
        self.submitted_at = self.filed_at = at

    @PROPOSAL_FLOW.move
    def file_paper(self, *, at, **facts):
        self.submitted_at = self.filed_at = at

    @PROPOSAL_FLOW.move
    def resubmit(self, *, at, **facts):
        self.submitted_at = at

    @PROPOSAL_FLOW.move
    def accept(self, **facts): ...

    @PROPOSAL_FLOW.move
    def send_back(self, **facts): ...

    @PROPOSAL_FLOW.move
    def ineligible(self, **facts): ...

    @PROPOSAL_FLOW.move
    def lapse(self, **facts): ...

    @PROPOSAL_FLOW.move
    def start_matching(self, *, department, **facts):
        self.department_id = department

    @PROPOSAL_FLOW.move
    def match(self, **facts): ...

    @PROPOSAL_FLOW.move
    def no_match(self, **facts): ...

    @PROPOSAL_FLOW.move
    def refer(self, **facts): ...

    @PROPOSAL_FLOW.move
    def select(self, *, assessed_yen, rank=None, **facts):
        self.assessed_yen, self.rank = assessed_yen, rank

    @PROPOSAL_FLOW.move
    def reserve(self, *, assessed_yen=None, rank=None, **facts):
        self.assessed_yen, self.rank = assessed_yen, rank

    @PROPOSAL_FLOW.move
    def decline(self, *, rank=None, **facts):
        self.rank = rank

    @PROPOSAL_FLOW.move
    def reconsider(self, **facts):
        self.assessed_yen = self.rank = None

    @PROPOSAL_FLOW.move
    def offer(self, **facts): ...

    @PROPOSAL_FLOW.move
    def take(self, **facts): ...

    @PROPOSAL_FLOW.move
    def pass_up(self, **facts): ...

    @PROPOSAL_FLOW.move
    def prepare(self, **facts): ...

    @PROPOSAL_FLOW.move
    def coordinate(self, **facts): ...

    @PROPOSAL_FLOW.move
    def agree(self, **facts): ...

    @PROPOSAL_FLOW.move
    def fall_through(self, **facts): ...

    @PROPOSAL_FLOW.move
    def withdraw(self, **facts): ...

    @PROPOSAL_FLOW.move
    def renounce(self, **facts): ...

    @PROPOSAL_FLOW.move
    def extend(self, **facts): ...

    @PROPOSAL_FLOW.move
    def rescind(self, **facts): ...


class BudgetLine(LineBase):
    """One line of a proposal's budget for its first year."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="budget_lines")

    class Meta(LineBase.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")


class ProposalMeasureQuerySet(models.QuerySet):
    def unread(self):
        """Keep what the newest reading of the office says nothing of, or what it has never read."""
        readings = Proposal.measure_readings.rel.related_model.objects.newest()
        return self.exclude(
            Exists(readings.filter(proposal=OuterRef("proposal"), named=OuterRef("measure")))
        )


class ProposalMeasure(models.Model):
    """A measure of the guideline that the project would advance, and how."""

    proposal = models.ForeignKey(
        Proposal, on_delete=models.CASCADE, related_name="proposal_measures"
    )
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, verbose_name=_("measure"))
    how = models.TextField(_("how the project advances it"))

    objects = ProposalMeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "measure"], name="measure_named_once"),
        ]

    def __str__(self):
        return f"{self.proposal_id} → {self.measure_id}"


class Terms(models.Model):
    """Roles and costs that group and department talk about (事前調整); a change is a new version."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveSmallIntegerField()
    organization_role = models.TextField(_("what the group does"))
    department_role = models.TextField(_("what the department does"))
    cost_share = models.TextField(_("who bears which cost"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "version"], name="terms_version_once"),
        ]

    def __str__(self):
        return f"{self.proposal_id} v{self.version}"


class TermsAcceptance(models.Model):
    """One side accepts one version of the terms."""

    class Side(models.TextChoices):
        ORGANIZATION = "organization", _("Organization")
        DEPARTMENT = "department", _("Department")

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances")
    side = models.CharField(max_length=12, choices=Side.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "side"], name="terms_accepted_once_a_side"),
        ]

    def __str__(self):
        return f"{self.terms_id}: {self.side}"
