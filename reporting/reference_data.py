"""The form of the departments' reports is loaded; after all reference data, they can be found."""

from datetime import datetime

from casework.reference import Difference
from reporting import report_form_data
from reporting.search import indexing


def load(*, at: datetime) -> list[Difference]:
    """Load the form and bring the index of the search up to date, which differs from nothing.

    :raises DamagedFile: naming every faulty line of a damaged file; nothing is added.
    """
    differences = report_form_data.load(at=at)
    indexing.rebuild(anew=False)
    return differences
