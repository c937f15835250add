"""What a rehearsal's money has to hold: ``verify_ledger`` finds nothing, and its two ways agree."""

from collections import Counter
from io import StringIO

from django.core.management import call_command

from grants.ledger_faults import part_of
from grants.models import ProgramBudget, ProjectYear
from grants.models.program_budget import COLUMNS, with_money


def adds_up() -> Counter[str]:
    """Read the ledger back as a person does, and add all of it up by SQL and by its rows.

    :return: the sums of the program, in yen.
    """
    said = StringIO()
    call_command("verify_ledger", stdout=said, stderr=StringIO())
    assert f"{ProjectYear.objects.count()} project years read; 0 differences." in said.getvalue()
    by_sql, by_rows = Counter(), Counter()
    for year in with_money(ProjectYear.objects.all()):
        by_sql.update({column: getattr(year, column) for column in COLUMNS})
        by_rows.update(part_of(year))
    assert by_sql == by_rows
    of_budgets = Counter()
    for budget in ProgramBudget.all().values():
        of_budgets.update({column: getattr(budget, f"{column}_yen") or 0 for column in COLUMNS})
    assert of_budgets == by_rows
    return by_rows
