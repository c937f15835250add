"""The tables behind the pages: closed days come in and out, settings and senders are only read.

Whatever moves (cases, deadlines, approvals, notices) is not here: it has one door, and pages.
"""

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin

from accounts.export_columns import ExportColumnsForm
from casework import resources
from casework.models import CitySetting, ClosedDay, Sender


class ReadAdmin(admin.ModelAdmin):
    """Rows that pages change, with who and when."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ClosedDay)
class ClosedDayAdmin(ImportExportModelAdmin):
    resource_classes = [resources.ClosedDayResource]
    export_form_class = ExportColumnsForm
    list_display = ["day", "name", "source"]
    search_fields = ["name"]
    ordering = ["-day"]


@admin.register(CitySetting)
class CitySettingAdmin(ReadAdmin):
    list_display = ["code", "value", "source", "by", "at"]
    list_select_related = ["by"]
    ordering = ["code"]


@admin.register(Sender)
class SenderAdmin(ReadAdmin):
    list_display = ["title", "name", "valid_from", "valid_until"]
    ordering = ["-valid_from", "pk"]
