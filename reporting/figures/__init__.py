"""Verified figures: the tables of numbers that the city publishes, each computed in two ways.

Once in SQL from the live rows (``live.py``), once in Python from the published files alone
(``published.py``); ``verification.py`` names every cell in which the two differ.
"""

from .published import KEYS
from .table import FIGURES, Figure, Table
from .verification import Difference, differences, table_of, tables

__all__ = ["FIGURES", "KEYS", "Difference", "Figure", "Table", "differences", "table_of", "tables"]
