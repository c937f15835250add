"""City issues (業務課題): for the public to read, departments to write, the office to ask for."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers_named import key_in
from accounts.permissions import require
from casework.asking import keeping_their_day
from casework.draft_pages import write
from grants import services
from grants.case_panels import supplement_asked
from grants.city_issue_rows import HEADER, rows, with_proposals
from grants.forms.asking import AskDepartmentsForm, OwnAccordForm
from grants.forms.city_issues import IssueDraft
from grants.measure_years import counted_cases
from grants.models import CityIssue, Round
from grants.models.city_issue import Standing
from grants.project_links import with_links
from grants.services.city_issues import QUESTION
from guideline.models import fiscal_year_name, in_language

from . import page_of, show_form
from .calls import groups_of
from .spreadsheets import csv_response, xlsx_response

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _public():
    return CityIssue.objects.public(fictitious=settings.DEMO).with_standing()


# Everyone


@require_safe
def issue_list(request):
    """What departments would like to solve with groups, to choose by year and where it stands."""
    year, standing = key_in(request.GET.get("year", "")), request.GET.get("standing", "")
    found = _public()
    years = found.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct()
    if year is not None:
        found = found.filter(fiscal_year=year)
    if standing in Standing.values:
        found = found.standing_as(standing, today=request.today)
    page = page_of(request, found.order_by("-fiscal_year", "department__name", "pk"))
    page.object_list = [_shown(issue, request.today) for issue in page.object_list]
    context = {
        "page": page,
        "years": [{"year": str(one), "label": fiscal_year_name(one)} for one in years],
        "standings": Standing.choices,
        "year": request.GET.get("year", ""),
        "standing": standing,
    }
    return render(request, "grants/city_issue_list.html", context)


def _shown(issue: CityIssue, today) -> dict:
    standing = issue.standing_on(today)
    return {
        "issue": issue,
        "year": fiscal_year_name(issue.fiscal_year),
        "standing": standing.label,
        "is_open": standing == Standing.OPEN,
    }


@require_safe
def issue_page(request, pk):
    """One issue: the problem, what is brought and looked for, and how to begin a proposal from it."""
    issue = get_object_or_404(_public(), pk=pk)
    adopted = counted_cases(fictitious=settings.DEMO).filter(city_issue=issue)
    shown = _shown(issue, request.today)
    can_begin = shown["is_open"]
    context = {
        **shown,
        "plain_page": in_language(issue.plain_page, f"en/{issue.plain_page}"),
        "is_taken_up": issue.is_taken_up,
        "is_over": issue.is_over(request.today),
        "calls": _calls(request.now) if can_begin else [],
        "coming": _coming(request.now) if can_begin else None,
        "groups": groups_of(request.user),
        "adopted": with_links(
            adopted.select_related("organization").order_by("fiscal_year", "pk"), AnonymousUser()
        ),
        "trail": [
            ("/", _("Home")),
            (reverse("grants:city-issues"), _("City issues")),
            (request.path, issue.title),
        ],
    }
    return render(request, "grants/city_issue.html", context)


def _of_departments(rounds) -> list[Round]:
    """Keep the calls of courses in which departments take part."""
    found = rounds.select_related("edition").order_by("closes_at", "pk")
    return [call for call in found if call.rules.is_yes("matches_department")]


def _calls(at) -> list[Round]:
    return _of_departments(Round.objects.announced(at).filter(opens_at__lte=at, closes_at__gt=at))


def _coming(at) -> Round | None:
    return next(iter(_of_departments(Round.objects.announced(at).filter(opens_at__gt=at))), None)


# Departments


@login_required
@form_page
def issue_new(request):
    """A department lists one more issue, or one that nobody asked for."""
    if not request.user.duties.departments:
        raise PermissionDenied("grants.open_city_issue")
    title = _("The issue in one line")
    form = OwnAccordForm(
        request.POST or None, title=title, user=request.user, today=request.today, ahead=1
    )
    if request.method == "POST" and form.is_valid():
        issue = services.open_issue(**form.cleaned_data, by=request.user, at=request.now)
        return redirect("grants:city-issue-edit", pk=issue.pk)
    return show_form(request, form, title=_("List a city issue"), submit=_("Begin"))


@login_required
@form_page
def issue_edit(request, pk):
    """Write an issue. The same address saves by button and by itself."""
    issue = get_object_or_404(CityIssue.objects.visible_to(request.user), pk=pk)
    if not services.may_write_issue(issue, request.user):
        raise PermissionDenied("grants.write_city_issue")
    return write(
        request, issue,
        read=IssueDraft,
        save=lambda draft: services.save_issue(
            issue, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, issue),
        saved=_("Saved."),
    )  # fmt: skip


def _edit_page(request, issue, draft: IssueDraft, status: int) -> HttpResponse:
    context = {"case": issue, "draft": draft, "asked": supplement_asked(issue)}
    return render(request, "grants/city_issue_edit.html", context, status=status)


# Office


@login_required
@form_page
def issues(request):
    """Ask all departments, and see what they listed, which proposals answer and what came of it."""
    require(request.user, "grants.read_city_issues")
    may_ask = request.user.has_perm("grants.keep_city_issues")
    form = None
    if may_ask:
        form = AskDepartmentsForm(request.POST or None, today=request.today, ahead=1)
    if request.method == "POST":
        require(request.user, "grants.keep_city_issues")
        if form.is_valid():
            asked = services.ask_for_issues(**form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, _asked(len(asked)))
            if kept := keeping_their_day(QUESTION, **form.cleaned_data):
                messages.warning(request, _keep(kept))
            return redirect("grants:office-city-issues")
    found = CityIssue.objects.visible_to(request.user)
    ordered = with_proposals(found, request.user).prefetch_related("deadlines__extensions")
    page = page_of(request, ordered.order_by("-fiscal_year", "department__name", "pk"))
    with_links((p for issue in page.object_list for p in issue.proposals.all()), request.user)
    for issue in page.object_list:
        issue.owed = next((d for d in issue.deadlines.all() if d.is_open), None)
        issue.is_awaited = may_ask and issue.state in QUESTION.waiting
    context = {"form": form, "page": page}
    status = 422 if form is not None and form.errors else 200
    return render(request, "grants/city_issues_office.html", context, status=status)


def _asked(count: int) -> str:
    if not count:
        return _("Every department has been asked before. Nothing was sent twice.")
    return ngettext(
        "%(count)d department is asked for its issues.",
        "%(count)d departments are asked for their issues.",
        count,
    ) % {"count": count}


def _keep(count: int) -> str:
    return ngettext(
        "%(count)d issue asked for before keeps its own day. Set another one in the list: “Set another date”.",
        "%(count)d issues asked for before keep their own days. Set another one in the list: “Set another date”.",
        count,
    ) % {"count": count}  # fmt: skip


def _rows(request):
    require(request.user, "grants.read_city_issues")
    return HEADER, rows(CityIssue.objects.visible_to(request.user), request.user)


@login_required
@require_safe
def issues_csv(request):
    return csv_response("city-issues", _rows(request))


@login_required
@require_safe
def issues_xlsx(request):
    return xlsx_response("city-issues", {"city-issues": _rows(request)})
