"""Tables of the administration site that go in and out as files, and whose rows stay."""

from import_export.admin import ImportExportModelAdmin

from accounts.export_columns import ExportColumnsForm


class KeptAdmin(ImportExportModelAdmin):
    """Rows are corrected, never deleted: cases, rounds and reports refer to them."""

    export_form_class = ExportColumnsForm

    def has_delete_permission(self, request, obj=None):
        return False
