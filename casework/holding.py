"""Which notices are held back when they are written, until a person or the daily digest lets them go."""

from collections.abc import Callable

#: Called with the kind of a notice, its case and its recipient; each says ``Notice.Hold`` or nothing.
Holder = Callable[..., str]

_HOLDERS: list[Holder] = []


def holder(ask: Holder) -> Holder:
    """Let ``ask`` hold notices back; of several who would, the one registered first says why.

    It is called with ``kind``, and by keyword ``case`` and ``recipient``, each of which may be
    ``None``, and returns a code of ``Notice.Hold``, or nothing where the notice may leave at once.
    """
    _HOLDERS.append(ask)
    return ask


def why_held(kind: str, *, case, recipient, but: str = "") -> str:
    """Return why a notice of ``kind`` is held back, or nothing if it may leave at once.

    :param but: a reason that a person has just lifted.
    """
    reasons = (ask(kind, case=case, recipient=recipient) for ask in _HOLDERS)
    return next((why for why in reasons if why and why != but), "")
