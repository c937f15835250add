"""Tables as files that a spreadsheet program opens."""

import tempfile
from collections.abc import Iterable

from django.http import FileResponse, StreamingHttpResponse
from openpyxl import Workbook

from casework.tables import csv_lines, harmless

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A table: its header, and its rows.
Table = tuple[list[str], Iterable[list]]


def csv_response(name: str, table: Table) -> StreamingHttpResponse:
    """Return a table as the file ``name``.csv, streamed."""
    response = StreamingHttpResponse(csv_lines(*table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_response(name: str, sheets: dict[str, Table]) -> FileResponse:
    """Return tables as the sheets of the file ``name``.xlsx."""
    book = Workbook(write_only=True)
    for title, (header, rows) in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append(header)
        for row in rows:
            sheet.append([harmless(value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
