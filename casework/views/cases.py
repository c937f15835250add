"""The list of cases and the page of one case."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from casework import case_history, files, forms, services, taking_back, typed_numbers
from casework.desks import next_of, with_next_date
from casework.errors import NotPossible
from casework.models import Access, Case, Deadline, Notice
from casework.models.case import CaseQuerySet
from casework.models.deadline import deadlines_of, lent_to, with_extensions
from casework.next_moves import acts_for, next_moves, note_for, what_to_do
from casework.panels import NOW, PAPERS, RECORDS, Part, panels_of, parts_of
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
def case_detail(request, pk, part=""):
    """One part of the page of a case; each says at its head what comes next, and by when."""
    case, user = visible_case(request, pk), request.user
    parts = parts_of(case, user)
    here = next((one for one in parts if one.code == part), None)
    if here is None:
        raise Http404(part)
    deadlines = sorted(deadlines_of(case), key=lambda d: (d.opened_at, d.pk), reverse=True)
    standing = [deadline for deadline in deadlines if _counts(deadline, request.today)]
    owed = [d for d in [*standing, *lent_to(case)] if d.owed_by]
    works_for_city = user.duties.holds(*CaseQuerySet.READERS_OF_FILED)
    context = {
        "case": case,
        "trail": trail_to(case, user),
        "parts": parts,
        "here": here,
        "what_to_do": note_for(case, user, at=request.now, in_draft=bool(case.in_draft))
        or what_to_do(case, user, draft_state=case.draft_state),
        "holder": in_words(_awaited(case, standing), by_paper=case.by_paper),
        "next_deadline": next_of(owed, *acts_for(user, case)) or next_of(owed),
        "standing": standing,
        "past": [deadline for deadline in deadlines if deadline not in standing],
        "panels": _drawn(case, request, here),
        "inside": works_for_city or _of_department(case, user),
        "works_for_city": works_for_city,
        "is_office": user.duties.holds("office"),
    }
    own = _OWN.get(here)
    return render(
        request, "casework/case_detail.html",
        context | (own(case, request, context) if own else {}),
    )  # fmt: skip


def _now(case: Case, request, known: dict) -> dict:
    """Where the case stands, and every button there is."""
    user, events = request.user, list(case.events.order_by("pk"))
    asked = case.stage.tone == "action" and events
    return {
        "template": "casework/parts/now.html",
        "standing": with_extensions(case, known["standing"]),
        "next": next_moves(case, user, at=request.now),
        "work": [*_to_draft(case), *work_on(case, user)],
        "steps": timeline(case, events),
        "asked": case_history.words_of(case, events[-1], inside=known["inside"]) if asked else [],
        "told_by_post": known["is_office"] and _is_told_by_post(case, request.today),
    }


def _papers(case: Case, request, known: dict) -> dict:
    """Letters, files and notices."""
    user = request.user
    notices = _notices(case, user, works_for_city=known["works_for_city"])
    return {
        "template": "casework/parts/papers.html",
        "letters": list(case.letters.with_versions().order_by("-pk")),
        "to_number": typed_numbers.waiting_of(case),
        "gives_numbers": holds(user, typed_numbers.PERMISSION),
        "files": list(case.files.standing().select_related("by").order_by("pk")),
        "upload_form": forms.UploadForm() if _may_upload(case, user) else None,
        "may_remove": files.may_remove(case, user),
        "notices": notices,
        "held": sum(notice.waits_for_person for notice in notices),
    }


def _records(case: Case, request, known: dict) -> dict:
    """Who deals with the case, and all that happened."""
    access = list(case.access.select_related("user").order_by("pk"))
    events = list(case.events.select_related("by").order_by("-pk"))
    takes_back = known["is_office"] and events
    return {
        "template": "casework/parts/records.html",
        "past": with_extensions(case, known["past"]),
        "history": case_history.lines_of(case, inside=known["inside"], events=events),
        "access": access if known["works_for_city"] else [],
        "shared_with": [row.get_role_display() for row in access if _opens(row, request.today)],
        "not_taken_back": taking_back.refusal(case, events[0], at=request.now)
        if takes_back
        else None,
    }


#: What casework itself says in a part, besides the boxes of apps.
_OWN = {NOW: _now, PAPERS: _papers, RECORDS: _records}


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


def _to_draft(case: Case) -> list[Work]:
    """Lead to the draft that the case waits in, if the reader may see it."""
    if case.draft_id is None:
        return []
    return [Work(_("See the draft (起案)"), reverse("casework:case", args=[case.draft_id]))]


def _opens(row: Access, today: date) -> bool:
    """Return whether ``row`` lets everyone of a role read now; single readers are the city's affair."""
    started = row.valid_from is None or row.valid_from <= today
    ended = row.valid_until is not None and row.valid_until < today
    return bool(row.role) and not row.barred and started and not ended


def _of_department(case: Case, user) -> bool:
    return case.department_id in user.duties.departments


def _is_told_by_post(case: Case, today: date) -> bool:
    """Return whether nobody of the group logs in, and the head of the page does not say so yet."""
    return case.by_paper and not case.waits_by_paper and not is_reached(case, today)


def _may_upload(case: Case, user) -> bool:
    return case.closed_at is None and user.has_perm("casework.add_file", case)


def _drawn(case: Case, request, part: Part) -> list[str]:
    """Draw the boxes that apps registered for this part of this kind of case."""
    return [
        render_to_string(template, {"case": case, **context}, request)
        for template, context in panels_of(case, request, part)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_correct(request, pk):
    """Take back the last move, with a reason (訂正)."""
    case = office_case(request, pk, "casework.correct_case")
    why = taking_back.refusal(case, case.events.order_by("-pk").first(), at=request.now)
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
