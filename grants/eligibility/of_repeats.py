"""Rules about earlier adoptions: how many there may be, and whether somebody else's are the group's."""

from django.utils.translation import gettext as _

from grants.rules import Outcome, RuleSet, Status

from .check import Check, Question
from .of_group import not_decided

#: Rules that count the adoptions of a group.
COUNTING = ("max_adoptions", "cap_yen_second_adoption")


def earlier_adoptions(asked: Question) -> Check | None:
    """Adoptions of the same group in the same course, counted from the year the rule names."""
    name, label, most = "max_adoptions", _("Earlier adoptions"), asked.rules.number("max_adoptions")
    if most is None:
        return not_decided(asked, name, label)
    had, met = asked.facts.adoptions, asked.facts.adoptions < most
    return asked.answer(
        name, label, Outcome.PASSES if met else Outcome.FAILS, value=str(had), found=str(had),
        limit=_("at most %(number)s in all") % {"number": most},
        mend="" if met else _("Nothing changes this in this course: see whether another course fits."),
    )  # fmt: skip


def counts_adoptions(rules: RuleSet) -> bool:
    """Return whether a rule that is set rests on how often a group was adopted."""
    return any(rules.status(name) == Status.SET for name in COUNTING)


def same_group(asked: Question) -> Check | None:
    """Whether what was adopted under another name was the same group in substance.

    The program never says so: it puts what looks alike before the office.
    """
    if not counts_adoptions(asked.rules):
        return None
    name, label, alike = "same_group", _("The same group under another name"), asked.facts.alike
    refs = " ".join(sorted(found.ref for found in alike))
    told = {"source": asked.rules.source("max_adoptions"), "on": asked.dates.on}
    if not alike:
        return Check(name, label, Outcome.PASSES, value=_("nothing looks alike"), **told)
    return Check(
        name, label, Outcome.NEEDS_PERSON, found=refs, alike=alike,
        value=_("adoptions of what looks alike: %(number)s") % {"number": len(alike)},
        limit=_("earlier adoptions of the same group count, whatever its name was"), **told,
        mend=_("If it is the same group, merge the two entries, or link the past award."),
    )  # fmt: skip
