"""The case: one concrete table under every machine, and who may read which row of it."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from accounts.models import Dated, Department, Organization, Role
from casework.calendar import japan_date
from casework.flow import Flow, Move, Stage
from casework.parties import Party, writers_on


class CaseQuerySet(models.QuerySet):
    #: Roles that read every case once it is filed, internal ones too.
    READERS = (Role.OFFICE, Role.APPROVER, Role.AUDITOR)
    #: Roles that read what is filed of groups and departments; accounting needs no more.
    READERS_OF_FILED = (*READERS, Role.ACCOUNTING)

    def visible_to(self, user):
        """Keep the cases ``user`` may see on the day the user acts on.

        A group sees its own; the city's people what has been filed; a department what it is in
        charge of; anyone what an :class:`Access` row opens. A bar beats everything.
        """
        if not user.is_authenticated:
            return self.none()
        duties = user.duties
        told = Access.objects.concerning(user)
        filed = Q(filed_at__isnull=False)
        seen = Q(organization__in=duties.organizations) & Q(internal=False)
        seen |= Q(pk__in=told.filter(barred=False).values("case"))
        seen |= filed & Q(department__in=duties.departments) & Q(internal=False)
        if duties.holds(*self.READERS):
            seen |= filed
        if duties.holds(*self.READERS_OF_FILED):
            seen |= filed & Q(internal=False)
        return self.filter(seen).exclude(pk__in=told.filter(barred=True).values("case"))

    def open(self):
        return self.filter(closed_at__isnull=True)

    def held_by(self, *parties: str):
        """Keep the cases that wait for one of ``parties`` to act, as their tables say."""
        return self.filter(_held_by(*parties))

    def with_paper(self, day: date):
        """Tell of each case as ``by_paper`` whether the office enters what its group hands in.

        The same that ``casework.parties.uses_paper`` says of one case.
        """
        return self.annotate(by_paper=uses_paper_on(day))

    def with_drafts(self):
        """Tell of each case as ``in_draft`` whether a draft (起案) waits to decide on it."""
        return self.annotate(in_draft=_in_draft())

    def with_draft_shown_to(self, user):
        """Tell of each as ``draft_id`` and ``draft_state`` in which draft it waits, if ``user`` may see it."""
        drafts = KINDS["approval"].objects.visible_to(user).order_by("pk")
        waiting = drafts.filter(items__case=OuterRef("pk"), state__in=WAITING_DRAFT)
        return self.annotate(
            draft_id=Subquery(waiting.values("pk")[:1]),
            draft_state=Subquery(waiting.values("state")[:1]),
        )

    def waiting_for_office(self, day: date, *, besides: Q):
        """Keep what waits for the office, and what waits for a group that it enters papers for.

        What waits in a draft does not: the draft itself does, once it is sent back.

        :param besides: cases in which it has something to do while others hold them.
        """
        own = _held_by(Party.OFFICE) & ~Q(_in_draft())
        on_paper = Q(by_paper=True) & _held_by(Party.ORGANIZATION)
        return self.with_paper(day).filter(own | on_paper | besides)

    def tasks(self):
        """Leave out the cases that are dealt with as parts of others, see ``Flow.part_of``."""
        parts = [kind for kind, model in KINDS.items() if model.flow.part_of]
        return self.exclude(kind__in=parts)

    def with_parties(self):
        return self.select_related("organization", "department", "clerk")

    def as_shown(self):
        """Read cases as a page shows them: with the one-to-one rows beside them, see ``shown_with``.

        Each tells as well whether there is any extension of a date, and any letter without number.
        """
        extensions = Case.deadlines.rel.related_model.extensions.rel.related_model.objects
        letters = Case.letters_to_number.rel.related_model.objects
        return (
            self.with_parties()
            .with_drafts()
            .select_related(*self.model.shown_with)
            .annotate(
                has_more_time=Exists(extensions.filter(deadline__case=OuterRef("pk"))),
                awaits_number=Exists(letters.waiting().filter(case=OuterRef("pk"))),
            )
        )


def _held_by(*parties: str) -> Q:
    waiting = Q(pk__in=[])
    for kind, model in KINDS.items():
        with_group = model.flow.states_held_by(*parties)
        without = model.flow.states_held_by(*parties, has_organization=False)
        if with_group == without:
            waiting |= Q(kind=kind, state__in=with_group)
            continue
        waiting |= Q(kind=kind, state__in=with_group, organization__isnull=False)
        waiting |= Q(kind=kind, state__in=without, organization__isnull=True)
    return waiting


def _in_draft() -> Exists:
    waiting = Case._base_manager.filter(
        pk=OuterRef("pk"), approval_items__approval__state__in=WAITING_DRAFT
    )
    return Exists(waiting)


def uses_paper_on(day: date) -> ExpressionWrapper:
    """Return, for a query, whether the office enters what the group of a case hands in."""
    writers = writers_on(day).filter(organization=OuterRef("organization"))
    of_group = Q(organization__isnull=False, internal=False)
    return ExpressionWrapper(of_group & (Q(on_paper=True) | ~Exists(writers)), BooleanField())


#: The states in which a draft (起案) keeps its cases waiting.
WAITING_DRAFT = ("drafted", "returned")

#: kind → model, filled as the models are made: the machines there are.
KINDS: dict[str, type["Case"]] = {}


class Case(models.Model):
    """Whatever moves through a flow. Each machine's model is a multi-table child.

    A child names its ``kind`` and its ``flow``. ``filed_at`` is empty while the case is its
    organization's alone; ``internal`` cases (approvals, score sheets) never show to a group.
    Django assigns to every field in two places, so both step around the guard of ``state``.
    """

    KIND: ClassVar[str] = ""
    flow: ClassVar[Flow]
    #: The names of rows that a page shows with the case; higher apps add theirs when they start.
    shown_with: ClassVar[tuple[str, ...]] = ()
    #: Name of the machine for people, in the language of the page.
    label: ClassVar = ""
    #: Whether the office enters what the group hands in, where a list asked ``with_paper``.
    by_paper: bool = False
    #: Whether a draft waits to decide on the case, where a list asked ``with_drafts``; else unknown.
    in_draft: bool | None = None
    #: Whether a date was extended, and whether a letter waits for its number: no, where read
    #: ``as_shown`` says so.
    has_more_time: bool = True
    awaits_number: bool = True

    kind = models.CharField(max_length=30, editable=False)
    # Null, not "", while there is none: a database lets many nulls be unique.
    number = models.CharField(  # noqa: DJ001
        _("number"), max_length=40, null=True, unique=True, editable=False
    )
    title = models.CharField(_("title"), max_length=200)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), editable=False)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        verbose_name=_("organization"),
        related_name="cases",
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        verbose_name=_("department"),
        related_name="cases",
    )
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("clerk in charge"),
        related_name="assigned_cases",
    )
    internal = models.BooleanField(default=False, editable=False)
    on_paper = models.BooleanField(default=False, editable=False)
    state = FSMField(_("state"), protected=True, editable=False)
    came_from = models.CharField(max_length=50, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    filed_at = models.DateTimeField(_("filed"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        indexes = [
            models.Index(fields=["kind", "state"], name="case_by_kind_and_state"),
            models.Index(fields=["fiscal_year"], name="case_by_fiscal_year"),
            # What is closed only grows: who counts what waits for somebody does not look through it.
            models.Index(
                fields=["kind", "state"],
                condition=Q(closed_at__isnull=True),
                name="case_open_by_kind_and_state",
            ),
        ]

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.KIND:
            KINDS[cls.KIND] = cls

    def __init__(self, *args, **kwargs):
        if self.KIND and not args:
            kwargs.setdefault("kind", self.KIND)
            kwargs.setdefault("state", self.flow.initial)
        super().__init__(*args, **kwargs)

    def __str__(self):
        return f"{self.number} {self.title}" if self.number else self.title

    @property
    def specific(self) -> "Case":
        """This case as the model of its machine."""
        model = KINDS[self.kind]
        return self if isinstance(self, model) else model._base_manager.get(pk=self.pk)

    @property
    def machine(self) -> type["Case"]:
        return KINDS[self.kind]

    @property
    def stage(self) -> Stage:
        """The row of the table the case stands in."""
        return self.stage_at(self.state)

    def stage_at(self, code: str) -> Stage:
        """Return a row of the table as it is for this case, which may have no organization."""
        stage = self.machine.flow.stages[code]
        return stage.where(has_organization=self.organization_id is not None)

    @property
    def waits_by_paper(self) -> bool:
        """Whether the case waits for something that the office enters for its group."""
        return self.by_paper and Party.ORGANIZATION in self.stage.holders

    @property
    def kind_label(self):
        return self.machine.label

    def get_state_display(self):
        return self.stage.label

    def moves_from_here(self) -> list[Move]:
        """Return the rows that start from the state the case is in, in table order."""
        return [move for move in self.flow.values() if self.state in move.source]

    @property
    def opened_on(self) -> date:
        """The Japan date since which there is this case, also where it was keyed in later."""
        return japan_date(self.opened_at)

    def counts_on(self, verb: str, facts: dict) -> date | None:
        """Return the Japan date on which ``verb`` counts as done, where not the day it is made.

        Of a paper it is the day the office received it (収受日).
        """
        return facts.get("received_on")

    def meets(self, stage: Stage) -> bool:
        """Return whether a case of this sort passes ``stage``; courses differ in this."""
        return True

    def clean_fields(self, exclude=None):
        super().clean_fields(exclude={*(exclude or ()), "state"})

    def refresh_from_db(self, using=None, fields=None, **kwargs):
        if fields is None or "state" in fields:
            self.__dict__.pop("state", None)  # the guard lets an empty place be filled
        super().refresh_from_db(using=using, fields=fields, **kwargs)


class AccessQuerySet(models.QuerySet):
    def concerning(self, user):
        """Keep the rows that speak of ``user`` on the day the user acts on."""
        day = user.acting_on
        holds = Q(user=user) | Q(role__in=user.duties.roles)
        started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(holds, started & (Q(valid_until__isnull=True) | Q(valid_until__gte=day)))


class Access(Dated):
    """One sentence about who may read one case, or must not; written by whoever knows."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    barred = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)

    objects = AccessQuerySet.as_manager()

    class Meta(Dated.Meta):
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(user__isnull=False, role="") | Q(user__isnull=True) & ~Q(role=""),
                name="access_of_a_user_or_a_role",
            ),
        ]

    def __str__(self):
        verb = "barred from" if self.barred else "reads"
        return f"{self.user or self.role} {verb} {self.case_id}: {self.reason}"


class Version(models.Model):
    """What was filed, as it stood: content, budget and file digests, numbered from 1."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="version_number_once_a_case"),
        ]

    def __str__(self):
        return f"{self.case_id} v{self.number}"


class Remark(models.Model):
    """Free words of a person about a move (a reason, a note): kept apart from the history.

    The event holds only this row's id and a salted digest, so that the words can be destroyed
    when their time is up and the history still verifies.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField()
    salt = models.CharField(max_length=32)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    def __str__(self):
        return self.text[:50]
