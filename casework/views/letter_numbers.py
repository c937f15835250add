"""Letters that wait for their number from the city's register of documents."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework import typed_numbers
from casework.forms import LetterNumberForm
from casework.models import LetterToNumber

from .finding import page_of, require_office


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_numbers(request):
    """Type in the numbers of the letters that wait: those that were filled in leave, or none."""
    require_office(request.user, "casework.number_letters")
    seen = LetterToNumber.objects.visible_to(request.user).waiting()
    page = page_of(request, seen.select_related("case__organization").order_by("pk"))
    told = typed_numbers.told_of(page, today=request.today)
    rows = [(waiting, _form(request, waiting.row)) for waiting in told]
    if request.method == "POST" and _give(request, rows):
        return redirect("casework:letter-numbers")
    context = {
        "page": page,
        "rows": rows,
        "forms": [form for _waiting, form in rows],
        "trail": [(reverse("casework:office"), _("Office")), ("", _("Letters without a number"))],
    }
    failed = any(form.errors for _waiting, form in rows)
    return render(request, "casework/letter_numbers.html", context, status=422 if failed else 200)


def _form(request, row: LetterToNumber) -> LetterNumberForm:
    return LetterNumberForm(request.POST or None, prefix=str(row.pk))


def _give(request, rows: list) -> bool:
    """Give all numbers that were typed in, or none; say at its field what is wrong."""
    forms = {waiting.row: form for waiting, form in rows}
    if [form for form in forms.values() if not form.is_valid()]:  # each says what is wrong
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
