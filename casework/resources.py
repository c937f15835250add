"""What comes in and out as a table."""

from import_export import resources

from .models import ClosedDay


class ClosedDayResource(resources.ModelResource):
    """Closed days by their day; a day that is known is corrected."""

    class Meta:
        model = ClosedDay
        import_id_fields = ["day"]
        fields = ["day", "name", "source"]
        clean_model_instances = True
        skip_unchanged = True
        use_transactions = True
