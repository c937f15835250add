"""What a rule answers, and what it answers from: plain values, no database."""

from dataclasses import dataclass
from datetime import date

from casework.flow import Text
from grants.rules import RuleSet, Status


@dataclass(frozen=True, slots=True)
class Alike:
    """An adoption of what may be the same group in substance under another name.

    :param ref: names the adoption: kind and key.
    :param group: the name under which it was adopted.
    :param why: what is alike, as codes of :data:`grants.eligibility.alike.WAYS`.
    :param organization: id of the other group, where it has an entry here.
    """

    ref: str
    group: str
    fiscal_year: int | None
    why: tuple[str, ...]
    organization: int | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that rules may name; all are Japan dates.

    :param on: the day on which the rules are asked.
    :param filed_on: the first filing (a paper: 収受日); ``None`` before it.
    :param applied_on: the application for the grant of the year; ``None`` before it.
    :param starts_on: the first day of the project; ``None`` while nobody has said it.
    """

    on: date
    call_closes_on: date
    fiscal_year_on: date
    filed_on: date | None = None
    applied_on: date | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a group and its proposal; ``None`` is not known.

    :param active_since: first day of its continuous activity, or its founding.
    :param officers: how many officers it has on the day of the check.
    :param asked_yen: what is asked of the city for the year, in yen.
    :param cap_yen: the most that may be asked at this adoption, in yen; ``None`` is not set.
    :param adoptions: how many earlier adoptions count.
    :param other_subsidies_yen: what is declared as income from other subsidies, in yen; ``None``
        where the budget does not ask for it.
    """

    founded_on: date | None = None
    active_since: date | None = None
    citizen_members: int | None = None
    officers: int | None = None
    rules_on_file_on: date | None = None
    npo_center_registered_on: date | None = None
    in_city: bool | None = None
    address: str = ""
    asked_yen: int = 0
    cap_yen: int | None = None
    adoptions: int = 0
    alike: tuple[Alike, ...] = ()
    pledged: bool = False
    other_subsidies_yen: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """The answer to one rule.

    :param value: what the group or the proposal has, in words; empty where it is not known.
    :param limit: what the rule asks for, in words.
    :param mend: for what is not met, what would change it.
    :param found: ``value`` as it is kept on record: a number, a day or a code, never an address.
    :param asked: ``limit`` as it stands in the rules of the round.
    :param on: as of which day the rule was asked.
    :param counted: in words, why as of that day; empty for the day of the check.
    :param alike: what looks like the same group; for the city's eyes only.
    :param judged: whether nothing but a person's judgement ever answers the rule.
    """

    code: str
    label: Text
    outcome: str
    value: str = ""
    limit: Text = ""
    source: str = ""
    mend: Text = ""
    found: str = ""
    asked: str = ""
    on: date | None = None
    counted: Text = ""
    alike: tuple[Alike, ...] = ()
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Everything a rule may look at."""

    rules: RuleSet
    facts: Facts
    dates: Dates

    def applies(self, name: str) -> bool:
        return self.rules.status(name) != Status.NOT_APPLICABLE

    def answer(self, name: str, label: Text, outcome: str, **told) -> Check:
        """Return the answer to the rule ``name``, with its source and what the round's rules say."""
        told = {"asked": self.rules.text(name) or "", "on": self.dates.on, **told}
        return Check(name, label, outcome, source=self.rules.source(name), **told)
