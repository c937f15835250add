"""The form of the departments' reports as this program ships it.

No form of the city's is known: the questions are those a report has to answer, and the words of the
scores are another city's, marked so. The office copies the form for a new year and changes it.
"""

from datetime import datetime
from pathlib import Path

from django.db import transaction

from casework.reference import Difference, load_csv
from reporting import form_resources
from reporting.models import ReportForm

FOLDER = Path(__file__).parent / "reference"
FILES = (
    ("report_forms", form_resources.ReportFormResource, ["first_fiscal_year"]),
    (
        "form_questions",
        form_resources.FormQuestionResource,
        ["first_fiscal_year", "filled_by", "code"],
    ),
    ("score_words", form_resources.ScoreWordResource, ["first_fiscal_year", "score"]),
)


@transaction.atomic
def load(*, at: datetime | None = None) -> list[Difference]:
    """Add the form that is shipped; return where the database differs.

    Once a report was begun with a form, nothing is added to it or compared: it is frozen.

    :param at: as every app's loader takes it; no row here keeps it.
    :raises DamagedFile: naming every faulty line of the first damaged file; nothing is added.
    """
    if ReportForm.objects.with_use().filter(used=True).exists():
        return []
    return [
        difference
        for name, resource, key_fields in FILES
        for difference in load_csv(FOLDER / f"{name}.csv", resource(), key_fields).differences
    ]


def form_of(fiscal_year: int) -> ReportForm:
    """Return the form by which a report on a fiscal year is begun; the first report loads it."""
    found = ReportForm.objects.in_force(fiscal_year)
    if found is None:
        load()
        found = ReportForm.objects.in_force(fiscal_year)
    return found
