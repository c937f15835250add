"""City issues (業務課題): the office asks, departments list, the office publishes."""

from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Department
from accounts.permissions import require
from casework.asking import Question, ask_departments, request_key
from casework.calendar import japan_date, wareki_year
from casework.edit_numbers import take_next
from casework.outbox import Address, post, tell
from casework.parties import Party, people_behind
from casework.services import advance, locked, open_case
from grants.city_issue_flow import DUE
from grants.models import CityIssue, Proposal

#: The notice that tells a department that it is asked.
ASKED = "city_issue_asked"
#: The notice that tells it that a group's proposal answers its issue.
ANSWERED = "city_issue_answered"
#: States in which the department writes.
WRITTEN = ("requested", "draft", "returned")


def _asked_issue(department: Department, fiscal_year: int) -> CityIssue:
    return CityIssue(
        department=department,
        fiscal_year=fiscal_year,
        title=f"{wareki_year(fiscal_year)}の業務課題（{department.name}）",
        request_key=request_key(department, fiscal_year),
    )


QUESTION = Question(CityIssue, DUE, WRITTEN, _asked_issue)


@transaction.atomic
def ask_for_issues(
    *, fiscal_year: int, due_on: date | None, by, at: datetime, among=None
) -> list[CityIssue]:
    """Ask every department that there is today what it would like to solve with groups.

    :raises PermissionDenied: if ``by`` is not of the office.
    """
    require(by.act_on(japan_date(at)), "grants.keep_city_issues")
    asked = ask_departments(
        QUESTION, fiscal_year=fiscal_year, due_on=due_on, by=by, at=at, among=among
    )
    for issue in asked:
        _tell_department(issue, ASKED, at=at, key=f"{issue.pk}-{ASKED}", asked_until=due_on)
    return asked


def tell_of_answer(proposal: Proposal, *, at: datetime) -> None:
    """Tell the department that listed an issue, once, that a proposal was filed that answers it.

    By its number alone: the department reads the proposal when it is brought into the talks.
    """
    issue, key = proposal.city_issue, f"{proposal.city_issue_id}-{ANSWERED}-{proposal.pk}"
    _tell_department(
        issue, ANSWERED, at=at, key=key, number=proposal.number, call=proposal.round.name
    )


def _tell_department(issue: CityIssue, kind: str, *, at: datetime, key: str, **told) -> None:
    """Tell who works there; a department where nobody logs in, by its shared mailbox."""
    department = issue.department
    if department.mailbox and not people_behind(issue, Party.DEPARTMENT, day=japan_date(at)):
        to = Address(department.mailbox, department.name, fictitious=department.fictitious)
        post(kind, to=to, at=at, key=key, case=issue, **told)
    else:
        tell(issue, Party.DEPARTMENT, kind, at=at, key=key, **told)


@transaction.atomic
def open_issue(
    department: Department, *, fiscal_year: int, title: str, by, at: datetime
) -> CityIssue:
    """Begin an issue of a department's own accord: one more, or one that nobody asked for.

    :raises PermissionDenied: if ``by`` does not work for ``department``.
    """
    require(by.act_on(japan_date(at)), "grants.open_city_issue", department)
    issue = CityIssue(department=department, fiscal_year=fiscal_year, title=title)
    open_case(issue, by=by, at=at, filed=True)
    return advance(issue, "start", by=by, at=at)


def may_write_issue(issue: CityIssue, user) -> bool:
    """Return whether ``user`` may change what the issue says, in the state it is in."""
    return issue.state in WRITTEN and rules.has_perm("grants.write_city_issue", user, issue)


@transaction.atomic
def save_issue(issue: CityIssue, *, fields: dict, edit_number: int, by, at: datetime) -> CityIssue:
    """Save what the department wrote; the first save of what was asked for starts it.

    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if the issue has a newer number; nothing is changed.
    :raises PermissionDenied: if ``by`` may not write it now.
    """
    issue = locked(issue)
    if not may_write_issue(issue, by.act_on(japan_date(at))):
        raise PermissionDenied("grants.write_city_issue")
    take_next(issue, edit_number)
    for name, value in fields.items():
        setattr(issue, name, value)
    issue.save()
    return advance(issue, "start", by=by, at=at) if issue.state == "requested" else issue
