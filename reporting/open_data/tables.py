"""Which tables the open data are."""

from .amounts import AMOUNTS
from .answers import ANSWERS
from .awards import AWARDS
from .calls import CALLS
from .city_issues import CITY_ISSUES
from .dictionary import changes_of, dictionary_of
from .figures import FIGURES, SOURCES
from .fund import FUND
from .giving import LEFT_OUT
from .measure_years import MEASURE_FIGURES, MONTHS, YEARS
from .measures import ADVANCES, MEASURES
from .progress import CROSSWALK, PRINTED, PROGRESS
from .reports import REPORTS

#: The tables of facts, in the order of the page, new ones at the end; and the tables about them.
FACTS = (
    CALLS, AWARDS, AMOUNTS, MEASURES, ADVANCES, REPORTS, FUND, FIGURES, LEFT_OUT, YEARS,
    MEASURE_FIGURES, PROGRESS, PRINTED, CROSSWALK, ANSWERS, CITY_ISSUES, SOURCES, MONTHS,
)  # fmt: skip
ABOUT = (dictionary_of(lambda: FACTS), changes_of(lambda: FACTS))
DATASETS = {data_set.code: data_set for data_set in (*FACTS, *ABOUT)}
