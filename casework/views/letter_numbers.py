"""Letters that wait for their number from the city's register of documents."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from casework import letters
from casework.errors import NotPossible
from casework.forms import LetterNumberForm
from casework.models import Case, LetterToNumber

from .finding import page_of, require_office


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letter_numbers(request):
    """Type in the numbers of the letters that wait: those that were filled in leave, or none."""
    require_office(request.user, "casework.number_letters")
    seen = LetterToNumber.objects.visible_to(request.user).waiting()
    page = page_of(request, seen.select_related("case__organization").order_by("pk"))
    rows = [(row, _form(request, row), letters.KINDS[row.kind].title) for row in page]
    if request.method == "POST" and _give(request, rows):
        return redirect("casework:letter-numbers")
    context = {
        "page": page,
        "rows": rows,
        "forms": [form for _row, form, _title in rows],
        "trail": [(reverse("casework:office"), _("Office")), ("", _("Letters without a number"))],
    }
    failed = any(form.errors for _row, form, _title in rows)
    return render(request, "casework/letter_numbers.html", context, status=422 if failed else 200)


def _form(request, row: LetterToNumber) -> LetterNumberForm:
    return LetterNumberForm(request.POST or None, prefix=str(row.pk))


def _lock_cases(rows: list) -> None:
    """Lock the cases of all rows in the order of their ids, as everyone does, before any number."""
    cases = Case.objects.filter(pk__in=[row.case_id for row, _form, _title in rows])
    list(cases.order_by("pk").select_for_update().values_list("pk"))


def _give(request, rows: list) -> bool:
    """Give all numbers that were typed in, or none; say at its field what is wrong."""
    valid = [form.is_valid() for _row, form, _title in rows]
    if not all(valid):
        return False
    given = 0
    try:
        with transaction.atomic():
            _lock_cases(rows)
            for row, form, _title in rows:
                if number := form.cleaned_data["number"]:
                    standing = form
                    letters.give_number(row, number, by=request.user, at=request.now)
                    given += 1
    except NotPossible as error:
        standing.add_error("number", str(error.why))
        return False
    if given:
        said = ngettext("%(number)d letter leaves.", "%(number)d letters leave.", given)
        messages.success(request, said % {"number": given})
    return True
