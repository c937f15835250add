"""New versions of letters that left: the same number, with the sender and addressee of the day.

What was decided, and by when what is due, stays word for word; the old version stays readable.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.permissions import require

from . import history, outbox
from .calendar import japan_date, wareki
from .errors import NotPossible
from .flow import Text
from .letters import KINDS, addressee, freeze, in_whose_name, template_of
from .models import Case, Letter
from .typesetting import typeset
from .verbs import name_verbs

name_verbs(reissue_letter=_("New version of a letter"))

AGREEMENT_STANDS = _(
    "Several parties signed this. It is not issued anew: conclude another agreement with them."
)
NOTHING_CHANGES = _(
    "The new version would say what the old one says. Correct the name or the sender first, or "
    "write a remark."
)
DESTROYED = _("The retention period of this letter was over, and it was destroyed.")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a new version says differently, in the words of the letter."""

    label: Text
    before: str
    after: str


@transaction.atomic
def reissue(letter: Letter, *, reason: str, by, at: datetime, remark: str = "") -> Letter:
    """Issue a new version of ``letter`` with the same number, which replaces it.

    The new version bears the day it leaves, the sender of that day, and the addressee's name on
    that day; all else is what the old one says. The old one stays readable. What has not left yet of
    the old one's notices is withdrawn, and the addressee is told of the new one.

    :param reason: why, for the history and for whoever sees the case.
    :param remark: words that the new version prints for its addressee.
    :raises PermissionDenied: if ``by`` is not of the office.
    :raises NotPossible: if it was replaced already, or is an agreement, or nothing would change.
    """
    require(by.act_on(japan_date(at)), "casework.reissue_letter")
    case = Case.objects.select_for_update().get(pk=letter.case_id).specific
    letter = Letter.objects.get(pk=letter.pk)
    data = _reissued(letter, case, remark=remark, day=japan_date(at))
    new = Letter(
        case_id=case.pk, kind=letter.kind, title=letter.title, fiscal_year=letter.fiscal_year,
        number=letter.number, symbol=letter.symbol, seal=letter.seal,
        version=letter.version + 1, replaces=letter, reason=reason,
    )  # fmt: skip
    outbox.withdraw_replaced(letter)
    freeze(new, KINDS[letter.kind], case, data, by=by, at=at)
    history.append(
        case, "reissue_letter", source=case.state, target=case.state, by=by, at=at,
        facts={"letter": new.pk, "replaces": letter.pk, "reason": reason},
    )  # fmt: skip
    return new


def preview_reissue(letter: Letter, *, remark: str, today: date) -> bytes:
    """Return the PDF of the version that would replace ``letter`` today, marked as a draft.

    :raises NotPossible: if :func:`reissue` would refuse it.
    """
    data = _reissued(letter, letter.case, remark=remark, day=today)
    return typeset(template_of(KINDS[letter.kind], data), {**data, "draft": True})


def why_not_reissued(letter: Letter) -> Text | None:
    """Return why no new version of ``letter`` can leave, or ``None`` if one can."""
    later = Letter.objects.filter(replaces=letter).first()
    if later:
        return _("Version %(number)d has replaced this letter already.") % {"number": later.version}
    if letter.destroyed_at:
        return DESTROYED
    return AGREEMENT_STANDS if letter.is_agreement else None


def differences(letter: Letter, *, today: date) -> list[Difference]:
    """Return what a version of ``letter`` that leaves today would say differently.

    :raises NotPossible: if it is not set in whose name letters leave that day.
    """
    now = _renewed(letter, letter.case, today)
    told = (
        (_("Date of the letter"), "issued"),
        (_("Addressee"), "addressee"),
        (_("In whose name"), "sender"),
    )
    return [
        Difference(label, _in_a_line(letter.data[key]), _in_a_line(now[key]))
        for label, key in told
        if letter.data[key] != now[key]
    ]


def _in_a_line(part) -> str:
    return part if isinstance(part, str) else " ".join(filter(None, part.values()))


def _renewed(letter: Letter, case: Case, day: date) -> dict:
    """Return what may be different on ``day``: nothing of what was decided."""
    return {
        "issued": wareki(day),
        "addressee": addressee(case, KINDS[letter.kind].to, day=day),
        "sender": in_whose_name(day),
    }


def _reissued(letter: Letter, case: Case, *, remark: str, day: date) -> dict:
    if why := why_not_reissued(letter):
        raise NotPossible(why)
    now = _renewed(letter, case, day)
    if not remark and all(letter.data[key] == now[key] for key in ("addressee", "sender")):
        raise NotPossible(NOTHING_CHANGES)
    replaces = (
        f"この文書（第{letter.version + 1}版）は、{letter.data['issued']}付け{letter.symbol}の文書に"
        "代わるものです。"
    )
    return {**letter.data, **now, "replaces": replaces, "remark": remark}
