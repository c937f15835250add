"""What people do with reports and collaboration reports, besides making moves."""

from collections.abc import Collection
from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department
from accounts.permissions import require
from casework.asking import Question, ask_departments, request_key
from casework.calendar import japan_date, wareki_year
from casework.edit_numbers import take_next
from casework.services import advance, locked, open_case, record

from .correction_owed import ask_for_a_correction
from .deadlines import KIND
from .models import (
    AdvancedMeasure,
    Answer,
    CollaborationReport,
    FormQuestion,
    Report,
    ReportFigure,
)
from .partner_parts import may_change_scores
from .partners import write_partners
from .publishing.releases import waits_in_release
from .report_form_data import form_of
from .settlement_lines import write_lines

#: States in which the department, or for a correction the office, changes the working copy.
WRITTEN_BY_DEPARTMENT = ("requested", "drafting", "returned")
CORRECTED_BY_OFFICE = ("published", "corrected", "withdrawn")


def may_edit_report(report: Report, user) -> bool:
    """Return whether ``user`` may change what the report says, in the state it is in."""
    return report.state in ("drafting", "returned") and rules.has_perm(
        "reporting.write_report", user, report
    )


@transaction.atomic
def save_report(
    report: Report, *, fields: dict, lines: list[dict], edit_number: int, by, at: datetime,
    removed: Collection[int] = (),
) -> Report:  # fmt: skip
    """Save what the group wrote, if nobody saved since the page was loaded.

    :param fields: values of ``completed_on, content, results, participants, reflection``.
    :param lines: of the settlement, dicts of ``side, label, detail, amount_yen, from_city``, and
        ``line`` for the id of the line that it is.
    :param removed: ids of the lines that were taken out.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the report has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write, or the report is not being written.
    :raises ValidationError: if a line that is taken out still has receipts.
    """
    report = locked(report)
    if not may_edit_report(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_report")
    _write(report, fields, edit_number)
    write_lines(report, lines, removed=removed)
    return report


def _write(case, fields: dict, edit_number: int) -> None:
    take_next(case, edit_number)
    for name, value in fields.items():
        setattr(case, name, value)
    case.save()


@transaction.atomic
def open_collaboration_report(
    department: Department, *, fiscal_year: int, title: str, by, at: datetime
) -> CollaborationReport:
    """Begin a report of a department's own accord.

    :raises PermissionDenied: if ``by`` does not work for ``department``.
    """
    require(by.act_on(japan_date(at)), "reporting.open_collaboration", department)
    report = CollaborationReport(
        department=department, fiscal_year=fiscal_year, title=title,
        report_form=form_of(fiscal_year),
    )  # fmt: skip
    open_case(report, by=by, at=at, filed=True)
    return advance(report, "start", by=by, at=at)


@transaction.atomic
def request_collaboration_reports(
    *, fiscal_year: int, due_on: date | None, by, at: datetime, among=None
) -> list[CollaborationReport]:
    """Ask every department that there was in a fiscal year for its report on it.

    A department is asked once a year, also one on whose Yell project a report was opened: that one is
    about the project alone. For a department that has closed since, its successor is asked. A report
    that is under way without a date, such as one that a project opened, gets the date.

    :param due_on: the day the reports are due, Japan date; ``None`` leaves it "not set".
    :param among: the departments to ask, as a queryset; all of them if ``None``.
    :return: the reports that were opened now.
    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "reporting.request_collaboration")
    return ask_departments(
        REQUEST, fiscal_year=fiscal_year, due_on=due_on, by=by, at=at, among=among
    )


def _asked_report(department: Department, fiscal_year: int) -> CollaborationReport:
    return CollaborationReport(
        department=department,
        fiscal_year=fiscal_year,
        title=f"{wareki_year(fiscal_year)}の協働（{department.name}）",
        request_key=request_key(department, fiscal_year),
        report_form=form_of(fiscal_year),
    )


REQUEST = Question(CollaborationReport, KIND, WRITTEN_BY_DEPARTMENT, _asked_report, looks_back=True)


def may_edit_collaboration(report: CollaborationReport, user) -> bool:
    """Return whether ``user`` may change the working copy, in the state the report is in."""
    if report.state in WRITTEN_BY_DEPARTMENT:
        return rules.has_perm("reporting.write_collaboration", user, report)
    if report.state in CORRECTED_BY_OFFICE:
        return rules.has_perm("reporting.handle_collaboration", user, report)
    return False


@transaction.atomic
def save_collaboration_report(
    report: CollaborationReport, *, fields: dict, measures: list[dict], edit_number: int, by,
    at: datetime, partners: list[dict] | None = None, figures: list[dict] | None = None,
) -> CollaborationReport:  # fmt: skip
    """Save the working copy; the first save of a requested report starts it.

    After publication the office writes a correction here; the public reads the old text until
    an approver has published the new one.

    :param fields: answers by the code of their question.
    :param measures: dicts of ``measure, how``.
    :param partners: rows of :func:`reporting.partners.write_partners`; ``None`` leaves what there is.
    :param figures: dicts of ``label, value, unit``; ``None`` leaves what there is.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the report has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write the report now.
    :raises ValidationError: if the report waits in a release.
    """
    report = locked(report)
    if not may_edit_collaboration(report, by.act_on(japan_date(at))):
        raise PermissionDenied("reporting.write_collaboration")
    if waits_in_release(report):
        raise ValidationError(
            _("The report waits in a release. Drop the draft of the release first.")
        )
    own = {one.code: one for one in report.questions if one.is_own}
    columns = {name: value for name, value in fields.items() if name not in own}
    if partners is not None:
        columns["partner_names"] = "\n".join(row["name"] for row in partners)
        write_partners(report, partners)
    if not may_change_scores(report) and _scores_differ(report, columns):
        raise ValidationError(
            _("Your scores are given for good. The office can ask for them anew.")
        )
    _write(report, columns, edit_number)
    _write_answers(report, {own[code]: words for code, words in fields.items() if code in own})
    report.advanced_measures.all().delete()
    AdvancedMeasure.objects.bulk_create(AdvancedMeasure(report=report, **row) for row in measures)
    if figures is not None:
        report.figures.all().delete()
        ReportFigure.objects.bulk_create(ReportFigure(report=report, **row) for row in figures)
    return advance(report, "start", by=by, at=at) if report.state == "requested" else report


def _scores_differ(report: CollaborationReport, columns: dict) -> bool:
    names = ("process_score", "outcome_score")
    return any(name in columns and columns[name] != getattr(report, name) for name in names)


def _write_answers(report: CollaborationReport, answers: dict[FormQuestion, object]) -> None:
    """Keep what was answered to the questions without a column; an empty answer leaves no row."""
    report.answers.filter(question__in=answers).delete()
    Answer.objects.bulk_create(
        Answer(report=report, question=question, words=str(words))
        for question, words in answers.items()
        if words not in (None, "")
    )
    report.__dict__.pop("questions", None)  # they told of the answers before
    report.__dict__.pop("answers_by_code", None)


@transaction.atomic
def record_tabling(
    report: CollaborationReport, *, tabled_on: date, by, at: datetime
) -> CollaborationReport:
    """Record the day on which the committee received a report that the office accepted.

    A public report asks for a correction then: its readers are told that day, too.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if the report is not accepted yet or waits in a release, or the day lies
        in the future or before the day on which the office accepted the report.
    """
    report = locked(report)
    today = japan_date(at)
    require(by.act_on(today), "reporting.handle_collaboration", report)
    if report.state not in ("accepted", *CORRECTED_BY_OFFICE):
        raise ValidationError(_("The office has to accept the report first."))
    if tabled_on > today:
        raise ValidationError(_("The day must not lie in the future."))
    accepted = report.events.filter(verb="accept").order_by("-pk").first()
    if accepted and tabled_on < japan_date(accepted.at):
        words = _("The office accepted “%(title)s” on %(day)s. The committee cannot have received it before that day.")  # fmt: skip
        told = {"title": report.title, "day": japan_date(accepted.at).isoformat()}
        raise ValidationError({"tabled_on": words % told})
    if waits_in_release(report):
        words = _("“%(title)s” waits in a release. Drop the draft of the release first, or table the report once it is public.")  # fmt: skip
        raise ValidationError(words % {"title": report.title})
    report.tabled_on = tabled_on
    report.save(update_fields=["tabled_on"])
    ask_for_a_correction(report, at=at)
    record(report, "table", by=by, at=at, tabled_on=tabled_on)
    return report
