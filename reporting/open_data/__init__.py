"""Open data: tables of one or two queries each, as CSV and as JSON with the same rows.

Columns are only ever added at the end; none is renamed, moved or taken out.
"""

from . import city_issues, measure_years, progress
from .data_files import CSV, FORMS, JSON, DataFile, file, files, giving_file
from .dictionary import changes
from .table import Column, DataSet, Kind
from .tables import ABOUT, DATASETS, FACTS
from .writing import as_csv, as_json, records

__all__ = [
    "ABOUT",
    "CSV",
    "DATASETS",
    "FACTS",
    "FORMS",
    "JSON",
    "Column",
    "DataFile",
    "DataSet",
    "Kind",
    "as_csv",
    "as_json",
    "changes",
    "city_issues",
    "file",
    "files",
    "giving_file",
    "measure_years",
    "progress",
    "records",
]
