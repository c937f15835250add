"""What a person saw of a file, signed for them, so that just this can be taken, or nothing."""

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

#: For how long what was shown can be taken, in seconds.
SHOWN_FOR = 12 * 60 * 60
STALE = gettext_lazy("What was shown is no longer there. Choose the file again.")
MOVED_ON = gettext_lazy(
    "What is on record has changed since this was shown. Choose the file again, and look anew."
)


class NoLongerShown(Exception):
    """What comes back was not shown, not to this person, not of this thing, or too long ago."""


def token_of(request: HttpRequest, about: str, told: dict) -> str:
    """Return what was shown, to be sent back by the button that takes it.

    :param about: the kind of file, and of what; it is taken for nothing else.
    """
    return signing.dumps({**told, "by": request.user.pk}, salt=about, compress=True)


def shown_to(request: HttpRequest, about: str) -> dict:
    """Return what was shown to this person.

    :raises NoLongerShown: if nothing was.
    """
    try:
        told = signing.loads(request.POST.get("shown", ""), salt=about, max_age=SHOWN_FOR)
    except signing.BadSignature:
        raise NoLongerShown from None
    if told["by"] != request.user.pk:
        raise NoLongerShown
    return told
