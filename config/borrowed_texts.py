"""Texts of libraries that have no Japanese of their own: named here, so that our catalog has it.

Django looks a text up in our catalog first, whoever asks. What stands on a page of ours is not here.
"""

from django.utils.translation import gettext_noop

#: django-import-export. What becomes of a row it puts into the text before it looks that up.
IMPORT_EXPORT = [
    gettext_noop("Import finished: {} new, {} updated, {} deleted and {} skipped {}."),
    gettext_noop("new through import_export"),
    gettext_noop("update through import_export"),
    gettext_noop("delete through import_export"),
    gettext_noop(
        "%(exc_name)s encountered while trying to read file. Ensure you have chosen the correct "
        "format for the file."
    ),
    gettext_noop(
        "No valid data to import. Ensure your file has the correct headers or data for import."
    ),
    gettext_noop("export failed due to IllegalCharacterError"),
    gettext_noop('Select at least 1 field for "%(resource_name)s" to export'),
    gettext_noop("Value could not be parsed."),
]
