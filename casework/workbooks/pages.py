"""The page of a workbook: taken, uploaded, and shown before beside after, to be saved by one button."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from casework import files
from casework.drafts import Draft, differences, saved_data
from casework.errors import NotPossible
from casework.flow import Text
from casework.forms import WorkbookForm
from casework.models import Case

from .reading import Reading, Refused, faults_of, read
from .writing import write

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Reads = Callable[..., Draft]


def download(request: HttpRequest, case: Case, *, read_as: Reads, page: str) -> HttpResponse:
    """Answer with the workbook of a form, filled in with what is saved.

    :param read_as: makes the draft from the case and what was posted, as on the page of the form.
    :param page: address of the page of the form, which the caller lets the person write.
    """
    try:
        content = write(read_as(case))
    except NotPossible as error:
        messages.error(request, str(error.why))
        return redirect(page)
    response = HttpResponse(content, content_type=XLSX)
    name = f"{case.machine.label}-{case.number or case.pk}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def answer(
    request: HttpRequest, case: Case, *, read_as: Reads, page: str, file: str, note: Text = ""
) -> HttpResponse:
    """Show how a workbook is taken and uploaded; of one that was uploaded, what it would change.

    Nothing is saved here: the button posts to the page of the form, which checks all of it again.

    :param file: address of :func:`download`.
    :param note: what cannot be written in the workbook, and why.
    """
    context = {"case": case, "page": page, "file": file, "note": note}
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "casework/workbook.html", {**context, "form": form})
    if not form.is_valid():
        return render(request, "casework/workbook.html", {**context, "form": form}, status=422)
    try:
        found = read(form.cleaned_data["file"].read(files.MAX_BYTES + 1), case, read_as)
    except Refused as refusal:
        form.add_error("file", str(refusal))
        return render(request, "casework/workbook.html", {**context, "form": form}, status=422)
    draft = read_as(case, found.data)
    draft.is_valid()
    if faults := faults_of(draft, found):
        context |= {"form": WorkbookForm(), "faults": faults}
        return render(request, "casework/workbook.html", context, status=422)
    return render(
        request,
        "casework/workbook_changes.html",
        {**context, **_changes(case, draft, found, read_as)},
    )


def _changes(case: Case, draft: Draft, found: Reading, read_as: Reads) -> dict:
    kept = type(case)._base_manager.get(pk=case.pk)  # a form may have written into the other one
    before = read_as(kept, saved_data(read_as(kept)))
    before.is_valid()
    return {
        "differences": differences(draft, before),
        "mine": found.data.items(),
        "stale": found.edit_number != draft.case.edit_number,
        "unread": found.unread,
    }
