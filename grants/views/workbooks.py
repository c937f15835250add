"""The forms of a group as workbooks: taken filled-in, completed offline, uploaded and looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from casework import workbooks
from casework.drafts import Draft
from casework.models import Case
from grants import services
from grants.forms.changes import ChangeDraft
from grants.forms.claims import ClaimDraft
from grants.forms.drafts import DraftForms
from grants.forms.projects import YearDraft

from .changes import visible_change
from .claims import visible_claim
from .proposals import visible_proposal
from .years import lines_to_begin_with, visible_year


@dataclass(frozen=True, slots=True)
class Written:
    """A form that the person may write now.

    :param name: of the address of its page, which ends in ``-edit``.
    """

    case: Case
    name: str
    read_as: Callable[..., Draft]

    @property
    def page(self) -> str:
        return reverse(f"grants:{self.name}-edit", args=[self.case.pk])

    @property
    def file(self) -> str:
        return reverse(f"grants:{self.name}-xlsx", args=[self.case.pk])


def _proposal(request: HttpRequest, pk: int) -> Written:
    case = visible_proposal(request, pk)
    if not services.may_edit(case, request.user):
        raise PermissionDenied("grants.edit_proposal")
    return Written(case, "proposal", partial(DraftForms, today=request.today))


def _year(request: HttpRequest, pk: int) -> Written:
    case = visible_year(request, pk)
    if not services.may_edit_year(case, request.user):
        raise PermissionDenied("grants.write")

    def read_as(year, data=None):
        return YearDraft(year, data, lines=lines_to_begin_with(year))

    return Written(case, "year", read_as)


def _claim(request: HttpRequest, pk: int) -> Written:
    case = visible_claim(request, pk)
    if not services.may_edit_on_year(case, request.user):
        raise PermissionDenied("grants.write")
    return Written(case, "claim", ClaimDraft)


def _change(request: HttpRequest, pk: int) -> Written:
    case = visible_change(request, pk)
    if not services.may_edit_on_year(case, request.user):
        raise PermissionDenied("grants.write")
    return Written(case, "change", ChangeDraft)


#: Name in the addresses → the form of a case that the person may write now.
FORMS = {"proposal": _proposal, "year": _year, "change": _change, "claim": _claim}


@login_required
@require_safe
def taken(request, pk, form):
    """A form as a workbook, filled in with what is saved."""
    found = FORMS[form](request, pk)
    return workbooks.download(request, found.case, read_as=found.read_as, page=found.page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answered(request, pk, form):
    """Upload the workbook of a form, and see what it would change."""
    found = FORMS[form](request, pk)
    return workbooks.answer(
        request, found.case, read_as=found.read_as, page=found.page, file=found.file
    )
