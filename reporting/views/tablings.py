"""Reports at the committee: the office tables them, members read and comment, the office releases."""

from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import YEARS
from accounts.row_fields import RowsField
from casework.calendar import fiscal_year
from casework.forms import DateInput
from casework.views.answers import done
from casework.views.papers import pdf_response
from casework.word import docx_response
from grants.forms.fields import text_area
from guideline.models import fiscal_year_name, in_language
from reporting import booklet, tablings
from reporting.models import CollaborationReport, TabledReport, Tabling
from reporting.public_text import text_of, with_photos

PER_PAGE = 25


class NewTablingForm(forms.Form):
    """Which reports the committee received, and when."""

    tabled_on = forms.DateField(
        label=gettext_lazy("Day on which the committee received it"), widget=DateInput()
    )
    comments_until = forms.DateField(
        label=gettext_lazy("Comments until"), required=False, widget=DateInput(),
        help_text=gettext_lazy("If it is empty, the last day shows as not set."),
    )  # fmt: skip
    reports = RowsField(
        label=gettext_lazy("Reports"), queryset=None, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data=None, *, ready):
        super().__init__(data)
        self.fields["reports"].queryset = ready
        self.fields["reports"].label_from_instance = _named
        if data is None:
            self.fields["reports"].initial = ready.filter(tabled_on=None)


def _named(report) -> str:
    return f"{report.title}（{report.department}、{report.get_state_display()}）"


class LastDayForm(forms.Form):
    comments_until = forms.DateField(label=gettext_lazy("Comments until"), widget=DateInput())


class CommentForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your comment"), widget=text_area(6),
        help_text=gettext_lazy(
            "It is kept as it is and cannot be changed; you can add another one. The office may publish it without your name."
        ),
    )  # fmt: skip


@login_required
@require_safe
def tabling_list(request):
    """What the committee received, newest first."""
    if not request.user.has_perm("reporting.read_tablings"):
        raise PermissionDenied("reporting.read_tablings")
    found = Tabling.objects.visible_to(request.user).annotate(number=Count("tabled"))
    page = Paginator(found.order_by("-tabled_on", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    for one in page.object_list:
        one.year_name = fiscal_year_name(one.fiscal_year)
    this_year = fiscal_year(request.today)
    years = [(y, fiscal_year_name(y)) for y in range(this_year, this_year - 4, -1)]
    may_table = request.user.has_perm("reporting.request_collaboration")
    context = {
        "page": page, "years": years, "may_table": may_table,
        "day_alone": Paginator(_with_day_alone(request.user), PER_PAGE).get_page(
            request.GET.get("alone")
        ) if may_table else None,
    }  # fmt: skip
    return render(request, "reporting/tablings.html", context)


def _with_day_alone(user):
    """Return the reports that the committee received otherwise: their day is recorded, no booklet."""
    found = CollaborationReport.objects.visible_to(user).filter(tablings=None)
    return found.exclude(tabled_on=None).order_by("-tabled_on", "pk")


@login_required
@require_http_methods(["GET", "POST"])
def tabling_new(request, fiscal_year):
    """Table the accepted and the public reports on a fiscal year."""
    if not request.user.has_perm("reporting.request_collaboration"):
        raise PermissionDenied("reporting.request_collaboration")
    if fiscal_year not in YEARS:
        raise Http404(fiscal_year)
    ready = tablings.to_be_tabled(fiscal_year, request.user)
    form = NewTablingForm(request.POST or None, ready=ready)
    made: list[Tabling] = []
    if request.method == "POST" and done(
        form, lambda: made.append(_table(request, fiscal_year, form))
    ):
        asked = booklet.ask_for_booklet(made[0], by=request.user, at=request.now)
        return redirect("casework:work", asked.pk)
    context = {"form": form, "year_name": fiscal_year_name(fiscal_year), "any": ready.exists()}
    return render(
        request, "reporting/tabling_new.html", context, status=422 if form.errors else 200
    )


def _table(request, fiscal_year: int, form: NewTablingForm) -> Tabling:
    said = dict(form.cleaned_data)
    return tablings.table_reports(
        list(said.pop("reports")), fiscal_year=fiscal_year, **said, by=request.user,
        at=request.now,
    )  # fmt: skip


def _visible(request, pk: int) -> Tabling:
    return get_object_or_404(Tabling.objects.visible_to(request.user), pk=pk)


class ReleaseForm(forms.Form):
    """Which comments are part of the public text."""

    comments = RowsField(queryset=None, required=False)
    shown = RowsField(queryset=None, required=False)

    def __init__(self, data, *, comments):
        super().__init__(data)
        self.fields["comments"].queryset = self.fields["shown"].queryset = comments

    def keys(self, name: str) -> list[int]:
        return [comment.pk for comment in self.cleaned_data[name]]


@login_required
@require_http_methods(["GET", "POST"])
def tabled(request, pk):
    """One written report: its booklet, its reports, until when comments are taken."""
    tabling = _visible(request, pk)
    may_handle = request.user.has_perm("reporting.request_collaboration")
    form = LastDayForm(
        request.POST or None, initial={"comments_until": tabling.comments_until}
    ) if may_handle else None  # fmt: skip
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("reporting.request_collaboration")
        if done(form, partial(_set_last_day, request, tabling, form)):
            return redirect("reporting:tabled", pk=pk)
    rows = tabling.tabled.select_related("version", "report__department")
    told = {"said": Count("comments"), "released": Count("comments__release")}
    found = Paginator(rows.annotate(**told).order_by("place"), 100)
    page = found.get_page(request.GET.get("page"))
    for one in page.object_list:
        content = one.version.content or {}  # destroyed with the words of a withdrawn report
        one.title = content.get("title", one.report.title)
        one.department = in_language(
            content.get("department", ""), content.get("department_en", "")
        )
    context = {
        "tabling": tabling,
        "year_name": fiscal_year_name(tabling.fiscal_year),
        "page": page,
        "has_booklet": (has_booklet := booklet.made_of(tabling) is not None),
        "is_withheld": not has_booklet and hasattr(tabling, "booklet"),
        "reads_comments": request.user.has_perm("reporting.read_comments"),
        "may_handle": may_handle,
        "takes_comments": tabling.takes_comments(request.today),
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "reporting/tabled.html", context, status=status)


def _set_last_day(request, tabling: Tabling, form: LastDayForm) -> None:
    tablings.set_last_day(tabling, **form.cleaned_data, by=request.user, at=request.now)


@login_required
@require_POST
def booklet_ask(request, pk):
    """Ask a worker for the booklet, where it is not there."""
    tabling = _visible(request, pk)
    if not request.user.has_perm("reporting.request_collaboration"):
        raise PermissionDenied("reporting.request_collaboration")
    asked = booklet.ask_for_booklet(tabling, by=request.user, at=request.now)
    return redirect("casework:work", asked.pk)


@login_required
@require_safe
def booklet_file(request, pk, form):
    """The booklet as PDF or Word; 404 as long as no worker has made it, as it may be shown now."""
    tabling = _visible(request, pk)
    made = booklet.made_of(tabling)
    if made is None:
        raise Http404(pk)
    name = f"collaboration-reports-{tabling.fiscal_year}"
    if form == "pdf":
        return pdf_response(bytes(made.pdf), name)
    return docx_response(bytes(made.docx), name)


@login_required
@require_http_methods(["GET", "POST"])
def tabled_report(request, pk, place):
    """One report as the committee received it, and what members say of it."""
    tabling = _visible(request, pk)
    rows = tabling.tabled.select_related("version", "report__department", "tabling")
    one = get_object_or_404(rows, place=place)
    comments = request.user.has_perm("reporting.comment_on_tabled")
    open_now = tabling.takes_comments(request.today)
    form = CommentForm(request.POST or None) if comments and open_now else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("reporting.comment_on_tabled")
        if done(form, partial(_comment, request, one, form)):
            messages.success(request, _("Your comment is kept."))
            return redirect("reporting:tabled-report", pk=pk, place=place)
    return _show(request, one, form)


def _comment(request, one: TabledReport, form: CommentForm) -> None:
    tablings.comment(one, **form.cleaned_data, by=request.user, at=request.now)


def _release(request, one: TabledReport, form: ReleaseForm) -> None:
    chosen, shown = form.keys("comments"), form.keys("shown")
    tablings.release_comments(one, comments=chosen, shown=shown, by=request.user, at=request.now)


def _text(one: TabledReport) -> dict:
    """Return what was tabled; of what was withdrawn and destroyed since, the title alone."""
    content = one.version.content
    if not content:
        year = fiscal_year_name(one.report.fiscal_year)
        return {"title": one.report.title, "year": year, "is_destroyed": True}
    return with_photos(text_of(content), content)


def _show(request, one: TabledReport, form: CommentForm | None) -> HttpResponse:
    user, handles = request.user, request.user.has_perm("reporting.request_collaboration")
    context = {
        "one": one,
        "tabling": one.tabling,
        "text": _text(one),
        "comments": tablings.own_comments(one, user),
        "names": user.has_perm("reporting.read_comments"),
        "form": form,
        "over": not one.tabling.takes_comments(request.today),
        "may_release": handles,
        "waits": tablings.waits_in_release(one.report) if handles else None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "reporting/tabled_report.html", context, status=status)


@login_required
@require_POST
def release(request, pk, place):
    """Say which comments on a report are part of the public text."""
    one = get_object_or_404(_visible(request, pk).tabled.select_related("report"), place=place)
    form = ReleaseForm(request.POST, comments=one.comments.all())
    if done(form, partial(_release, request, one, form)):
        messages.success(request, _("Saved. The public text has it from its next publication on."))
    else:
        messages.error(
            request, " ".join(words for found in form.errors.values() for words in found)
        )
    return redirect("reporting:tabled-report", pk=pk, place=place)
