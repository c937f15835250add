"""The guideline in the administration site: read, correct, import, export; never delete."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.kept_admin import KeptAdmin
from casework import clock
from guideline import resources, services
from guideline.models import (
    Claim,
    Crosswalk,
    Edition,
    Figure,
    Measure,
    PrintedCount,
    Progress,
    Section,
)
from guideline.public_words_form import RefusesWords


@admin.register(Edition)
class EditionAdmin(KeptAdmin):
    resource_classes = [resources.EditionResource]
    list_display = ["code", "title", "status", "valid_from", "valid_until"]


@admin.register(Section)
class SectionAdmin(KeptAdmin):
    resource_classes = [resources.SectionResource]
    list_display = ["edition", "number", "letter", "title"]
    list_filter = ["edition"]
    list_select_related = ["edition"]
    ordering = ["edition", "number", "place"]


@admin.register(Measure)
class MeasureAdmin(KeptAdmin):
    resource_classes = [resources.MeasureResource]
    list_display = ["edition", "number", "classification", "title"]
    list_filter = ["edition", "classification"]
    list_select_related = ["edition"]
    ordering = ["edition", "number"]
    search_fields = ["title", "title_en"]
    #: Written on the page that keeps every version and looks for people in it.
    readonly_fields = ["text", "previous_actions"]


@admin.register(Progress)
class ProgressAdmin(KeptAdmin):
    resource_classes = [resources.ProgressInWordsResource]
    list_display = ["measure", "fiscal_year", "as_of", "status", "next_class"]
    list_filter = ["fiscal_year", "status"]
    list_select_related = ["measure"]
    ordering = ["-as_of", "measure__number"]


@admin.register(Figure)
class FigureAdmin(KeptAdmin):
    resource_classes = [resources.FigureResource]
    list_display = ["measure", "part_of", "label", "fiscal_year", "as_of", "value", "unit"]
    list_select_related = ["measure", "part_of"]
    ordering = ["measure__number", "label", "fiscal_year"]

    def get_queryset(self, request):
        """Leave the figures of years' rows to the pages that keep their versions."""
        return super().get_queryset(request).of_documents()


@admin.register(Claim)
class ClaimAdmin(KeptAdmin):
    resource_classes = [resources.ClaimResource]
    list_display = ["measure", "about", "subject", "as_printed", "value", "source"]
    list_select_related = ["measure", "about"]
    ordering = ["measure__number", "pk"]


@admin.register(PrintedCount)
class PrintedCountAdmin(KeptAdmin):
    resource_classes = [resources.PrintedCountResource]
    list_display = ["edition", "as_of", "classification", "status", "count", "denominator"]
    list_select_related = ["edition"]
    ordering = ["edition", "as_of", "pk"]


@admin.register(Crosswalk)
class CrosswalkAdmin(KeptAdmin):
    form = RefusesWords
    resource_classes = [resources.CrosswalkInWordsResource]
    list_display = ["from_measure", "kind", "to_measure", "confirmed_by", "confirmed_at"]
    list_filter = ["kind", "confirmed_at"]
    list_select_related = ["from_measure", "to_measure", "confirmed_by"]
    ordering = ["pk"]
    readonly_fields = ["confirmed_by", "confirmed_at"]
    actions = ["confirm"]

    @admin.action(description=_("Confirm the chosen rows"), permissions=["change"])
    def confirm(self, request, queryset):
        confirmed = services.confirm(queryset, by=request.user, at=clock.now())
        words = ngettext("%(rows)d row confirmed.", "%(rows)d rows confirmed.", confirmed)
        self.message_user(request, words % {"rows": confirmed}, messages.SUCCESS)
