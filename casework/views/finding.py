"""How pages find what they show: 404 for what a person may not see, 403 for what they may not do."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.permissions import require
from casework.asked_once import to_be_shown
from casework.desks import desks_of
from casework.flow import Text
from casework.models import Approval, ApprovalItem, Case
from casework.models.case import CaseQuerySet

PER_PAGE = 25

Trail = list[tuple[str, Text]]


def page_of(request, queryset, named: str = "page") -> Page:
    """Return the page of ``queryset`` that the address asks for, in its parameter ``named``."""
    return Paginator(queryset, PER_PAGE).get_page(request.GET.get(named))


def visible_case(request, pk: int) -> Case:
    """Return the case as its own model if this person may see it; 404 otherwise."""
    seen = get_object_or_404(Case.objects.visible_to(request.user).only("kind"), pk=pk)
    rows = seen.machine.objects.as_shown()
    if request.user.duties.holds(*CaseQuerySet.READERS_OF_FILED):
        rows = rows.with_paper(request.today)
    return to_be_shown(rows.with_draft_shown_to(request.user).get(pk=pk))


def visible_item(request, pk: int) -> ApprovalItem:
    """Return one move of a draft if this person may see both the draft and the case; 404 otherwise."""
    visible = ApprovalItem.objects.filter(
        approval__in=Approval.objects.visible_to(request.user),
        case__in=Case.objects.visible_to(request.user),
    )
    return get_object_or_404(visible.select_related("approval", "case__organization"), pk=pk)


def office_case(request, pk: int, permission: str) -> Case:
    """Return a case this person may see and do ``permission`` on; 404 or 403 otherwise."""
    case = visible_case(request, pk)
    require(request.user, permission, case)
    return case


def holds(user, permission: str) -> bool:
    """Return whether ``user`` has a permission that is about no thing in particular.

    With the user as the thing asked about, no table of Django's own permissions is read.
    """
    return user.has_perm(permission, user)


def require_office(user, permission: str) -> None:
    """Refuse whoever does not hold ``permission``, which is about no thing in particular.

    :raises PermissionDenied: naming the permission that is missing.
    """
    if not holds(user, permission):
        raise PermissionDenied(permission)


def trail_to(case: Case, user, here: Text = "") -> Trail:
    """Return the way from a person's desk to ``case``, and to the page ``here`` below it."""
    trail: Trail = [(reverse(desk.url_name), desk.title) for desk in desks_of(user)[:1]]
    trail.append((reverse("casework:case", args=[case.pk]), str(case)))
    return [*trail, ("", here)] if here else trail
