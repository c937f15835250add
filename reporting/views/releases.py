"""Releases at work: put together, looked at, proposed."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.approvals import waiting_draft
from casework.calendar import japan_date
from casework.errors import NotPossible
from guideline.models.accepted_words import LOOKS_LIKE
from reporting.models import CollaborationReport, Kind, PublicEntry, Release, ReleaseItem
from reporting.models.release import UNDER_WAY
from reporting.publishing import (
    axe_check,
    checks,
    difference,
    drawing,
    gone,
    personal,
    releases,
    sent_back,
)
from reporting.publishing.forms import (
    AcceptForm,
    MomentForm,
    ReportReleaseForm,
    ReportsForm,
    ThingForm,
)
from reporting.publishing.site import Site, here

PER_PAGE = 50
CHANGES_PER_PAGE = 200
#: How many findings one page shows at most.
MOST_FINDINGS = 100


@login_required
@require_http_methods(["GET", "POST"])
def release_list(request):
    """All releases, the newest first; the office begins another."""
    if not request.user.has_perm("reporting.read_releases"):
        raise PermissionDenied("reporting.read_releases")
    if request.method == "POST":
        release = releases.begin(by=request.user, at=request.now)
        return redirect("reporting:release", pk=release.pk)
    found = Release.objects.visible_to(request.user).annotate(size=Count("items"))
    page = Paginator(found.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_begin": request.user.has_perm("reporting.prepare_release")}
    return render(request, "reporting/release_list.html", context)


def _visible(request, pk: int) -> Release:
    return get_object_or_404(Release.objects.visible_to(request.user), pk=pk)


def _buttons(view):
    """Lead whoever only opens the address of a button, or reads it in another language, to the release."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request, pk):
        if request.method == "POST":
            return view(request, pk)
        return redirect("reporting:release", pk=_visible(request, pk).pk)

    return answer


def _own(request, pk: int) -> Release:
    """Return a release that the person may put together."""
    release = _visible(request, pk)
    if not request.user.has_perm("reporting.prepare_release", release):
        raise PermissionDenied("reporting.prepare_release")
    return release


@login_required
@require_safe
def release_page(request, pk):
    """What is in a release, what else could be, and what is in the way."""
    return _show(request, _visible(request, pk))


def _show(request, release: Release, status: int = 200, **bound):
    may_change = release.state == "draft" and request.user.has_perm(
        "reporting.prepare_release", release
    )
    items = Paginator(
        release.items.defer("content").order_by("kind", "fiscal_year", "pk"), PER_PAGE
    )
    context = {
        "case": release,
        "page": items.get_page(request.GET.get("page")),
        "may_change": may_change,
        "draft": waiting_draft(release),
        "why_not": releases.why_not_yet(release, at=request.now) if may_change else None,
        "why_stuck": releases.why_stuck(release, at=request.now),
        "sent_back": sent_back.why(release, request.user),
    }
    if may_change:
        context |= {
            "things": bound.get("things") or ThingForm(fictitious=settings.DEMO, prefix="thing"),
            "moment": bound.get("moment") or MomentForm(initial={"publish_at": release.publish_at}),
            "accepted": _accepted(release, request),
        }
    return render(request, "reporting/release.html", context, status=status)


def _ready():
    """Return the reports that are accepted and wait in no release."""
    inside = ReleaseItem.objects.filter(
        kind=Kind.REPORT, release__state__in=("draft", *UNDER_WAY)
    ).values_list("key", flat=True)
    return CollaborationReport.objects.filter(state="accepted").exclude(
        pk__in=[int(key) for key in inside]
    )


def _accepted(release: Release, request):
    ready = _ready().visible_to(request.user).select_related("department")
    ordered = ready.order_by("-fiscal_year", "department__name", "pk")
    return Paginator(ordered, PER_PAGE).get_page(request.GET.get("accepted"))


@_buttons
def put_in_reports(request, pk):
    """Put accepted reports into a release."""
    release = _own(request, pk)
    form = ReportsForm(request.POST, reports=_ready().visible_to(request.user))
    if not form.is_valid():
        messages.error(request, _("Choose at least one report that is accepted."))
        return redirect("reporting:release", pk=pk)
    try:
        with transaction.atomic():
            for report in form.cleaned_data["reports"]:
                releases.put_in(
                    release, Kind.REPORT, str(report.pk), by=request.user, at=request.now
                )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("reporting:release", pk=pk)


@_buttons
def put_in_table(request, pk):
    """Put a table into a release."""
    release = _own(request, pk)
    form = ThingForm(request.POST, fictitious=settings.DEMO, prefix="thing")
    if form.is_valid():
        kind, key = form.thing
        said = {name: form.cleaned_data[name] for name in ("withdraw", "note")}
        try:
            releases.put_in(release, kind, key, **said, by=request.user, at=request.now)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("reporting:release", pk=pk)
    return _show(request, release, 422, things=form)


@login_required
@require_POST
def take_out(request, pk, item):
    """Take one thing out of a release."""
    release = _own(request, pk)
    found = get_object_or_404(release.items, pk=item)
    try:
        releases.take_out(found, by=request.user, at=request.now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("reporting:release", pk=pk)


@login_required
@require_safe
def item_page(request, pk, item):
    """One thing in a release: how to look at it, and what it would change of what is public now."""
    release = _visible(request, pk)
    found = get_object_or_404(release.items, pk=item)
    if found.is_gone:
        return _gone(request, release, found)
    changed = difference.of_item(found, at=request.now)
    context = {
        "case": release,
        "item": found,
        "is_new": changed is None,
        "page": Paginator(changed or [], CHANGES_PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "reporting/release_item.html", context)


def _gone(request, release: Release, item: ReleaseItem, status: int = 200):
    """Say what the thing was called, and that its words are gone."""
    context = {"case": release, "item": item, "why_gone": gone.why_gone(item)}
    return render(request, "reporting/release_item.html", context, status=status)


@login_required
@require_safe
def preview(request, pk, item, language):
    """The page as the public would see it, marked as a preview."""
    release = _visible(request, pk)
    found = get_object_or_404(release.items, pk=item)
    if found.is_gone:
        return _gone(request, release, found, 410)
    found.content = checks.content_of(found, at=request.now)
    if not found.content and not found.withdraws:
        raise Http404(item)
    entry = PublicEntry.objects.filter(kind=found.kind, key=found.key).first()
    body = drawing.thing(
        found, language,
        about=Site(here(), fictitious=settings.DEMO).about,
        published_on=request.today,
        first_on=japan_date(entry.first_at) if entry else request.today,
        preview=reverse("reporting:public-root"),
    )  # fmt: skip
    response = HttpResponse(body, content_type="text/html; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    return response


@_buttons
def check(request, pk):
    """Run the checks and show what they found."""
    release = _visible(request, pk)
    if not request.user.has_perm("reporting.read_releases"):
        raise PermissionDenied("reporting.read_releases")
    return _found(request, release)


def _found(request, release: Release, status: int = 200):
    found = checks.findings(release, at=request.now)
    let_stand = checks.let_stand(release, found)
    open_ones = checks.open_ones(found, let_stand)
    context = {
        "case": release,
        "open": open_ones[:MOST_FINDINGS],
        "has_axe": axe_check.is_set(),
        "unseen": sum(one.code == axe_check.UNSEEN for one in open_ones),
        "more": max(0, len(open_ones) - MOST_FINDINGS),
        "accepted": [(one, let_stand[one.digest]) for one in found if one.digest in let_stand],
        "checks": checks.all_checks(),
        "recall": [(LOOKS_LIKE[what], *counts) for what, counts in personal.RECALL.items()],
        "may_change": release.state == "draft"
        and request.user.has_perm("reporting.prepare_release", release),
        "why_not": releases.why_not_yet(release, at=request.now),
    }
    return render(request, "reporting/release_check.html", context, status=status)


@_buttons
def let_axe_look(request, pk):
    """Let axe look at the pages of a release, and show how far it is."""
    release = _own(request, pk)
    try:
        work = axe_check.ask_to_look(release, by=request.user, at=request.now)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("reporting:release", pk=pk)
    return redirect("casework:work", pk=work.pk)


@_buttons
def accept_warning(request, pk):
    """Let one warning stand, with a reason."""
    release = _own(request, pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it can stand."))
        return _found(request, release, 422)
    said = form.cleaned_data
    try:
        checks.accept(
            release, said["finding"], reason=said["reason"], by=request.user, at=request.now
        )
    except NotPossible as error:
        messages.error(request, str(error))
    return _found(request, release)


@_buttons
def set_moment(request, pk):
    """Set when a release becomes public."""
    release, form = _own(request, pk), MomentForm(request.POST)
    if form.is_valid():
        try:
            releases.set_moment(release, **form.cleaned_data, by=request.user, at=request.now)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("reporting:release", pk=pk)
    return _show(request, release, 422, moment=form)


@login_required
@require_http_methods(["GET", "POST"])
def release_report(request, pk):
    """Put one report into a release, from its own page."""
    report = get_object_or_404(CollaborationReport.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("reporting.prepare_release"):
        raise PermissionDenied("reporting.prepare_release")
    being_made = Release.objects.visible_to(request.user).filter(state="draft").order_by("-pk")
    form = ReportReleaseForm(request.POST or None, report=report, releases=being_made)
    if request.method == "POST" and form.is_valid():
        try:
            release = _with_report(form.cleaned_data, report, request)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("reporting:release", pk=release.pk)
    context = {
        "case": report,
        "form": form,
        "waits": releases.waits_in_release(report),
    }
    return render(
        request, "reporting/release_report.html", context, status=422 if form.errors else 200
    )


@transaction.atomic
def _with_report(said: dict, report: CollaborationReport, request) -> Release:
    who = {"by": request.user, "at": request.now}
    release = said.pop("release") or releases.begin(title=report.title, **who)
    releases.put_in(release, Kind.REPORT, str(report.pk), **said, **who)
    return release
