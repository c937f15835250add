"""Collaboration reports in the administration site: read and exported; they move on their pages."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.export_columns import ExportColumnsForm

from . import resources
from .models import CollaborationReport


@admin.register(CollaborationReport)
class CollaborationReportAdmin(ExportMixin, admin.ModelAdmin):
    """Read and exported, as far as the reader may see the cases."""

    resource_classes = [resources.CollaborationReportResource]
    export_form_class = ExportColumnsForm
    list_display = ["number", "title", "department", "state", "fiscal_year"]
    list_filter = ["state", "fiscal_year"]
    list_select_related = ["department"]
    search_fields = ["number", "title"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        seen = super().get_queryset(request).visible_to(request.user)
        return seen.select_related("department", "publication").defer("publication__pdf")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
