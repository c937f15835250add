"""How large an upload may be: the city may set less than the program takes."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MB = 1024 * 1024
#: The most that the program takes, in MB: what fits into the memory of a worker several times over.
MOST = 20


def parse(value: str) -> int:
    """Return the bytes that ``value``, in MB, comes to; what is empty is the most.

    :raises ValidationError: if it is no whole number from 1 to ``MOST``.
    """
    said = value.strip()
    if not said:
        return MOST * MB
    if not said.isdecimal() or not 1 <= int(said) <= MOST:
        raise ValidationError(_("Give a whole number of MB from 1 to %(most)d.") % {"most": MOST})
    return int(said) * MB
