"""Collaboration reports as a table to take away: what the office sees, drafts included."""

from import_export import resources
from import_export.fields import Field

from .models import CollaborationReport


class CollaborationReportResource(resources.ModelResource):
    """Goes out only: a report is written on its page and moves through its flow."""

    department = Field("department__name", "department", readonly=True)
    published_at = Field("publication__at", "published_at", readonly=True)

    class Meta:
        model = CollaborationReport
        fields = [
            "id",
            "number",
            "fiscal_year",
            "department",
            "title",
            "state",
            "partner_names",
            "form",
            "cost_yen",
            "cost_borne_by",
            "process_score",
            "outcome_score",
            "tabled_on",
            "published_at",
        ]
        export_order = fields
