"""When the cases of the program are over, and the class of drafts that were never filed."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import retention
from casework.calendar import end_of_day
from casework.models import Remark, StoredFile
from casework.retention import RetentionClass

from .models import BudgetLine, ProjectYear, Proposal, ProposalMeasure


def _running(before: datetime) -> QuerySet:
    """Return the proposals of which a project year was not over before the moment."""
    years = ProjectYear.objects.filter(Q(closed_at=None) | Q(closed_at__gte=before))
    return years.values("proposal")


@retention.over_when("proposal")
def proposal_over(before: datetime) -> Q:
    """A proposal is over with its project: when all of its years are, or, without any, closed."""
    carried_out = Q(state="ready", pk__in=ProjectYear.objects.values("proposal"))
    return (Q(closed_at__lt=before) | carried_out) & ~Q(pk__in=_running(before))


# A year is over with the last year of its project.
retention.keep_with("project_year", "projectyear__proposal")


def _drafts(day: date) -> QuerySet[Proposal]:
    never_filed = Proposal.objects.filter(state="draft", filed_at=None)
    closed = never_filed.filter(round__closes_at__lt=end_of_day(day))
    return closed.exclude(title=ERASED_NAME)


def _erase_drafts(rows: QuerySet[Proposal], *, by, at: datetime) -> None:
    ids = list(rows.values_list("pk", flat=True))
    for model in (BudgetLine, ProposalMeasure):
        model.objects.filter(proposal__in=ids).delete()
    Remark.objects.filter(case__in=ids).delete()
    StoredFile.objects.filter(case__in=ids, destroyed_at=None).update(destroyed_at=at)
    rows.update(title=ERASED_NAME, purpose="", content="", schedule="", effect="")


retention.register(
    RetentionClass(
        "drafts", _("Drafts that were never filed"),
        _("Title, words, budget, measures, notes and files go. An empty row stays in the history."),
        _("The day the call closed"),
        _drafts, _erase_drafts, "case_ptr",
        lambda draft: f"#{draft.pk} · {draft.round}", ("round",),
    ),
)  # fmt: skip
