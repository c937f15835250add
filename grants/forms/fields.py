"""Fields that take what people type in Japan: full-width digits, separators, 円."""

import re
import unicodedata

from django import forms

#: What people write into an amount besides its digits.
DECORATION = re.compile(r"[,、\s円¥\\]")

#: The largest amount a column holds.
MAX_YEN = 2_147_483_647


class YenField(forms.IntegerField):
    """Whole yen; ``１２，０００円`` is 12000."""

    def __init__(self, **kwargs):
        kwargs = {"min_value": 0, "max_value": MAX_YEN, **kwargs}
        super().__init__(**kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = DECORATION.sub("", unicodedata.normalize("NFKC", value))
        return super().to_python(value)


def text_area(rows: int = 6) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})
