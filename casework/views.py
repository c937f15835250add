"""Pages about any case. Each shows only what ``visible_to`` lets through."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Min, Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_fsm import TransitionNotAllowed

from . import files, forms, letters, services, timekeeping
from .derivation import Due
from .errors import NotPossible
from .models import Approval, ApprovalItem, Case, Deadline, Letter, Notice, StoredFile
from .moves import form_for
from .panels import panels_of
from .parties import Party
from .timeline import timeline

PER_PAGE = 25

ROLE_OF_DESK = {
    Party.OFFICE: "office",
    Party.APPROVER: "approver",
    Party.ACCOUNTING: "accounting",
    Party.DEPARTMENT: "department",
    Party.PANEL: "panel",
    Party.COORDINATOR: "coordinator",
}


def page_of(request, queryset):
    """Return the page of ``queryset`` that the address asks for."""
    return Paginator(queryset, PER_PAGE).get_page(request.GET.get("page"))


def _refuse_strangers(user, party: str) -> None:
    holds = user.duties.organizations if party == Party.ORGANIZATION else user.duties.holds(party)
    if not holds and party != Party.ORGANIZATION:
        raise PermissionDenied(party)


@require_GET
@login_required
def desk(request, party):
    """What waits for this person in one role, the most urgent first; then all else under way."""
    _refuse_strangers(request.user, party)
    owed = Q(deadlines__met_at=None, deadlines__closed_at=None, deadlines__owed_by=party)
    seen = Case.objects.visible_to(request.user).open().with_parties()
    if party == Party.ORGANIZATION:
        seen = seen.filter(organization__in=request.user.duties.organizations)
    seen = seen.annotate(next_due=Min("deadlines__due_on", filter=owed))
    waiting = seen.held_by(party).order_by("next_due", "pk")
    context = {
        "party": Party(party),
        "waiting": page_of(request, waiting),
        "others": seen.exclude(pk__in=waiting.values("pk")).order_by("next_due", "pk")[:PER_PAGE],
        "links": desk_links(party),
    }
    return render(request, "casework/desk.html", context)


#: party → links that higher apps put at the head of a desk: (label, URL name).
DESK_LINKS: dict[str, list[tuple]] = {}


def desk_links(party: str) -> list[tuple]:
    return DESK_LINKS.get(party, [])


@require_GET
@login_required
def case_list(request):
    """All cases this person may see, to search and to filter."""
    found = Case.objects.visible_to(request.user).with_parties()
    words = request.GET.get("q", "").strip()
    if words:
        found = found.filter(
            Q(title__icontains=words)
            | Q(number__icontains=words)
            | Q(organization__name__icontains=words)
        )
    for field in ("kind", "state", "fiscal_year"):
        if value := request.GET.get(field, "").strip():
            found = found.filter(**{field: value}) if value.isascii() else found.none()
    context = {"page": page_of(request, found.order_by("-pk")), "words": words}
    return render(request, "casework/case_list.html", context)


def visible_case(request, pk: int) -> Case:
    """Return the case as its own model if this person may see it; 404 otherwise."""
    return get_object_or_404(Case.objects.visible_to(request.user).with_parties(), pk=pk).specific


@require_GET
@login_required
def case_detail(request, pk):
    """One case: where it stands, what comes next and by when, and all that happened."""
    case = visible_case(request, pk)
    offers = services.offers(case, request.user, at=request.now)
    context = {
        "case": case,
        "steps": timeline(case),
        "moves": [offer.move for offer in offers if not offer.refused],
        "refused": [(offer.move.label, offer.refused) for offer in offers if offer.refused],
        "deadlines": case.deadlines.prefetch_related("extensions").order_by("-opened_at", "-pk"),
        "letters": case.letters.defer("pdf").order_by("-pk"),
        "files": case.files.standing().order_by("pk"),
        "notices": _notices(case, request.user),
        "history": case.events.select_related("by").order_by("-pk"),
        "panels": panels_of(case, request),
        "upload_form": forms.UploadForm(),
        "is_office": request.user.duties.holds("office"),
        "may_upload": request.user.has_perm("casework.add_file", case),
    }
    return render(request, "casework/case_detail.html", context)


def _notices(case, user):
    return case.notices.visible_to(user).select_related("recipient").order_by("-pk")


@login_required
@require_http_methods(["GET", "POST"])
def case_move(request, pk, verb):
    """Ask what a move needs, and make it; a refusal is a message, not an error."""
    case = visible_case(request, pk)
    if verb not in case.flow:
        raise Http404(verb)
    move = case.flow[verb]
    if not services.may(request.user, move, case):
        raise PermissionDenied(move.who)
    data = [request.POST, request.FILES] if request.method == "POST" else []
    form = form_for(case, verb, *data, today=request.today)
    refused = services.refusal(case, move, at=request.now)
    if request.method == "POST" and form.is_valid():
        try:
            services.advance(case, verb, by=request.user, at=request.now, **form.cleaned_data)
        except TransitionNotAllowed:
            messages.error(request, _("The case has moved on. Here is where it stands now."))
        except NotPossible as error:
            messages.error(request, error.why)
        except ValidationError as error:
            form.add_error(None, error)
            return _move_page(request, case, move, form, refused)
        else:
            messages.success(request, _("Done: %(move)s.") % {"move": move.label})
        return redirect("casework:case", pk=pk)
    return _move_page(request, case, move, form, refused)


def _move_page(request, case, move, form, refused):
    context = {"case": case, "move": move, "form": form, "refused": refused}
    status = 422 if form.errors else 200
    return render(request, "casework/move.html", context, status=status)


@login_required
@require_POST
def case_upload(request, pk):
    case = visible_case(request, pk)
    form = forms.UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            files.store(case, form.cleaned_data["file"], label=form.cleaned_data["label"],
                        by=request.user, at=request.now)  # fmt: skip
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("The file is with the case now."))
    else:
        messages.error(request, _("Choose a file first."))
    return redirect(f"{request.POST.get('next') or ''}" or case_address(case))


def case_address(case) -> str:
    return f"/cases/{case.pk}/"


@require_GET
@login_required
def file_download(request, key):
    """Serve one file to whoever may see its case, always as a download."""
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user).standing(), key=key)
    return FileResponse(
        stored.content.open("rb"),
        as_attachment=True,
        filename=stored.name,
        content_type=stored.media_type,
    )


@login_required
@require_POST
def file_remove(request, key):
    stored = get_object_or_404(StoredFile.objects.visible_to(request.user).standing(), key=key)
    files.remove(stored, by=request.user, at=request.now)
    messages.success(request, _("The file was taken out."))
    return redirect(case_address(stored.case))


def pdf_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(bytes(content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_GET
@login_required
def letter_pdf(request, key):
    """The letter as it left."""
    letter = get_object_or_404(Letter.objects.visible_to(request.user), key=key)
    return pdf_response(letter.pdf, f"letter-{letter.fiscal_year}-{letter.number}")


@require_GET
@login_required
def letter_preview(request, pk):
    """The letter that one item of a draft will send, as it would leave today."""
    items = ApprovalItem.objects.filter(approval__in=Approval.objects.visible_to(request.user))
    item = get_object_or_404(items.select_related("case"), pk=pk)
    kind = letters.sent_by(item.case, item.verb)
    if kind is None:
        raise Http404
    try:
        content = letters.preview(kind, item.case.specific, item.facts, today=request.today)
    except NotPossible as error:
        messages.error(request, error.why)
        return redirect("casework:case", pk=item.approval_id)
    return pdf_response(content, f"preview-{item.pk}")


@login_required
@require_http_methods(["GET", "POST"])
def deadline_extend(request, pk):
    """Grant more time for a deadline, also after its date."""
    deadline = _deadline_of_the_office(request, pk, "casework.extend_deadline")
    form = forms.ExtendForm(request.POST or None)
    if form.is_valid():
        try:
            timekeeping.extend(deadline, **form.cleaned_data, by=request.user, at=request.now)
        except ValueError:
            form.add_error("until", _("The new date must lie after the one that counts now."))
        else:
            messages.success(request, _("The extension is recorded."))
            return redirect("casework:case", pk=deadline.case_id)
    context = {"case": deadline.case, "deadline": deadline, "form": form,
               "title": _("Give more time")}  # fmt: skip
    return render(request, "casework/deadline_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def deadline_set(request, pk):
    """Set the date of a deadline whose rule is not set, or whose basis changed."""
    deadline = _deadline_of_the_office(request, pk, "casework.extend_deadline")
    form = forms.SetDateForm(request.POST or None)
    if form.is_valid():
        due = Due.fixed(form.cleaned_data["due_on"], basis="set_by_office")
        timekeeping.supersede(
            deadline, due, reason=form.cleaned_data["reason"], by=request.user, at=request.now
        )
        messages.success(request, _("The date is recorded."))
        return redirect("casework:case", pk=deadline.case_id)
    context = {"case": deadline.case, "deadline": deadline, "form": form,
               "title": _("Set the date")}  # fmt: skip
    return render(request, "casework/deadline_form.html", context)


def _deadline_of_the_office(request, pk: int, perm: str) -> Deadline:
    rows = Deadline.objects.visible_to(request.user).open().select_related("case")
    deadline = get_object_or_404(rows.prefetch_related("extensions"), pk=pk)
    if not request.user.has_perm(perm, deadline.case):
        raise PermissionDenied(perm)
    return deadline


@login_required
@require_http_methods(["GET", "POST"])
def case_correct(request, pk):
    """Take back the last move, with a reason (訂正)."""
    case = visible_case(request, pk)
    if not request.user.has_perm("casework.correct_case", case):
        raise PermissionDenied("casework.correct_case")
    form = forms.CorrectForm(request.POST or None)
    if form.is_valid():
        try:
            services.correct(case, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as error:
            form.add_error(None, error.why)
        else:
            messages.success(request, _("The last move was taken back."))
            return redirect("casework:case", pk=pk)
    context = {"case": case, "form": form, "title": _("Take back the last move (訂正)")}
    return render(request, "casework/deadline_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def case_assign(request, pk):
    case = visible_case(request, pk)
    if not request.user.has_perm("casework.handle_case", case):
        raise PermissionDenied("casework.handle_case")
    form = forms.AssignForm(request.POST or None, today=request.today)
    if form.is_valid():
        services.assign(case, form.cleaned_data["clerk"], by=request.user, at=request.now)
        messages.success(request, _("The clerk in charge is recorded."))
        return redirect("casework:case", pk=pk)
    context = {"case": case, "form": form, "title": _("Assign a clerk")}
    return render(request, "casework/deadline_form.html", context)


@require_GET
@login_required
def mailbox(request):
    """A person's own notices, newest first."""
    mine = Notice.objects.addressed_to(request.user).filter(state=Notice.State.SENT)
    page = page_of(request, mine.select_related("case").order_by("-sent_at", "-pk"))
    return render(request, "casework/mailbox.html", {"page": page})


@require_GET
@login_required
def mailbox_notice(request, pk):
    notice = get_object_or_404(
        Notice.objects.addressed_to(request.user).filter(state=Notice.State.SENT), pk=pk
    )
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=request.now)
    return render(request, "casework/mailbox_notice.html", {"notice": notice})


@require_GET
@login_required
def outbox(request):
    """Every notice and what became of it; the words of account mails stay with their readers."""
    if not request.user.has_perm("casework.read_outbox"):
        raise PermissionDenied("casework.read_outbox")
    found = Notice.objects.visible_to(request.user).select_related("case", "recipient")
    if state := request.GET.get("state"):
        found = found.filter(state=state)
    if words := request.GET.get("q", "").strip():
        found = found.filter(Q(subject__icontains=words) | Q(to__icontains=words))
    context = {
        "page": page_of(request, found.order_by("-pk")),
        "states": Notice.State.choices,
        "state": state,
        "words": words,
    }
    return render(request, "casework/outbox.html", context)
