"""What each step of a change of the year says, in the language of the page, and where it is done."""

from collections.abc import Callable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from casework.calendar import wareki
from casework.flow import Text
from casework.models.case import KINDS
from casework.parties import listed
from casework.templatetags.components import in_japanese
from grants.models import BudgetEntry, ProjectYear
from grants.plan import Milestone
from grants.round_lacks import LACKS

from .plan import Section, Status, Step

HEADINGS: dict[Section, Text] = {
    Section.RULES: gettext_lazy("Courses and their rules"),
    Section.CLOSED_DAYS: gettext_lazy("Closed days"),
    Section.CALLS: gettext_lazy("Calls of the new year"),
    Section.BUDGET: gettext_lazy("Budget of the new year"),
    Section.PROJECTS: gettext_lazy("Projects of several years"),
    Section.PEOPLE: gettext_lazy("People, departments and their cases"),
    Section.OLD_YEAR: gettext_lazy("What is left of the old year"),
}

STATUSES: dict[Status, Text] = {
    Status.MAKE: gettext_lazy("Will be made"),
    Status.THERE: gettext_lazy("Already there"),
    Status.WAITS: gettext_lazy("Waits for you"),
    Status.NOTE: gettext_lazy("To be known"),
}

#: Kinds of cases in which money of the year moves.
OF_MONEY = ("project_year", "claim", "report")


def _day(day: date) -> str:
    return f"{wareki(day)}（{day.isoformat()}）" if in_japanese() else day.isoformat()


def _days(step: Step) -> str:
    days = [f"{_day(day)} {name}" for day, name in step.told["days"]]
    shown = listed(days[:3])
    more = len(days) - 3
    return shown + (_(" and %(count)d more") % {"count": more} if more > 0 else "")


def _source(step: Step) -> str:
    return str(dict(BudgetEntry.Source.choices)[step.told["source"]])


def _ends(step: Step) -> str:
    if step.told["ends"]:
        words = _(
            "%(course)s: a new edition begins with this year; %(ends)s ends with the old one."
        )
    else:
        words = _("%(course)s begins with this year.")
    return words % step.told


def _not_set(step: Step) -> str:
    words = ngettext(
        "%(course)s: %(count)d rule is not set.", "%(course)s: %(count)d rules are not set.",
        step.told["count"],
    )  # fmt: skip
    return words % step.told


def _not_confirmed(step: Step) -> str:
    words = ngettext(
        "%(course)s: of %(count)d rule nobody has recorded that it holds in the new year.",
        "%(course)s: of %(count)d rules nobody has recorded that they hold in the new year.",
        step.told["count"],
    )
    return words % step.told


def _make_call(step: Step) -> str:
    told = {**step.told, "first": _day(step.told["opens_on"]), "last": _day(step.told["last_day"])}
    words = _(
        "“%(name)s” is prepared after “%(round)s”: its call is open from %(first)s to %(last)s. The "
        "public does not see it yet."
    )
    if dropped := step.told["dropped"]:
        names = listed(Milestone(what).label for what in dropped)
        words += " " + _("No rule gives these a day, so they stay not set: %(names)s.") % {
            "names": names.replace("%", "%%")
        }
    return words % told


def _without_days(step: Step) -> str:
    told = {**step.told, "first": _day(step.told["opens_on"]), "last": _day(step.told["last_day"])}
    return (
        _("“%(round)s” was open from %(first)s to %(last)s. Say when its call is open this time.")
        % told
    )


def _budget_waits(step: Step) -> str:
    words = _("%(course)s, %(source)s: no entry yet. Enter it when the budget is voted.")
    return words % {**step.told, "source": _source(step)}


def _year_open(step: Step) -> str:
    if day := step.told["decided_on"]:
        words = _("%(number)s %(title)s: it continues, decided on %(day)s.")
        return words % {**step.told, "day": _day(day)}
    return _("%(number)s %(title)s can be applied for.") % step.told


def _year_ended(step: Step) -> str:
    state = ProjectYear.flow.stages[str(step.told["state"])].label
    return f"{step.told['number']} {step.told['title']}: {state}"


def _hand_over(step: Step) -> str:
    count = len(step.told["cases"])
    words = ngettext(
        "%(count)d case passes from %(giver)s to %(taker)s.",
        "%(count)d cases pass from %(giver)s to %(taker)s.",
        count,
    )
    return words % {**step.told, "count": count}


def _department_ends(step: Step) -> str:
    if step.told["successor"]:
        return _("%(department)s ends with the old year; %(successor)s follows.") % step.told
    return _("%(department)s ends with the old year. No successor is recorded.") % step.told


def _cases_open(step: Step) -> str:
    model = KINDS[str(step.told["kind"])]
    told = {
        "kind": model.label, "state": model.flow.stages[str(step.told["state"])].label,
        "count": step.told["count"], "day": _day(step.told["closes_on"]),
    }  # fmt: skip
    if step.told["kind"] in OF_MONEY:
        return _("%(kind)s, %(state)s: %(count)s. The books close on %(day)s.") % told
    return _("%(kind)s, %(state)s: %(count)s.") % told


def _plain(words: Text) -> Callable[[Step], str]:
    return lambda step: str(words) % step.told


SENTENCES: dict[str, Callable[[Step], str]] = {
    "edition_begins": _ends,
    "rules_not_set": _not_set,
    "rules_not_confirmed": _not_confirmed,
    "rules_stand": _plain(gettext_lazy("%(course)s: every rule is set and holds in the new year.")),
    "closed_days_missing": lambda step: (
        _("These closed days are not in the table: %(days)s.") % {"days": _days(step)}
    ),
    "closed_days_there": _plain(gettext_lazy("%(count)d closed days are in the table.")),
    "call_without_days": _without_days,
    "make_call": _make_call,
    "call_there": lambda step: str(step.told["round"]),
    "call_not_announced": _plain(
        gettext_lazy("“%(round)s” is not announced yet: look at it, then announce it.")
    ),
    "call_lacks": lambda step: (
        _("“%(round)s” lacks: %(lack)s.")
        % {**step.told, "lack": LACKS[str(step.told["lack"])].label}
    ),
    "budget_there": lambda step: (
        _("%(course)s, %(source)s: entered.") % {**step.told, "source": _source(step)}
    ),
    "budget_waits": _budget_waits,
    "year_open": _year_open,
    "year_ended": _year_ended,
    "year_in_draft": _plain(gettext_lazy("%(number)s %(title)s waits in a draft (起案).")),
    "open_year": lambda step: (
        _("%(number)s %(title)s continues: the group can apply for the new year.") % step.told
    ),
    "year_undecided": _plain(
        gettext_lazy("%(number)s %(title)s: whether it continues is not recorded.")
    ),
    "duties_change": _plain(
        gettext_lazy(
            "Duties that end on 31 March: %(ending)s. Duties that begin on 1 April: %(beginning)s."
        )
    ),
    "department_ends": _department_ends,
    "hand_over": _hand_over,
    "handed_over": _plain(gettext_lazy("Nothing is left to pass from %(giver)s to %(taker)s.")),
    "case_stays": _plain(gettext_lazy("%(number)s stays with %(giver)s: %(why)s")),
    "cases_without_clerk": _plain(gettext_lazy("Open cases without an active clerk: %(count)d.")),
    "every_case_has_a_clerk": _plain(gettext_lazy("Every open case has a clerk.")),
    "cases_open": _cases_open,
    "old_year_done": _plain(gettext_lazy("Nothing of the years before is open.")),
}


def in_words(step: Step) -> str:
    """Return what a step says."""
    return SENTENCES[step.what](step)


def address_of(step: Step) -> str:
    """Return where the step is done, or what it made is seen; empty where that is this page."""
    match step.what:
        case "edition_begins" | "rules_not_confirmed" | "rules_stand":
            return reverse("grants:course", args=[step.about])
        case "rules_not_set":
            return reverse("grants:course", args=[step.about]) + "?only=not_set"
        case "closed_days_missing" | "closed_days_there":
            return reverse("casework:closed-days")
        case "call_there" | "call_not_announced":
            return reverse("grants:round", args=[step.about])
        case "call_lacks":
            pk = int(str(step.about).partition("-")[0])
            return reverse(LACKS[str(step.told["lack"])].url_name, args=[pk])
        case "year_undecided":
            return reverse("grants:continuation", args=[step.about])
        case "year_open" | "year_ended" | "year_in_draft":
            return reverse("casework:case", args=[step.about])
        case "cases_without_clerk":
            return reverse("casework:handover")
        case "department_ends":
            return f"{reverse('casework:handover-departments')}?giver={step.about}"
        case "cases_open":
            state = f"{step.told['kind']}:{step.told['state']}"
            return f"{reverse('casework:cases')}?state={state}&only=open"
    return ""


def address_of_budget(step: Step, fiscal_year: int) -> str:
    """Return where the entry of a budget that waits is made, with what is known of it filled in."""
    edition, _dash, source = str(step.about).partition("-")
    return (
        f"{reverse('grants:budget-new')}?edition={edition}&financed_by={source}"
        f"&fiscal_year={fiscal_year}"
    )
