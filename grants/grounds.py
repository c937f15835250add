"""On what ground a project year ends early, is postponed or is revoked: a list, and "other" in words.

The city's own 要綱 could not be read. What other documents name is offered with its source: the law
on subsidies of the state, and the list of another city. Which of them applies, a person says.
"""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.flow import Text

STATE_LAW_17 = "補助金等適正化法17条1項（国の補助金の場合）"
STATE_LAW_10 = "補助金等適正化法10条（国の補助金の場合）"
OTHER_CITY = "他市の例（市名不明）"

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground.

    :param verbs: the moves of a project year that it can be the ground of.
    :param label_ja: what a letter calls it; letters are Japanese only.
    """

    code: str
    verbs: tuple[str, ...]
    label: Text
    label_ja: str
    source: str = ""


END, MOVE, REVOKE = "discontinue", "postpone", "revoke"
GROUNDS = (
    Ground("circumstances", (END, MOVE, REVOKE), _("Circumstances changed after the decision"), "決定後に生じた事情の変更", STATE_LAW_10),
    Ground("own_wish", (END, MOVE), _("The group cannot carry the project out as planned"), "団体の事情により計画どおり実施できないため"),
    Ground("other_use", (REVOKE,), _("The money was used for something else"), "交付金を他の用途に使用したため", STATE_LAW_17),
    Ground("breach", (REVOKE,), _("The decision, its conditions or the rules were not kept"), "交付の決定の内容、条件その他の定めに違反したため", STATE_LAW_17),
    Ground("false", (REVOKE,), _("Something false was stated"), "虚偽の申請その他不正の手段によるため", OTHER_CITY),
    Ground("not_done", (END, REVOKE), _("The project was not carried out"), "事業を実施しなかったため", OTHER_CITY),
    Ground("much_changed", (REVOKE,), _("The project was changed a great deal"), "事業の内容を大幅に変更したため", OTHER_CITY),
    Ground(OTHER, (END, MOVE, REVOKE), _("Another ground, given in words"), "その他"),
)  # fmt: skip

_BY_CODE = {ground.code: ground for ground in GROUNDS}


def choices(verb: str, *, sourced: bool = True) -> list[tuple[str, Text]]:
    """Return the grounds of a move, to choose one from.

    :param sourced: whether each names its source, for the office; a group chooses plain words.
    """
    named = _named if sourced else (lambda ground: ground.label)
    return [(ground.code, named(ground)) for ground in GROUNDS if verb in ground.verbs]


def _named(ground: Ground) -> Text:
    if not ground.source:
        return ground.label
    return format_lazy("{ground}（{source}）", ground=ground.label, source=ground.source)


def in_words(code: str) -> Text:
    """Return a ground for a page; empty if none was given."""
    return _BY_CODE[code].label if code in _BY_CODE else ""


def in_letter(code: str) -> str:
    """Return a ground for a letter; "other" is told by the reason alone."""
    return "" if code in ("", OTHER) or code not in _BY_CODE else _BY_CODE[code].label_ja
