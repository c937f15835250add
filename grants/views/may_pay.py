"""What the city may pay by the lines that a group types, told beside them."""

from django.template.loader import render_to_string

from grants.forms.lines import BudgetForms
from grants.models import ProjectYear, Proposal
from grants.reckoning import askable


def may_pay(case: Proposal | ProjectYear, budget: BudgetForms) -> dict:
    """Return what the part of the page shows, by what stands in the tables now."""
    if budget.income.is_bound and not budget.is_valid():
        return {"is_faulty": True}
    amount = askable(case, budget.typed())
    return {"amount": amount, "has_costs": amount.of("costs") > 0}


def parts(draft) -> dict[str, str]:
    """Return the part anew, for a page that saved itself."""
    shown = may_pay(draft.case, draft.budget)
    return {"may-pay": render_to_string("grants/_may_pay.html", shown)}
