"""The ledger of proposals (申請台帳): one row a proposal, for spreadsheets. It only goes out."""

from collections.abc import Iterator

from django.utils.timezone import localtime

HEADER = [
    "number",
    "fiscal_year",
    "course",
    "round",
    "title",
    "organization",
    "department",
    "state",
    "years",
    "requested_yen",
    "assessed_yen",
    "rank",
    "submitted_at",
    "received_on",
]


def rows(proposals) -> Iterator[list]:
    """Return the rows of ``proposals`` one by one; the caller has left only what may be seen."""
    found = proposals.select_related("round__edition", "organization", "department")
    for proposal in found.with_asked().order_by("pk").iterator(chunk_size=500):
        yield _row(proposal)


def _row(proposal) -> list:
    submitted = proposal.submitted_at
    return [
        proposal.number or "",
        proposal.fiscal_year,
        proposal.round.edition.course,
        proposal.round.name,
        proposal.title,
        proposal.organization.name,
        proposal.department.name if proposal.department else "",
        proposal.state,
        proposal.years,
        proposal.asked_yen,
        "" if proposal.assessed_yen is None else proposal.assessed_yen,
        "" if proposal.rank is None else proposal.rank,
        localtime(submitted).isoformat(timespec="seconds") if submitted else "",
        proposal.received_on.isoformat() if proposal.received_on else "",
    ]
