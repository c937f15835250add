"""When the cases of the program are over, and the classes of what people wrote for it."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services.erasing import ERASED_NAME
from casework import files, retention, timekeeping
from casework.calendar import end_of_day
from casework.models import Case, MessageWords, Remark, StoredFile
from casework.retention import RetentionClass

from . import destroyed_drafts
from .models import (
    Activity,
    AgreementSignature,
    BankAccount,
    BudgetLine,
    CallAnswer,
    Claim,
    EarlyStart,
    LogEntry,
    Picture,
    ProjectYear,
    Proposal,
    ProposalMeasure,
    Question,
)


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


# A year is over with the last year of its project, and a claim or a change with it.
retention.keep_with("project_year", "projectyear__proposal")
retention.keep_with("claim", "as_claim__project_year__proposal")
retention.keep_with("change", "as_change__project_year__proposal")


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
    MessageWords.objects.filter(message__case__in=ids).delete()
    files.mark_destroyed(StoredFile.objects.filter(case__in=ids), at=at)
    rows.update(title=destroyed_drafts.TITLE, purpose="", content="", schedule="", effect="")


def _signatures(day: date) -> QuerySet[AgreementSignature]:
    over = retention.cases_over(day).values("pk")
    return AgreementSignature.objects.filter(year__in=over).exclude(name=ERASED_NAME)


def _erase_names(rows: QuerySet[AgreementSignature], *, by, at: datetime) -> None:
    rows.update(name=ERASED_NAME)


def _early_starts(day: date) -> QuerySet[EarlyStart]:
    over = retention.cases_over(day).values("pk")
    return EarlyStart.objects.filter(year__in=over).exclude(reason="", decision_reason="")


def _erase_early_starts(rows: QuerySet[EarlyStart], *, by, at: datetime) -> None:
    rows.update(reason="", decision_reason="")


def _accounts(day: date) -> QuerySet[BankAccount]:
    """Keep accounts that were replaced, or whose group has cases, and all it was used for is over."""
    before, over = end_of_day(day), retention.cases_over(day).values("pk")
    of_group = Case.objects.filter(organization=OuterRef("organization"))
    used = Claim.objects.filter(bank_account=OuterRef("pk"))
    gone = Q(replaced_at__lt=before) & ~Exists(used.exclude(pk__in=over))
    used_no_more = Q(Exists(of_group), at__lt=before) & ~Exists(of_group.exclude(pk__in=over))
    return BankAccount.objects.filter(gone | used_no_more, destroyed_at=None)


def _destroy_accounts(rows: QuerySet[BankAccount], *, by, at: datetime) -> None:
    ids = list(rows.values_list("pk", flat=True))
    BankAccount.objects.filter(pk__in=ids).update(secret="", destroyed_at=at)


def _activities(day: date) -> QuerySet[Activity]:
    return Activity.objects.filter(year__in=retention.cases_over(day).values("pk"))


def _pictures(day: date) -> QuerySet[Picture]:
    return Picture.objects.filter(year__in=retention.cases_over(day).values("pk"))


def _delete(rows: QuerySet, *, by, at: datetime) -> None:
    rows.delete()


def _log(day: date) -> QuerySet[LogEntry]:
    """Keep entries of cases that are over; of a consultation without a case, those of its day."""
    over = retention.cases_over(day).values("pk")
    return LogEntry.objects.filter(Q(case__in=over) | Q(case=None, on__lte=day))


def _questions(day: date) -> QuerySet[Question]:
    return Question.objects.filter(round__closes_at__lt=end_of_day(day)).exclude(text="")


def _erase_questions(rows: QuerySet[Question], *, by, at: datetime) -> None:
    rows.update(text="")


def _private_answers(day: date) -> QuerySet[CallAnswer]:
    """Keep what everybody never read: answers to one person, and drafts."""
    rows = CallAnswer.objects.filter(question__round__closes_at__lt=end_of_day(day))
    said = ~Q(answer__in=("", ERASED_NAME)) | ~Q(wording__in=("", ERASED_NAME))
    return rows.exclude(audience=CallAnswer.Audience.EVERYBODY).filter(said)


def _erase_answers(rows: QuerySet[CallAnswer], *, by, at: datetime) -> None:
    ids = list(rows.values_list("pk", flat=True))
    for name in ("answer", "wording"):
        said = CallAnswer.objects.filter(pk__in=ids).exclude(**{name: ""})
        said.update(**{name: ERASED_NAME})


retention.register(
    RetentionClass(
        "private_answers", _("Answers on calls that only the asker reads, and drafts of answers"),
        _("The words go. It stays that an answer was given, by whom and when. What everybody reads stays."),
        _("The day the call closed"),
        _private_answers, _erase_answers, (), "question__round__proposals",  # what is public is kept
        lambda answer: f"#{answer.question_id} · {answer.question.round}", ("question__round",),
    ),
    RetentionClass(
        "questions", _("Questions on calls, as they were asked"),
        _("The words go. What the office published in its own words stays."),
        _("The day the call closed"),
        _questions, _erase_questions, ("grants.Question.text",), "round__proposals",
        lambda question: f"#{question.pk} · {question.round}", ("round",),
    ),
    RetentionClass(
        "activities", _("Plans by month, and what was done"),
        _("The row goes, with what was told of each month."),
        _("The project is over"),
        _activities, _delete, ("grants.Activity", "grants.ActivityDone"), "year",
        lambda activity: f"{activity.year.number or activity.year_id} · #{activity.pk}",
        ("year",), "year",
    ),
    RetentionClass(
        "pictures", _("What is said of photos and flyers"),
        _("The row goes. The files go with the files of the case, and their copies with them."),
        _("The project is over"),
        _pictures, _delete, ("grants.Picture",), "year",
        lambda picture: f"{picture.year.number or picture.year_id} · #{picture.pk}",
        ("year",), "year",
    ),
    RetentionClass(
        "log", _("Entries of the log of projects"),
        _("The row goes, with all that was written in it."),
        _("The project is over; of a consultation without a project, its day"),
        _log, _delete, ("grants.LogEntry",), "organization__cases",
        lambda entry: f"#{entry.pk} · {entry.organization} · {entry.on}", ("organization",),
    ),
    RetentionClass(
        "bank_accounts", _("Bank accounts of groups"),
        _("Bank, number and holder go. It stays that there was an account, and since when."),
        _("A newer account replaced it, or all cases of the group are over"),
        _accounts, _destroy_accounts, ("grants.BankAccount.secret",), "organization__cases",
        lambda account: f"#{account.pk} · {account.organization}", ("organization",),
    ),
    RetentionClass(
        destroyed_drafts.CLASS, _("Drafts that were never filed"),
        _("Title, words, budget, measures, notes and files go. An empty row stays in the history."),
        _("The day the call closed"),
        _drafts, _erase_drafts, (), "case_ptr",  # what was filed of the same columns is kept
        lambda draft: f"#{draft.pk} · {draft.round}", ("round",),
    ),
    RetentionClass(
        "early_starts", _("Reasons for starts before the decision"),
        _("The words go. The day, and whether it was accepted, stay."),
        _("The project is over"),
        _early_starts, _erase_early_starts,
        ("grants.EarlyStart.reason", "grants.EarlyStart.decision_reason"), "year",
        lambda told: f"{told.year.number or told.year_id} · {told.starts_on}", ("year",), "year",
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
