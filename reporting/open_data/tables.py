"""Which tables the open data are."""

from .amounts import AMOUNTS
from .awards import AWARDS
from .calls import CALLS
from .dictionary import changes_of, dictionary_of
from .figures import FIGURES
from .fund import FUND
from .giving import LEFT_OUT
from .measures import ADVANCES, MEASURES
from .reports import REPORTS

#: The tables of facts, in the order of the page, and the tables about them.
FACTS = (CALLS, AWARDS, AMOUNTS, MEASURES, ADVANCES, REPORTS, FUND, FIGURES, LEFT_OUT)
ABOUT = (dictionary_of(lambda: FACTS), changes_of(lambda: FACTS))
DATASETS = {data_set.code: data_set for data_set in (*FACTS, *ABOUT)}
