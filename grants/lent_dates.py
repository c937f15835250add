"""By which dates of other cases a claim is written, and a confirmed year is paid."""

from casework.lent_dates import dates_lent_to

from .models import Claim, ProjectYear

Lent = tuple[int, tuple[str, ...]] | None


def of_its_year(claim: Claim) -> Lent:
    """A claim of the balance is sent by the date of its year."""
    is_written = claim.state in ("draft", "returned") and claim.payment_kind == Claim.Kind.BALANCE
    return (claim.project_year_id, ("claim",)) if is_written else None


def of_its_claim(year: ProjectYear) -> Lent:
    """What is left of a confirmed amount is paid by the date of the claim that was accepted."""
    if year.state != "confirmed" or not year.accepted_claim:
        return None
    return year.accepted_claim, ("claim_paid",)


dates_lent_to(Claim.KIND, of_its_year)
dates_lent_to(ProjectYear.KIND, of_its_claim)
