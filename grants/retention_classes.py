"""When the cases of the program are over, and its classes: drafts never filed, names of signers."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import retention, timekeeping
from casework.calendar import end_of_day
from casework.models import Remark, StoredFile
from casework.retention import RetentionClass

from . import destroyed_drafts
from .models import AgreementSignature, BudgetLine, ProjectYear, Proposal, ProposalMeasure


def _running(before: datetime) -> QuerySet:
    """Return the proposals of which a project year was not over before the moment."""
    years = ProjectYear.objects.filter(Q(closed_at=None) | Q(closed_at__gte=before))
    return years.values("proposal")


@retention.over_when("proposal")
def proposal_over(before: datetime) -> Q:
    """A proposal is over with its project: when all of its years are, or, without any, closed.

    A draft that was never filed is over once its call has closed.
    """
    carried_out = Q(state="ready", pk__in=ProjectYear.objects.values("proposal"))
    missed = Q(pk__in=_never_filed().filter(round__closes_at__lt=before).values("pk"))
    return (Q(closed_at__lt=before) | carried_out | missed) & ~Q(pk__in=_running(before))


def _never_filed() -> QuerySet[Proposal]:
    return Proposal.objects.filter(state="draft", filed_at=None)


# A year is over with the last year of its project.
retention.keep_with("project_year", "projectyear__proposal")


def _drafts(day: date) -> QuerySet[Proposal]:
    closed = _never_filed().filter(round__closes_at__lt=end_of_day(day))
    return closed.exclude(title=destroyed_drafts.TITLE)


#: Why what a draft still owed ended with it.
DESTROYED = "the draft was destroyed"


def _erase_drafts(rows: QuerySet[Proposal], *, by, at: datetime) -> None:
    ids = list(rows.values_list("pk", flat=True))
    for draft in rows:
        timekeeping.close_deadlines(draft, at=at, reason=DESTROYED)
    for model in (BudgetLine, ProposalMeasure):
        model.objects.filter(proposal__in=ids).delete()
    Remark.objects.filter(case__in=ids).delete()
    StoredFile.objects.filter(case__in=ids, destroyed_at=None).update(destroyed_at=at)
    rows.update(title=destroyed_drafts.TITLE, purpose="", content="", schedule="", effect="")


def _signatures(day: date) -> QuerySet[AgreementSignature]:
    over = retention.cases_over(day).values("pk")
    return AgreementSignature.objects.filter(year__in=over).exclude(name=ERASED_NAME)


def _erase_names(rows: QuerySet[AgreementSignature], *, by, at: datetime) -> None:
    rows.update(name=ERASED_NAME)


retention.register(
    RetentionClass(
        destroyed_drafts.CLASS, _("Drafts that were never filed"),
        _("Title, words, budget, measures, notes and files go. An empty row stays in the history."),
        _("The day the call closed"),
        _drafts, _erase_drafts, (), "case_ptr",  # what was filed of the same columns is kept
        lambda draft: f"#{draft.pk} · {draft.round}", ("round",),
    ),
    RetentionClass(
        "signatures", _("Names of who signed yearly agreements"),
        _("The name goes. It stays that the party signed, and on which day."),
        _("The project is over"),
        _signatures, _erase_names, ("grants.AgreementSignature.name",), "year",
        lambda signed: f"{signed.year.number or signed.year_id} · {signed.get_party_display()}",
        ("year",), "year",
    ),
)  # fmt: skip
