"""The words of notices: which there are, and the page on which the office edits one of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import notice_texts, notice_words
from casework.errors import NotPossible
from casework.models import NoticeTemplate
from casework.notice_text_forms import NoticeTextForm, ResetForm
from casework.notice_words import NoticeKind, Words

from .finding import holds, require_office

TEXTS = gettext_lazy("Texts of notices")

READ, KEEP = "casework.read_notice_texts", "casework.keep_outbox"


@require_safe
@login_required
def notice_text_list(request):
    """Every kind of notice: when it goes out, and who edited its words last."""
    require_office(request.user, READ)
    edited = {(row.kind, row.variant): row for row in NoticeTemplate.objects.newest()}
    kinds = [
        (kind, [(variant, _label(variant), _row(edited.get((kind.code, variant)), kind))
                for variant in kind.variants])
        for kind in sorted(notice_words.KINDS.values(), key=lambda kind: str(kind.label))
    ]  # fmt: skip
    return render(request, "casework/notice_text_list.html", {"kinds": kinds})


def _label(variant: str):
    return NoticeTemplate.Variant(variant).label


def _row(row: NoticeTemplate | None, kind: NoticeKind) -> dict | None:
    """Return who edited a text last, and whether the program still understands it."""
    if row is None:
        return None
    return {"row": row, "broken": bool(notice_words.wrong_in(kind, row.subject, row.body))}


def _kind(code: str, variant: str) -> NoticeKind:
    kind = notice_words.KINDS.get(code)
    if kind is None or variant not in kind.variants:
        raise Http404(f"{code}.{variant}")
    return kind


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice_text(request, code, variant):
    """One text: edit it, see what it says of a real case, and what it said before."""
    require_office(request.user, KEEP if request.method == "POST" else READ)
    kind = _kind(code, variant)
    form = NoticeTextForm(request.POST or None, initial=_initial(kind, variant, request.GET))
    if "save" in request.POST and form.require_reason() and _save(request, kind, variant, form):
        messages.success(request, _("Saved. Notices that are written from now on say this."))
        return redirect("casework:notice-text", code=code, variant=variant)
    if "preview" in request.POST and form.is_valid():
        _show_mistakes(form, notice_words.wrong_in(kind, *_asked(form)))
    return _page(request, kind, variant, form)


def _initial(kind: NoticeKind, variant: str, asked) -> dict:
    """Return what the form begins with: the text that counts now."""
    words = notice_words.standing(kind, variant)
    return {
        "subject": words.subject, "body": words.body, "case": asked.get("case", ""),
        "after": _newest(kind, variant),
    }  # fmt: skip


def _newest(kind: NoticeKind, variant: str) -> int:
    row = NoticeTemplate.objects.latest_of(kind.code, variant)
    return row.version if row else 0


def _asked(form: NoticeTextForm) -> tuple[str, str]:
    return form.cleaned_data.get("subject", ""), form.cleaned_data.get("body", "")


def _save(request, kind: NoticeKind, variant: str, form: NoticeTextForm) -> bool:
    """Save the words of the form; a refusal stands at its field."""
    reason, after = form.cleaned_data["reason"], form.cleaned_data["after"]
    try:
        notice_texts.save(
            kind, variant, Words(*_asked(form)), reason=reason, after=after,
            by=request.user, at=request.now,
        )  # fmt: skip
    except notice_texts.NotUnderstood as refusal:
        _show_mistakes(form, refusal.mistakes)
    except NotPossible as refusal:
        form.add_error(None, str(refusal.why))
    return not form.errors


def _show_mistakes(form: NoticeTextForm, mistakes: dict) -> None:
    for field, found in mistakes.items():
        for mistake in found:
            form.add_error(field, str(mistake))


def _page(request, kind: NoticeKind, variant: str, form: NoticeTextForm):
    values = form.data if form.is_bound else form.initial
    words = Words(values.get("subject", ""), values.get("body", ""))
    number = values.get("case", "").strip()
    shown = notice_texts.preview(
        kind, variant, words, number=number, reader=request.user, at=request.now
    )
    said = shown.values if shown else {}
    versions = notice_texts.history(kind, variant)
    context = {
        "kind": kind,
        "variant": variant,
        "variant_label": _label(variant),
        "language": notice_words.language_of(variant),
        "others": [(other, _label(other)) for other in kind.variants if other != variant],
        "form": form,
        "preview": shown,
        "number": number,
        "variables": [(variable, said.get(variable.code)) for variable in kind.variables],
        "versions": versions,
        "reset_form": _reset_form(versions),
        "keeps": holds(request.user, KEEP),
        "trail": [(reverse("casework:notice-texts"), TEXTS), ("", kind.label)],
    }
    status = 422 if form.errors else 200
    return render(request, "casework/notice_text.html", context, status=status)


def _reset_form(versions: list) -> ResetForm | None:
    """Return the form that goes back to the program's text, where another one counts."""
    if not versions or versions[0][0].is_reset:
        return None
    return ResetForm(initial={"after": versions[0][0].version}, prefix="reset")


@login_required
@require_POST
def notice_text_reset(request, code, variant):
    """Go back to the program's own words."""
    require_office(request.user, KEEP)
    kind = _kind(code, variant)
    form = ResetForm(request.POST, prefix="reset")
    if not form.is_valid():
        messages.error(request, _("Say why the text of the program is to count again."))
    else:
        try:
            notice_texts.reset(kind, variant, **form.cleaned_data, by=request.user, at=request.now)
        except NotPossible as refusal:
            messages.error(request, refusal.why)
        else:
            messages.success(request, _("The text of the program counts again."))
    return redirect("casework:notice-text", code=code, variant=variant)
