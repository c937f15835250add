"""A button that is pressed twice enters one thing: the second press says after what it was loaded."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _


def refuse_twice(rows: QuerySet, after: int | None, **same) -> None:
    """Refuse what says the same as a row that was added since its page was loaded.

    Called under the lock that whoever adds such a row holds.

    :param after: id of the newest row when the page was loaded; ``None`` asks nothing.
    :param same: columns, with what they are to say.
    :raises ValidationError: if there is such a row.
    """
    if after is not None and rows.filter(pk__gt=after, **same).exists():
        raise ValidationError(
            _(
                "The same was recorded a moment ago. To record it a second time, load this page anew."
            )
        )
