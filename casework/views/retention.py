"""How long records are kept, what is due for destruction, what is held, and what was destroyed."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page
from django.db.models import Count, Model, Q
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework import destruction, forms, retention
from casework.errors import NotPossible
from casework.models import (
    Case,
    CaseQuerySet,
    Destruction,
    DestructionItem,
    LegalHold,
    RetentionPeriod,
)
from casework.retention import RetentionClass
from casework.tables import csv_lines

from .finding import holds, page_of, require_office, trail_to, visible_case

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def retention_page(request):
    """Every class with its years and what is due now; the lists so far; the holds."""
    require_office(request.user, "casework.read_retention")
    destroyed = Q(items__outcome=DestructionItem.Outcome.DESTROYED)
    lists = Destruction.objects.annotate(
        listed=Count("items"), destroyed=Count("items", filter=destroyed)
    )
    context = {
        "rows": _rows(request.today),
        "page": page_of(request, lists.order_by("-month")),
        **_holds_by_state(request),
        "opens": request.user.duties.holds(*CaseQuerySet.READERS),
        "keeps": holds(request.user, "casework.keep_retention"),
    }
    return render(request, "casework/retention.html", context)


def _holds_by_state(request) -> dict[str, Page]:
    """Return a page each of the standing and lifted holds on cases that the reader sees."""
    seen = _holds_seen(request.user)
    standing = seen.filter(lifted_at=None).order_by("-at", "-pk")
    past = seen.exclude(lifted_at=None).order_by("-lifted_at", "-pk")
    pages = {
        "holds": page_of(request, standing, named="holds"),
        "lifted": page_of(request, past, named="lifted"),
    }
    retention.with_reasons(*pages.values())
    return pages


def _holds_seen(user):
    visible = LegalHold.objects.filter(case__in=Case.objects.visible_to(user))
    return visible.select_related("case", "by", "lifted_by")


def _rows(today) -> list[dict]:
    """Return each class with its period, and how many rows are due, and held, ``today``."""
    said = {row.code: row for row in RetentionPeriod.objects.select_related("by")}
    return [
        {"kept": kept, "period": said.get(code), **_counted(kept, said.get(code), today)}
        for code, kept in retention.classes().items()
    ]


def _counted(kept: RetentionClass, period: RetentionPeriod | None, today) -> dict:
    if period is None or period.years is None:
        return {}
    rows = retention.due(kept, period.years, today=today)
    number = rows.count()
    return {"due": number, "held": retention.held(kept, rows).count() if number else 0}


def _class(code: str) -> RetentionClass:
    found = retention.classes().get(code)
    if found is None:
        raise Http404(code)
    return found


def _trail(here) -> list:
    return [(reverse("casework:retention"), _("Retention")), ("", here)]


@require_safe
@login_required
def retention_class(request, code):
    """The rows of a class that are due now, without anything personal."""
    require_office(request.user, "casework.read_retention")
    kept = _class(code)
    years = retention.periods().get(code)
    context = {"kept": kept, "years": years, "trail": _trail(kept.label)}
    if years:
        rows = retention.due(kept, years, today=request.today).order_by("pk")
        context["ended_by"] = retention.ended_by(request.today, years)
        context["held"] = retention.held(kept, rows).count()
        context["page"] = page_of(request, rows.select_related(*kept.reads) if kept.reads else rows)
        _name(kept, context["page"], request.user)
    return render(request, "casework/retention_class.html", context)


def _name(kept: RetentionClass, rows: Iterable[Model], user) -> None:
    """Give each row the words that ``user`` may read of it, as ``told``."""
    rows = list(rows)
    unseen = _unseen(kept, rows, user)
    for row in rows:
        row.told = "–" if row.pk in unseen else kept.name(row)


def _unseen(kept: RetentionClass, rows: list[Model], user) -> set[int]:
    """Return the ids of the rows that tell of a case which ``user`` may not see."""
    if not kept.about or not rows:
        return set()
    shown = type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows])
    told = shown.filter(**{f"{kept.about}__isnull": False})
    seen = shown.filter(**{f"{kept.about}__in": Case.objects.visible_to(user).values("pk")})
    return set(told.exclude(pk__in=seen.values("pk")).values_list("pk", flat=True))


@require_safe
@login_required
def destruction_rows(request, pk, code):
    """The rows of one class on the list of a month, for whoever decides on it or reads it.

    As on the page of the class, nothing personal is there.
    """
    case = visible_case(request, pk)
    if not isinstance(case, Destruction):
        raise Http404(case.kind)
    require_office(request.user, "casework.read_destruction")
    kept = _class(code)
    page = page_of(request, case.items.filter(code=code).order_by("row"))
    rows = destruction.with_rows(page, kept)
    _name(kept, rows.values(), request.user)
    for item in page:
        item.told = rows[item.pk].told if item.pk in rows else _("no longer there")
    trail = trail_to(case, request.user, kept.label)
    context = {"kept": kept, "case": case, "page": page, "trail": trail}
    return render(request, "casework/destruction_rows.html", context)


@login_required
@form_page
def period_edit(request, code):
    """Say for how long a class is kept."""
    require_office(request.user, "casework.keep_retention")
    kept = _class(code)
    row = RetentionPeriod.objects.filter(code=code).first()
    initial = {"years": row.years, "source": row.source} if row else {}
    form = forms.PeriodForm(request.POST or None, initial=initial)
    if form.is_valid():
        retention.set_period(code, **form.cleaned_data, by=request.user, at=request.now)
        messages.success(request, _("Saved: %(setting)s.") % {"setting": kept.label})
        return redirect("casework:retention")
    return _form_page(request, form, title=kept.label, text=kept.what, submit=_("Save"))


def _form_page(request, form, *, title, **context):
    back = reverse("casework:retention")
    context = {"form": form, "title": title, "trail": _trail(title), "back": back, **context}
    status = 422 if form.errors else 200
    return render(request, "casework/settings_form.html", context, status=status)


@login_required
@form_page
def hold_add(request):
    """Keep a case from destruction."""
    require_office(request.user, "casework.keep_retention")
    form = forms.HoldForm(request.POST or None)
    if form.is_valid() and _held(request, form):
        messages.success(request, _("The case is kept from destruction."))
        return redirect("casework:retention")
    return _form_page(
        request, form,
        title=_("Keep a case from destruction"),
        text=_("For example while a claim or an audit is under way."),
        submit=_("Keep it"),
    )  # fmt: skip


def _held(request, form) -> bool:
    """Put the hold; where it cannot be put, the form says why."""
    number, reason = form.cleaned_data["number"].strip(), form.cleaned_data["reason"]
    case = Case.objects.visible_to(request.user).filter(number=number).first()
    if case is None:
        form.add_error("number", _("There is no case of this number."))
        return False
    try:
        retention.hold(case, reason=reason, by=request.user, at=request.now)
    except NotPossible as error:
        form.add_error("number", str(error.why))
        return False
    return True


@login_required
@form_page
def hold_lift(request, pk):
    """Ask why a hold is lifted, and lift it."""
    require_office(request.user, "casework.keep_retention")
    standing = get_object_or_404(_holds_seen(request.user), pk=pk)
    form = forms.LiftForm(request.POST or None)
    if form.is_valid():
        try:
            retention.lift(standing, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            messages.error(request, error.why)
        else:
            messages.success(request, _("The hold is lifted."))
        return redirect("casework:retention")
    return _form_page(
        request, form,
        title=_("Lift the hold: %(case)s") % {"case": standing.case},
        text=_("What of this case is past its retention period is then due for destruction "
               "again, with the people of its group."),
        submit=_("Lift the hold"),
    )  # fmt: skip


@require_safe
@login_required
def record_csv(request):
    """The record of what was destroyed (廃棄簿): classes and ids, nothing personal."""
    require_office(request.user, "casework.read_retention")
    head = [str(name) for name in destruction.RECORD_HEAD]
    lines = csv_lines(head, destruction.record_of_all())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="destruction.csv"'
    return response
