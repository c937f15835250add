"""Groups and departments as tables, in and out."""

from import_export import resources
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from accounts.models import Department, Organization


class DepartmentResource(resources.ModelResource):
    """Departments; one is known by its name and the day from which it bore it."""

    class Meta:
        model = Department
        import_id_fields = ["name", "valid_from"]
        fields = ["name", "name_en", "valid_from", "valid_until", "source"]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True


class OrganizationResource(resources.ModelResource):
    """Groups as the office keeps them in a table; a row is found by its name.

    Two groups of one name cannot be told apart so, and the import says it.

    Whether a group is confirmed or merged is read, never written: pages do that.
    """

    number = Field("pk", "number", readonly=True)
    merged_into = Field(
        "merged_into", "merged_into", ForeignKeyWidget(Organization, "pk"), readonly=True
    )
    confirmed_at = Field("confirmed_at", "confirmed_at", readonly=True)

    class Meta:
        model = Organization
        import_id_fields = ["name"]
        fields = [
            "number",
            "name",
            "name_kana",
            "corporate_number",
            "founded_on",
            "activity_started_on",
            "postal_code",
            "address",
            "in_city",
            "phone",
            "email",
            "website",
            "members_total",
            "citizen_members",
            "rules_on_file_on",
            "npo_center_registered_on",
            "confirmed_at",
            "merged_into",
        ]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True

    def get_queryset(self):
        return super().get_queryset().standing()
