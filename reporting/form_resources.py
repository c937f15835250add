"""The forms of the departments' reports as CSV, under the names by which the files know the rows."""

from import_export import resources
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from .models import FormQuestion, ReportForm, ScoreWord


def of_form() -> Field:
    """The column that names a form by its first fiscal year."""
    return Field("form", "first_fiscal_year", ForeignKeyWidget(ReportForm, "first_fiscal_year"))


class FormTable(resources.ModelResource):
    """What the tables of a form have in common."""

    class Meta:
        clean_model_instances = True
        use_transactions = True


class ReportFormResource(FormTable):
    class Meta(FormTable.Meta):
        model = ReportForm
        import_id_fields = ["first_fiscal_year"]
        fields = ["first_fiscal_year", "source"]


class FormQuestionResource(FormTable):
    form = of_form()

    class Meta(FormTable.Meta):
        model = FormQuestion
        import_id_fields = ["form", "filled_by", "code"]
        fields = [
            "form", "filled_by", "code", "kind", "position", "section", "section_en", "label",
            "label_en", "help", "help_en", "required", "is_public",
        ]  # fmt: skip


class ScoreWordResource(FormTable):
    form = of_form()

    class Meta(FormTable.Meta):
        model = ScoreWord
        import_id_fields = ["form", "score"]
        fields = ["form", "score", "words", "words_en", "source", "is_candidate"]
