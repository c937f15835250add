"""In which file formats the administration site takes tables in and gives them out."""

from import_export.formats.base_formats import CSV, DEFAULT_FORMATS

from casework.tables import BOM


class SpreadsheetCSV(CSV):
    """CSV that a spreadsheet program opens as UTF-8, which the byte order mark tells it."""

    def export_data(self, dataset, **kwargs) -> str:
        return BOM + super().export_data(dataset, **kwargs)


FORMATS = [SpreadsheetCSV if known is CSV else known for known in DEFAULT_FORMATS]
