"""The list of cases and the page of one case."""

from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework import case_history, files, forms, services, taking_back, typed_numbers
from casework.desks import next_of, with_next_date
from casework.errors import NotPossible
from casework.flow import Text
from casework.models import Access, Case, Deadline, Notice
from casework.models.case import CaseQuerySet
from casework.next_moves import acts_for, next_moves, note_for, what_to_do
from casework.panels import panels_of
from casework.parties import in_words, is_reached
from casework.timeline import timeline
from casework.work_pages import Work, work_on

from .finding import holds, office_case, page_of, trail_to, visible_case


@require_safe
@login_required
def case_list(request):
    """All cases this person may see, to search and to filter."""
    seen = Case.objects.visible_to(request.user)
    form = forms.CaseFilterForm(request.GET, seen=seen, today=request.today)
    found = form.filter(with_next_date(seen)).with_parties().order_by("-pk")
    if request.user.duties.holds(*CaseQuerySet.READERS_OF_FILED):
        found = found.with_paper(request.today)
    page = page_of(request, found)
    return render(request, "casework/case_list.html", {"page": page, "form": form})


@require_safe
@login_required
def case_detail(request, pk):
    """One case: where it stands, what comes next and by when, and all that happened."""
    case, user = visible_case(request, pk), request.user
    deadlines = list(
        case.deadlines.order_by("-opened_at", "-pk").prefetch_related(
            "extensions__by", "extensions__approval"
        )
    )
    standing = [d for d in deadlines if _counts(d, request.today)]
    moves = next_moves(case, user, at=request.now)
    draft = _if_visible(moves.waiting, user)
    works_for_city = user.duties.holds(*CaseQuerySet.READERS_OF_FILED)
    access = list(case.access.select_related("user").order_by("pk"))
    history = case_history.lines_of(case, inside=works_for_city or _of_department(case, user))
    notices = _notices(case, user, works_for_city=works_for_city)
    context = {
        "case": case,
        "trail": trail_to(case, user),
        "next": moves,
        "work": [*_to_draft(draft), *work_on(case, user)],
        "what_to_do": note_for(case, user, at=request.now, in_draft=bool(moves.waiting))
        or what_to_do(case, user, draft=draft),
        "holder": in_words(_awaited(case, standing), by_paper=case.by_paper),
        "next_deadline": next_of([d for d in standing if d.owed_by], *acts_for(user, case)),
        "steps": timeline(case),
        "standing": standing,
        "past": [d for d in deadlines if d not in standing],
        "panels": _drawn(case, request),
        "letters": case.letters.with_versions().order_by("-pk"),
        "to_number": typed_numbers.waiting_of(case),
        "gives_numbers": holds(user, typed_numbers.PERMISSION),
        "files": case.files.standing().select_related("by").order_by("pk"),
        "upload_form": forms.UploadForm() if _may_upload(case, user) else None,
        "may_remove": files.may_remove(case, user),
        "notices": notices,
        "held": sum(notice.waits_for_person for notice in notices),
        "history": history,
        "asked": history[0].remarks if history and case.stage.tone == "action" else [],
        "access": access if works_for_city else [],
        "shared_with": [row.get_role_display() for row in access if _opens(row, request.today)],
        "is_office": user.duties.holds("office"),
        "not_taken_back": _not_taken_back(case, at=request.now)
        if user.duties.holds("office")
        else None,
        "told_by_post": user.duties.holds("office") and _is_told_by_post(case, request.today),
        "works_for_city": works_for_city,
    }
    return render(request, "casework/case_detail.html", context)


def _notices(case: Case, user, *, works_for_city: bool) -> list[Notice]:
    """Return the notices of a case; to the group, one that is held back is not there yet."""
    seen = case.notices.visible_to(user).select_related("recipient", "handled_by").order_by("-pk")
    return list(seen if works_for_city else seen.exclude(state=Notice.State.HELD))


def _awaited(case: Case, standing: list[Deadline]) -> list[str]:
    """Return the parties that hold ``case``, and those that owe something by a date besides."""
    owing = [d.owed_by for d in standing if d.owed_by]
    return list(dict.fromkeys([*case.stage.holders, *owing]))


def _counts(deadline: Deadline, today: date) -> bool:
    """Return whether a deadline still says something: it is owed, or a right that has not ended."""
    if deadline.met_at or deadline.closed_at:
        return False
    return bool(deadline.owed_by) or deadline.ends_on is None or deadline.ends_on >= today


def _if_visible(approval, user):
    if approval is None or not Case.objects.visible_to(user).filter(pk=approval.pk).exists():
        return None
    return approval


def _to_draft(draft) -> list[Work]:
    """Lead to the draft that the case waits in."""
    if draft is None:
        return []
    return [Work(_("See the draft (起案)"), reverse("casework:case", args=[draft.pk]))]


def _opens(row: Access, today: date) -> bool:
    """Return whether ``row`` lets everyone of a role read now; single readers are the city's affair."""
    started = row.valid_from is None or row.valid_from <= today
    ended = row.valid_until is not None and row.valid_until < today
    return bool(row.role) and not row.barred and started and not ended


def _not_taken_back(case: Case, *, at: datetime) -> Text | None:
    """Return why the last move cannot be taken back, or ``None`` if it can."""
    return taking_back.refusal(case, case.events.order_by("-pk").first(), at=at)


def _of_department(case: Case, user) -> bool:
    return case.department_id in user.duties.departments


def _is_told_by_post(case: Case, today: date) -> bool:
    """Return whether nobody of the group logs in, and the head of the page does not say so yet."""
    return case.by_paper and not case.waits_by_paper and not is_reached(case, day=today)


def _may_upload(case: Case, user) -> bool:
    return case.closed_at is None and user.has_perm("casework.add_file", case)


def _drawn(case: Case, request) -> list[str]:
    """Draw the parts of the page that apps registered for this kind of case."""
    return [
        render_to_string(template, {"case": case, **context}, request)
        for template, context in panels_of(case, request)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_correct(request, pk):
    """Take back the last move, with a reason (訂正)."""
    case = office_case(request, pk, "casework.correct_case")
    why = _not_taken_back(case, at=request.now)
    if why and request.method != "POST":
        messages.error(request, why)
        return redirect("casework:case", pk=pk)
    form = forms.CorrectForm(request.POST or None)
    if form.is_valid():
        try:
            services.correct(case, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            form.add_error(None, str(error.why))
        else:
            messages.success(request, _("The last move was taken back."))
            return redirect("casework:case", pk=pk)
    return case_form(
        request, case, form,
        title=_("Take back the last move (訂正)"),
        text=_("This undoes a slip, as long as no letter has left and nothing has followed. "
               "The history keeps both lines."),
        submit=_("Take it back"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_assign(request, pk):
    """Say which clerk is in charge."""
    case = office_case(request, pk, "casework.handle_case")
    form = forms.AssignForm(
        request.POST or None, today=request.today, initial={"clerk": case.clerk}
    )
    if form.is_valid():
        services.assign(case, form.cleaned_data["clerk"], by=request.user, at=request.now)
        messages.success(request, _("The clerk in charge is recorded."))
        return redirect("casework:case", pk=pk)
    return case_form(
        request, case, form,
        title=_("Assign a clerk"),
        text=_("The clerk in charge gets the notices that are meant for the office."),
        submit=_("Assign"),
    )  # fmt: skip


def case_form(request, case: Case, form, *, title: str, **context):
    """Show a page about one case that is one form: title, text, submit (label)."""
    context = {
        "case": case,
        "form": form,
        "title": title,
        "trail": trail_to(case, request.user, title),
        **context,
    }
    status = 422 if form.errors else 200
    return render(request, "casework/case_form.html", context, status=status)
