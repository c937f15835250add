"""Letters that wait for their number from the city's register of documents."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.numbers_named import key_in
from casework import typed_numbers
from casework.forms import LetterNumberForm
from casework.models import LetterToNumber

from .finding import page_of, require_office


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_numbers(request):
    """Type in the numbers of the letters that wait: those that were filled in leave, or none."""
    require_office(request.user, "casework.number_letters")
    seen = LetterToNumber.objects.visible_to(request.user).order_by("pk")
    seen = seen.select_related("case__organization")
    page = page_of(request, seen.waiting())
    shown = _posted(request, seen) if request.method == "POST" else page
    told = typed_numbers.told_of(shown, today=request.today)
    rows = [(waiting, _form(request, waiting.row)) for waiting in told]
    if request.method == "POST" and _give(request, rows):
        return redirect("casework:letter-numbers")
    context = {
        "page": page,
        "rows": rows,
        "forms": [form for _waiting, form in rows],
        "trail": [(reverse("casework:office"), _("Office")), ("", _("Letters without a number"))],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/letter_numbers.html", context, status=status)


def _form(request, row: LetterToNumber) -> LetterNumberForm:
    return LetterNumberForm(request.POST or None, prefix=str(row.pk))


def _typed(request) -> dict[int, str]:
    """Return letter → what was typed in for it, whatever became of the letter meanwhile."""
    said = ((*name.rpartition("-"), words.strip()) for name, words in request.POST.items())
    keys = ((key_in(key), words) for key, _dash, field, words in said if field == "number")
    return {key: words for key, words in keys if key is not None}


def _posted(request, seen) -> list[LetterToNumber]:
    """Return the letters that the form was about; those that wait no more if one was typed in."""
    typed = _typed(request)
    return [row for row in seen.filter(pk__in=typed) if row.letter_id is None or typed[row.pk]]


def _give(request, rows: list) -> bool:
    """Give all numbers that were typed in, or none; say at its field what is wrong."""
    forms = {waiting.row: form for waiting, form in rows}
    if not _all_wait(request, forms) or not all(form.is_valid() for form in forms.values()):
        return False
    typed = {row: form.cleaned_data["number"] for row, form in forms.items()}
    numbers = {row: number for row, number in typed.items() if number}
    try:
        given = len(typed_numbers.give_numbers(numbers, by=request.user, at=request.now))
    except typed_numbers.NotGiven as refusal:
        forms[refusal.row].add_error("number", str(refusal.why))
        return False
    if given:
        said = ngettext("%(number)d letter leaves.", "%(number)d letters leave.", given)
        messages.success(request, said % {"number": given})
    return True


def _all_wait(request, forms: dict) -> bool:
    """Say of each number that was typed in where its letter waits for none any more."""
    numbered = [form for row, form in forms.items() if row.letter_id]
    for form in numbered:
        form.full_clean()
        form.add_error("number", typed_numbers.NOT_WAITING)
    known = {row.pk for row in forms}
    gone = [words for key, words in _typed(request).items() if words and key not in known]
    for words in gone:  # the move that sends it was taken back
        messages.error(request, f"{words}: {typed_numbers.NOT_WAITING}")
    return not numbered and not gone
