"""The program's tables in the administration site: corrected, never deleted; cases only read."""

from collections.abc import Callable
from typing import ClassVar

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.export_columns import ExportColumnsForm
from accounts.kept_admin import KeptAdmin
from casework import clock

from . import resources, services
from .models import CourseEdition, EditionParameter, LineCategory, PastAward, Proposal


@admin.register(CourseEdition)
class CourseEditionAdmin(KeptAdmin):
    resource_classes = [resources.CourseEditionResource]
    list_display = ["course", "first_fiscal_year", "label_ja", "instrument", "fictitious"]
    list_filter = ["course", "fictitious"]
    readonly_fields = ["fictitious"]
    ordering = ["course", "first_fiscal_year"]


class RuleAdmin(KeptAdmin):
    """Rules of an edition: what a person changes here stays on record."""

    keep: ClassVar[Callable[..., None]]

    def save_model(self, request, obj, form, change):
        before = self.model.objects.filter(pk=obj.pk).first()
        super().save_model(request, obj, form, change)
        self.keep(before, obj, by=request.user, at=clock.now())

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "at": clock.now()}


@admin.register(EditionParameter)
class EditionParameterAdmin(RuleAdmin):
    keep = staticmethod(services.keep_change)
    resource_classes = [resources.EditionParameterResource]
    list_display = ["edition", "name", "status", "value", "unit", "confirmed_years"]
    list_filter = ["status", "edition"]
    list_select_related = ["edition"]
    search_fields = ["name", "value"]
    ordering = ["edition", "name"]


@admin.register(LineCategory)
class LineCategoryAdmin(RuleAdmin):
    keep = staticmethod(services.keep_category_change)
    resource_classes = [resources.LineCategoryResource]
    list_display = ["edition", "side", "code", "label_ja", "treatment"]
    list_filter = ["side", "edition"]
    list_select_related = ["edition"]
    search_fields = ["code", "label_ja"]
    ordering = ["edition", "side", "position", "code"]


@admin.register(PastAward)
class PastAwardAdmin(KeptAdmin):
    resource_classes = [resources.PastAwardResource]
    list_display = [
        "key",
        "course",
        "adoption_fiscal_year",
        "group_name",
        "project_title",
        "status",
    ]
    list_filter = ["course", "status"]
    search_fields = ["group_name", "project_title"]
    raw_id_fields = ["organization"]
    ordering = ["adoption_fiscal_year", "key"]


@admin.register(Proposal)
class ProposalAdmin(ExportMixin, admin.ModelAdmin):
    """Read and exported. A proposal moves on its page only."""

    resource_classes = [resources.ProposalResource]
    export_form_class = ExportColumnsForm
    list_display = ["number", "title", "organization", "state", "fiscal_year"]
    list_filter = ["state", "fiscal_year"]
    list_select_related = ["organization"]
    search_fields = ["number", "title"]
    ordering = ["-pk"]

    def get_queryset(self, request):
        seen = super().get_queryset(request).visible_to(request.user)
        return seen.select_related("organization", "department", "round__edition")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
