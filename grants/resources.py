"""The program's tables as CSV, in and out. What has a state is only read: pages move it."""

from collections.abc import Callable
from typing import ClassVar

from import_export import resources
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from accounts.models import Organization

from . import services
from .models import (
    CATEGORY_FIELDS,
    CourseEdition,
    EditionParameter,
    FundTarget,
    LineCategory,
    PastAward,
    Proposal,
)


class ProgramResource(resources.ModelResource):
    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True


class CourseEditionResource(ProgramResource):
    """Editions of the city's courses; a fictitious one never comes from a table."""

    class Meta(ProgramResource.Meta):
        model = CourseEdition
        import_id_fields = ["course", "first_fiscal_year"]
        fields = [
            "course",
            "first_fiscal_year",
            "label_ja",
            "label_en",
            "instrument",
            "series",
            "source",
            "level",
        ]
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().filter(fictitious=False)


class EditionWidget(ForeignKeyWidget):
    """Finds an edition by the two columns that name it."""

    def get_lookup_kwargs(self, value, row, **kwargs):
        year = row["first_fiscal_year"]
        return {"course": value, "first_fiscal_year": year, "fictitious": False}


class RuleResource(ProgramResource):
    """Rows of an edition of the city's own; what an import of a person changes is kept.

    :cvar keep: records a change, see ``grants.services``.
    """

    keep: ClassVar[Callable[..., None]]

    edition = Field("edition", "course", EditionWidget(CourseEdition, "course"))
    first_fiscal_year = Field("edition__first_fiscal_year", "first_fiscal_year", readonly=True)

    def get_queryset(self):
        return super().get_queryset().filter(edition__fictitious=False).select_related("edition")

    def before_save_instance(self, instance, row, **kwargs):
        """Keep what a person's import changes; what the program ships is nobody's change."""
        if kwargs.get("user"):
            before = self._meta.model.objects.filter(pk=instance.pk).first()
            self.keep(before, instance, by=kwargs["user"], at=kwargs["at"])


class EditionParameterResource(RuleResource):
    keep = staticmethod(services.keep_change)

    class Meta(ProgramResource.Meta):
        model = EditionParameter
        import_id_fields = ["edition", "name"]
        fields = [
            "edition",
            "first_fiscal_year",
            "name",
            "status",
            "value",
            "unit",
            "source",
            "level",
            "confirmed_years",
            "note",
        ]
        export_order = fields


class LineCategoryResource(RuleResource):
    """Categories of costs and income; those of a fictitious edition never come from a table."""

    keep = staticmethod(services.keep_category_change)

    class Meta(ProgramResource.Meta):
        model = LineCategory
        import_id_fields = ["edition", "code"]
        fields = [
            "edition",
            "first_fiscal_year",
            "code",
            *CATEGORY_FIELDS,
            "source",
            "level",
        ]
        export_order = fields


class PastAwardResource(ProgramResource):
    """Awards of earlier years; which group of today it was is said on a page, not in the table."""

    organization = Field(
        "organization", "organization", ForeignKeyWidget(Organization, "pk"), readonly=True
    )

    class Meta(ProgramResource.Meta):
        model = PastAward
        import_id_fields = ["key"]
        fields = [
            "key",
            "course",
            "adoption_fiscal_year",
            "implementation_fiscal_year",
            "group_name",
            "project_title",
            "department",
            "amount_yen",
            "status",
            "count",
            "note",
            "source",
            "level",
            "organization",
        ]
        export_order = fields


class FundTargetResource(ProgramResource):
    """Targets of the city's fund; an invented one never comes from a table."""

    class Meta(ProgramResource.Meta):
        model = FundTarget
        import_id_fields = ["fiscal_year"]
        fields = ["fiscal_year", "amount_yen", "source", "level"]
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().filter(fictitious=False)


class ProposalResource(resources.ModelResource):
    """Proposals, out only: what is filed and decided comes about by moves, never by a table."""

    course = Field("round__edition__course", "course", readonly=True)
    organization = Field("organization__name", "organization", readonly=True)
    department = Field("department__name", "department", readonly=True)
    requested_yen = Field("asked_yen", "requested_yen", readonly=True)

    class Meta:
        model = Proposal
        fields = [
            "number",
            "fiscal_year",
            "course",
            "title",
            "organization",
            "department",
            "state",
            "years",
            "requested_yen",
            "assessed_yen",
            "rank",
            "submitted_at",
            "received_on",
        ]
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        """Fetch with the rows what their columns name, so that no row asks on its own."""
        related = queryset.select_related("round__edition", "organization", "department")
        return related.with_asked()
