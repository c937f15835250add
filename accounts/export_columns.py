"""The form that asks which columns a file gets."""

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from import_export.forms import SelectableFieldsExportForm
from import_export.resources import ModelResource


class ExportColumnsForm(SelectableFieldsExportForm):
    """Calls each column as the pages call it, and by its name in the file."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        for resource in resources:
            for column in resource().get_export_order():
                field = self.fields[self.create_boolean_field_name(resource, column)]
                field.label = column_label(resource, column)


def column_label(resource: type[ModelResource], column: str) -> str:
    """Return what a person calls a column, with its name in the file.

    What is no field of the table itself (a name beyond a key, a count) has its name in the file alone.
    """
    field = resource.fields[column]
    name = field.column_name or column
    try:
        called = resource.Meta.model._meta.get_field(field.attribute or "").verbose_name
    except FieldDoesNotExist:
        return name
    return f"{capfirst(called)} ({name})"
