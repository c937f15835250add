"""Fields that take what people type in Japan: full-width digits, separators, 円."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.utils.translation import gettext as _

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


class EnteredOnce(forms.Form):
    """A form that adds a row: it says after which one its page was loaded, so that two presses add one.

    :cvar adds: the model of the row.
    """

    adds: type[Model]

    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        newest = self.adds._default_manager.aggregate(newest=Max("pk"))["newest"]
        self.fields["after"].initial = newest or 0


def text_area(rows: int = 6) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def not_in_the_future(day: date, today: date) -> date:
    """Return ``day`` if it has come.

    :raises ValidationError: if it lies after ``today``, Japan date.
    """
    if day > today:
        raise ValidationError(_("The day cannot lie in the future."))
    return day
