"""No grant above what the city's budget of its course and year has left."""

from django.utils.translation import gettext as _

from .models import ProjectYear


def over_budget(year: ProjectYear, asked_yen: int) -> str:
    """Return why the city's budget does not cover ``asked_yen`` for ``year``, with the numbers.

    Empty where it does, and where no budget is recorded: that is another refusal.
    """
    budget = year.program_budget()
    if budget.planned_yen is None or asked_yen <= budget.free_yen:
        return ""
    words = _(
        "The city's budget of this course and year is not enough: %(asked)s yen are asked, "
        "%(free)s yen are free (planned %(planned)s, decided %(decided)s)."
    )
    numbers = {
        "asked": asked_yen, "free": budget.free_yen, "planned": budget.planned_yen,
        "decided": budget.bound_yen,
    }  # fmt: skip
    return words % {name: f"{yen:,}" for name, yen in numbers.items()}
