"""The guideline's tables as CSV, in and out, under the names by which the office knows the rows."""

from django.db.models import F
from import_export import resources
from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, IntegerWidget

from guideline.models import (
    Claim,
    Crosswalk,
    Edition,
    Figure,
    Measure,
    PrintedCount,
    Progress,
    PublicDay,
    Section,
)
from guideline.public_words_form import refuse


class WithinEdition(ForeignKeyWidget):
    """Finds a row by its number within the edition that another column names.

    :param edition_column: the column that holds the edition's code.
    :param also: more columns that must agree, by lookup.
    """

    def __init__(self, model, field="number", edition_column="edition", also=None):
        super().__init__(model, field)
        self.edition_column, self.also = edition_column, also or {}

    def get_lookup_kwargs(self, value, row, **kwargs):
        also = {lookup: row[column] for lookup, column in self.also.items()}
        return {self.field: value, "edition__code": row[self.edition_column], **also}


def edition(attribute: str = "edition", column: str = "edition") -> Field:
    return Field(attribute, column, ForeignKeyWidget(Edition, "code"))


def code_of(path: str, column: str = "edition") -> Field:
    """A column that only says in which edition the row's number is to be read."""
    return Field(path, column, readonly=True)


class GuidelineResource(resources.ModelResource):
    """What all tables of the guideline have in common."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True  # needs the comparison that skip_diff would turn off
        use_transactions = True


class EditionResource(GuidelineResource):
    class Meta(GuidelineResource.Meta):
        model = Edition
        import_id_fields = ["code"]
        fields = [
            "code",
            "title",
            "title_en",
            "status",
            "numbered",
            "valid_from",
            "valid_until",
            "source",
            "level",
        ]
        export_order = fields


class SectionResource(GuidelineResource):
    edition = edition()
    section = Field("number", "section", IntegerWidget())

    class Meta(GuidelineResource.Meta):
        model = Section
        import_id_fields = ["edition", "section", "place"]
        fields = [
            "edition",
            "section",
            "place",
            "letter",
            "title",
            "title_en",
            "source",
            "level",
        ]
        export_order = fields


class MeasureResource(GuidelineResource):
    edition = edition()
    section = Field("section", "section", WithinEdition(Section, also={"place": "place"}))
    place = Field("section__place", "place", readonly=True)

    class Meta(GuidelineResource.Meta):
        model = Measure
        import_id_fields = ["edition", "number"]
        fields = [
            "edition",
            "number",
            "section",
            "place",
            "classification",
            "title",
            "title_en",
            "source",
            "level",
        ]
        export_order = fields


class OfMeasureResource(GuidelineResource):
    """A table whose rows belong to a measure, named by edition and number."""

    edition = code_of("measure__edition__code")
    number = Field("measure", "number", WithinEdition(Measure))


class ProgressResource(OfMeasureResource):
    class Meta(GuidelineResource.Meta):
        model = Progress
        import_id_fields = ["number", "as_of"]
        fields = [
            "edition",
            "number",
            "fiscal_year",
            "as_of",
            "status",
            "next_class",
            "source",
            "level",
        ]
        export_order = fields


class ProgressInWordsResource(ProgressResource):
    """With what was done and why, which the reference files leave to the city's documents."""

    class Meta(ProgressResource.Meta):
        fields = [*ProgressResource.Meta.fields[:-2], "result", "reason", "source", "level"]
        export_order = fields


class WholeWidget(ForeignKeyWidget):
    """Finds the figure of which a row tells a part, by its label among those of the same measure and year."""

    def get_lookup_kwargs(self, value, row, **kwargs):
        return {
            "label": value, "part_of": None, "of_year": None, "measure__number": row["number"],
            "measure__edition__code": row["edition"], "fiscal_year": row["fiscal_year"] or None,
        }  # fmt: skip


class FigureResource(OfMeasureResource):
    part_of = Field("part_of", "part_of", WholeWidget(Figure, "label"))

    class Meta(GuidelineResource.Meta):
        model = Figure
        import_id_fields = ["number", "part_of", "label", "fiscal_year"]
        fields = [
            "edition",
            "number",
            "part_of",
            "label",
            "label_en",
            "fiscal_year",
            "as_of",
            "value",
            "unit",
            "unit_en",
            "parts_exceed",
            "source",
            "level",
        ]
        export_order = fields

    def get_queryset(self):
        """Leave the figures of years' rows to the pages that keep their versions; wholes come first."""
        return Figure.objects.of_documents().order_by(F("part_of").asc(nulls_first=True), "pk")


class ClaimResource(OfMeasureResource):
    about = edition("about", "about")

    class Meta(GuidelineResource.Meta):
        model = Claim
        import_id_fields = ["number", "about", "subject", "place", "source", "as_of"]
        fields = [
            "edition",
            "number",
            "about",
            "subject",
            "value",
            "as_printed",
            "place",
            "as_of",
            "source",
            "level",
        ]
        export_order = fields


class CrosswalkResource(GuidelineResource):
    from_edition = code_of("from_measure__edition__code", "from_edition")
    from_number = Field(
        "from_measure", "from_number", WithinEdition(Measure, edition_column="from_edition")
    )
    to_edition = code_of("to_measure__edition__code", "to_edition")
    to_number = Field(
        "to_measure", "to_number", WithinEdition(Measure, edition_column="to_edition")
    )

    class Meta(GuidelineResource.Meta):
        model = Crosswalk
        import_id_fields = ["from_number", "to_number", "kind"]
        fields = [
            "from_edition",
            "from_number",
            "to_edition",
            "to_number",
            "kind",
            "reason",
            "reason_en",
            "source",
            "level",
        ]
        export_order = fields


class CrosswalkInWordsResource(CrosswalkResource):
    """What a person takes in: its words are public at once, so people are looked for in them."""

    def validate_instance(
        self, instance, import_validation_errors=None, validate_unique=True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        refuse(instance, {})


class PrintedCountResource(GuidelineResource):
    edition = edition()

    class Meta(GuidelineResource.Meta):
        model = PrintedCount
        import_id_fields = ["edition", "as_of", "classification", "status"]
        fields = [
            "edition",
            "as_of",
            "classification",
            "status",
            "count",
            "denominator",
            "source",
            "level",
        ]
        export_order = fields


class PublicDayResource(GuidelineResource):
    edition = edition()

    class Meta(GuidelineResource.Meta):
        model = PublicDay
        import_id_fields = ["edition", "as_of"]
        fields = ["edition", "as_of", "source", "level"]
        export_order = fields
