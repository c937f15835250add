"""The messages of one case: read, and written."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework import messaging
from casework.message_forms import MessageForm
from casework.models import Case
from casework.parties import Party, is_reached

from .finding import page_of, trail_to, visible_case


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_messages(request, pk):
    """What the parties of a case wrote to each other; a message of one's own is added here."""
    case = visible_case(request, pk)
    if not messaging.reads(request.user, case):
        raise PermissionDenied("casework.read_messages")
    party = messaging.writes_as(request.user, case)
    parties = messaging.parties_on(case)
    form = _form(request, case, party, parties)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("casework.write_message")
        if form.is_valid() and _written(request, case, form):
            return redirect("casework:messages", pk=pk)
    return _page(request, case, form, party, parties)


def _form(request, case: Case, party: str | None, parties: list[str]) -> MessageForm | None:
    """Return the form; ``None`` for who only reads, and where nobody else would read it."""
    others = [other for other in parties if other != party]
    if party is None or not others:
        return None
    may_attach = request.user.has_perm("casework.attach_file", case)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    return MessageForm(
        *data, others=others, may_note=party == Party.OFFICE, may_attach=may_attach
    )  # fmt: skip


def _written(request, case: Case, form: MessageForm) -> bool:
    told = form.cleaned_data
    uploads = [told.pop("file")] if told.get("file") else []
    told.pop("file", None)
    try:
        messaging.write(case, **told, uploads=uploads, by=request.user, at=request.now)
    except ValidationError as error:
        form.add_error("file", error)
        return False
    done = _("The note is kept.") if told.get("for_office") else _("The message is sent.")
    messages.success(request, done)
    return True


def _page(
    request, case: Case, form: MessageForm | None, party: str | None, parties: list[str]
) -> HttpResponse:
    seen = case.messages.visible_to(request.user)
    unread = set(seen.unread_by(request.user).values_list("pk", flat=True))
    page = page_of(request, seen.select_related("by", "words").order_by("-pk"))
    listed = list(page.object_list)
    files = messaging.attachments_of(listed)
    if party and unread and page.number == 1:
        messaging.mark_read(case, listed[0], by=request.user, at=request.now)
    context = {
        "case": case,
        "page": page,
        "talk": [(message, files[message.pk], message.pk in unread) for message in listed],
        "waiting": set(seen.unanswered().values_list("pk", flat=True)),
        "form": form,
        "alone": party is not None and form is None,
        "unreached": party == Party.OFFICE and not is_reached(case, request.today),
        "audience": [Party(p).label for p in parties],
        "in_draft": case.filed_at is None,
        "trail": trail_to(case, request.user, _("Messages")),
    }
    status = 422 if form and form.errors else 200
    return render(request, "casework/messages.html", context, status=status)
