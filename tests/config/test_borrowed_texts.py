import re
from pathlib import Path

import import_export

from config import translations
from config.borrowed_texts import IMPORT_EXPORT


def test_each_text_is_said_by_its_library_which_has_no_japanese_for_it():
    folder = Path(import_export.__file__).parent / "locale" / "ja" / "LC_MESSAGES"
    theirs = {message.id: message.string for message in translations.read(folder / "django.po")}

    # What became of a row is put into the text before it is looked up.
    said = [re.sub(r"^\w+ through", "%s through", text) for text in IMPORT_EXPORT]

    assert {text: theirs.get(text) for text in said} == dict.fromkeys(said, "")
