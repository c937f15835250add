"""The group's report: writing it, its receipts, and the check of the office."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.numbers_named import keys_in
from accounts.permissions import require
from casework.approvals import waits_in_draft
from casework.draft_pages import write
from casework.windows import Overtaken, caught_up
from grants.case_panels import supplement_asked
from reporting import following, line_checks, receipts, services
from reporting.budget_beside import beside_budget
from reporting.check_page import CheckPage
from reporting.checks import findings
from reporting.measure_outcomes import told_of_measures
from reporting.models import Receipt, Report
from reporting.printing import report_pdf
from reporting.receipt_form import ReceiptForm
from reporting.report_page import ReportDraft
from reporting.told import place_of, told_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


def visible_report(request, pk: int) -> Report:
    found = Report.objects.visible_to(request.user).select_related(
        "organization", "project_year__proposal__round__edition"
    )
    return get_object_or_404(found, pk=pk)


def _written_report(request, pk: int) -> Report:
    """Return a report that the reader may write now."""
    report = visible_report(request, pk)
    if not services.may_edit_report(report, request.user):
        raise PermissionDenied("reporting.write_report")
    return report


#: What a button that saves says → where it leads on to.
THEN = {"receipts": "reporting:receipts", "measures": "reporting:report-measures"}


@login_required
@form_page
def report_edit(request, pk):
    """Write the report and the settlement."""
    report = _written_report(request, pk)
    response = write(
        request, report,
        read=ReportDraft,
        save=lambda draft: services.save_report(
            report, **draft.content(), by=request.user, at=request.now
        ),
        show=partial(_edit_page, request, report),
        saved=_("Saved. The report is not sent yet."),
    )  # fmt: skip
    onward = THEN.get(request.POST.get("then", ""))
    return redirect(onward, pk=pk) if onward and response.status_code == 302 else response


@login_required
@require_POST
def report_budget(request, pk):
    """Take over the budget that was changed meanwhile, or leave the lines as they are."""
    report = _written_report(request, pk)
    if request.POST.get("take") == "over":
        following.take_over_budget(report, by=request.user, at=request.now)
        messages.success(request, _("The changed budget is taken over. Look at the lines."))
    else:
        following.keep_own_lines(report, by=request.user, at=request.now)
        messages.success(request, _("Your lines stay as they are."))
    return redirect("reporting:report-edit", pk=pk)


@login_required
@require_POST
def report_checks(request, pk):
    """Say what does not fit in what is typed; nothing is stored."""
    report = _written_report(request, pk)
    draft = ReportDraft(report, request.POST)
    if not request.htmx:
        return _edit_page(request, report, draft, 200)
    context = {**_what_is_said(request, draft), "oob": True}
    return render(request, "reporting/_said.html", context)


def _what_is_said(request, draft: ReportDraft) -> dict:
    """What is said at each place of the page, and whether anything does not fit."""
    said = draft.said(today=request.today)
    every = (one.kind for at_place in said.values() for one in at_place)
    return {"said": said, "stands_out": any(kind in ("mend", "look") for kind in every)}


def _edit_page(request, report: Report, draft: ReportDraft, status: int) -> HttpResponse:
    said = _what_is_said(request, draft)
    draft.show(said["said"])
    context = {
        "case": report, "draft": draft, "asked": supplement_asked(report), **said,
        "apart": following.apart(report) if report.behind_change else None,
        "year": report.project_year, "proposal": report.project_year.proposal,
        "receipts_yen": sum(r.amount_yen for line in draft.lines for r in line.receipts.all()),
        "receipt_count": sum(len(line.receipts.all()) for line in draft.lines),
    }  # fmt: skip
    return render(request, "reporting/report_edit.html", context, status=status)


@login_required
@require_safe
def report_print(request, pk):
    """The report and its settlement on paper, as they stand; marked as a draft until sent."""
    report = visible_report(request, pk)
    pdf = report_pdf(report, today=request.today)
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"final-report-{report.number or pk}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


# Receipts


@login_required
@form_page
def receipt_list(request, pk):
    """The receipts of a report, line by line; while it is written, one more is entered here."""
    report = visible_report(request, pk)
    may_write = services.may_edit_report(report, request.user)
    form = ReceiptForm(*_sent(request), report=report)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied("reporting.write_report")
        add = partial(receipts.add_receipt, report)
        if _saves(form, add, by=request.user, at=request.now):
            messages.success(request, _("The receipt is entered."))
            return redirect("reporting:receipts", pk=pk)
    context = {
        "case": report, "may_write": may_write, "form": form if may_write else None,
        "lines": _lines_with_receipts(report),
    }  # fmt: skip
    return render(request, "reporting/receipts.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def receipt_checks(request, pk):
    """Say what does not fit in a receipt as it is typed; nothing is stored."""
    report = _written_report(request, pk)
    receipt = report.receipts.filter(pk__in=_named(request.POST.get("receipt"))).first()
    form = ReceiptForm(request.POST, report=report, receipt=receipt)
    context = {"said": form.said(today=request.today)}
    if request.htmx:
        return render(request, "reporting/_receipt_said.html", context)
    context |= {"case": report, "form": form, "may_write": True}
    if receipt:
        return render(request, "reporting/receipt.html", context | {"receipt": receipt})
    context["lines"] = _lines_with_receipts(report)
    return render(request, "reporting/receipts.html", context)


def _named(receipt: str | None) -> list[int]:
    """Return the id that a form names, if it names one."""
    return keys_in([receipt or ""])


def _sent(request) -> tuple:
    """Return what a form is made from: what was sent, with its files, or nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _lines_with_receipts(report: Report) -> list:
    """Return the lines of spending, each with what does not fit in it."""
    spent = report.settlement_lines.filter(side="expenditure").order_by("pk")
    found, lines = _findings_by_line(report), list(spent.prefetch_related("receipts__file"))
    for line in lines:
        line.found = found.get(place_of(line), [])
    return lines


def _findings_by_line(report: Report) -> dict[str, list]:
    """Return the findings of each line, by its place."""
    by_place: dict[str, list] = {}
    for finding in findings(told_of(report)):
        by_place.setdefault(finding.place, []).append(finding)
    return by_place


def _saves(form: ReceiptForm, save, *, by, at) -> bool:
    """Save what a valid form says; what is refused stands at its field."""
    if not form.is_valid():
        return False
    try:
        save(form.paid(), upload=form.cleaned_data["file"], by=by, at=at)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


@login_required
@form_page
def receipt_edit(request, pk):
    """Put a receipt right, or move it to another line."""
    receipt = _written_receipt(request, pk)
    form = ReceiptForm(*_sent(request), report=receipt.report, receipt=receipt)
    change = partial(receipts.change_receipt, receipt)
    if request.method == "POST" and _saves(form, change, by=request.user, at=request.now):
        messages.success(request, _("The receipt is changed."))
        return redirect("reporting:receipts", pk=receipt.report_id)
    context = {"case": receipt.report, "receipt": receipt, "form": form}
    return render(request, "reporting/receipt.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def receipt_remove(request, pk):
    """Take a receipt out of a report that is being written."""
    receipt = _written_receipt(request, pk)
    receipts.remove_receipt(receipt, by=request.user, at=request.now)
    messages.success(request, _("The receipt is taken out."))
    return redirect("reporting:receipts", pk=receipt.report_id)


def _written_receipt(request, pk: int) -> Receipt:
    """Return a receipt of a report that the reader may write now; unseen reports give nothing away."""
    found = Receipt.objects.filter(report__in=Report.objects.visible_to(request.user))
    receipt = get_object_or_404(found.select_related("file", "report__project_year"), pk=pk)
    if not services.may_edit_report(receipt.report, request.user):
        raise PermissionDenied("reporting.write_report")
    return receipt


# The check of the office


@login_required
@form_page
def report_check(request, pk):
    """The office checks the report line by line, and writes down what is to be mended where."""
    report = visible_report(request, pk)
    require(request.user, "reporting.handle_report", report)
    page = CheckPage(report, request.POST if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and waits_in_draft(report.project_year):
        refusal = [IN_DRAFT]
    elif request.method == "POST" and page.is_valid():
        try:
            line_checks.check_report(report, **page.content(), by=request.user, at=request.now)
        except Overtaken:
            page = caught_up(CheckPage(report, request.POST))
        except ValidationError as error:
            refusal = error.messages
        else:
            messages.success(request, _("The check is saved, and the settlement is reckoned anew."))
            return redirect("casework:case", pk=pk)
    wrong = refusal or any(form.errors for form in page.all)
    context = {
        "case": report, "page": page, "refusal": refusal,
        "in_draft": waits_in_draft(report.project_year),
        **_beside_the_check(report, page, request.user),
    }  # fmt: skip
    return render(request, "reporting/check.html", context, status=422 if wrong else 200)


IN_DRAFT = gettext_lazy(
    "The amount waits in a draft for its decision, so nothing can be changed here. To change "
    "something, let the draft come back first."
)


def _beside_the_check(report: Report, page: CheckPage, user) -> dict:
    """What the office looks at while it checks: the budget, what does not fit, the words."""
    spent = [line for line, _form, _ask in page.lines]
    plans = beside_budget(spent, report.project_year.budget_lines.order_by("pk"))
    found = _findings_by_line(report)
    known = {place_of(line) for line in spent}
    return {
        "rows": [
            {
                "line": line,
                "form": form,
                "ask": ask,
                "beside": plan,
                "found": found.get(place_of(line), []),
            }
            for (line, form, ask), plan in zip(page.lines, plans, strict=True)
        ],
        "texts": [
            (Report._meta.get_field(name).verbose_name, getattr(report, name), form)
            for name, form in page.fields
        ],
        "of_all": [
            *(one.words for place, of_it in found.items() if place not in known for one in of_it),
            *(_used_twice(*pair) for pair in receipts.used_elsewhere(report, user)),
            *report.taken_out(),
        ],
        "settlement": report.settlement,
        "outcomes": told_of_measures(report, reader=user),
    }


def _used_twice(own: Receipt, other: Receipt) -> str:
    words = _("Receipt no. %(number)s (%(item)s) is the same file as receipt no. %(other)s of %(case)s.")  # fmt: skip
    told = {"number": own.number, "item": own.item, "other": other.number, "case": other.report}
    return words % told
