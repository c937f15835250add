"""What a group files, on paper and for its own board: PDF, and Word to be edited further."""

from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_safe

from casework.typesetting import ProposalData, typeset
from casework.views.papers import pdf_response
from casework.word import claim_paper, docx_response, form_paper
from grants import printing

from .changes import visible_change
from .claims import visible_claim
from .proposals import visible_proposal
from .years import lines_to_begin_with, visible_year


@login_required
@require_safe
def proposal_docx(request, pk):
    """The proposal as it stands, for Word; marked as a draft until it is filed."""
    proposal = visible_proposal(request, pk)
    sheet = printing.sheet(proposal, today=request.today)
    return docx_response(form_paper(sheet), f"proposal-{proposal.number or proposal.pk}")


def _application(request, pk: int) -> tuple[ProposalData, str]:
    year = visible_year(request, pk)
    sheet = printing.year_sheet(year, lines_to_begin_with(year), today=request.today)
    return sheet, f"application-{year.number or year.pk}"


@login_required
@require_safe
def year_pdf(request, pk):
    """The application of a year as it stands, as a PDF; marked as a draft until it is sent."""
    sheet, name = _application(request, pk)
    return pdf_response(typeset("proposal", sheet), name)


@login_required
@require_safe
def year_docx(request, pk):
    """The application of a year as it stands, for Word."""
    sheet, name = _application(request, pk)
    return docx_response(form_paper(sheet), name)


def _change(request, pk: int) -> tuple[ProposalData, str]:
    change = visible_change(request, pk)
    return printing.change_sheet(
        change, today=request.today
    ), f"change-{change.number or change.pk}"


@login_required
@require_safe
def change_pdf(request, pk):
    """The request for a change as it stands, as a PDF; marked as a draft until it is sent."""
    sheet, name = _change(request, pk)
    return pdf_response(typeset("proposal", sheet), name)


@login_required
@require_safe
def change_docx(request, pk):
    """The request for a change as it stands, for Word."""
    sheet, name = _change(request, pk)
    return docx_response(form_paper(sheet), name)


@login_required
@require_safe
def claim_docx(request, pk):
    """The claim as it stands, for Word, to be signed by hand."""
    claim = visible_claim(request, pk)
    sheet = printing.claim_sheet(claim, today=request.today)
    return docx_response(claim_paper(sheet), f"claim-{claim.number or claim.pk}")
