"""The words of a change: what becomes of it, and each reason with its numbers."""

from django.utils.translation import gettext_lazy as _

from casework.flow import Text

#: What becomes of a change.
OUTCOMES: dict[str, Text] = {
    "minor": _("A minor change: a notice is enough, and the office notes it."),
    "unset": _("The rules of the course do not say whether this needs an approval: the office decides."),
    "major": _("This change needs an approval."),
}  # fmt: skip

#: Code of a reason → its sentence.
WHY: dict[str, Text] = {
    "grant": _("The grant changes by it: %(after)s yen in place of %(before)s yen. That is always decided, and told by letter."),
    "more": _("More is asked of the city: %(after)s yen in place of %(before)s yen. That is always decided."),
    "less_always": _("Less is asked of the city: %(after)s yen in place of %(before)s yen. The rules ask for an approval."),
    "less_free": _("Less is asked of the city: %(after)s yen in place of %(before)s yen. The rules ask for no approval."),
    "less_not_set": _("Less is asked of the city: %(after)s yen in place of %(before)s yen. Whether that needs an approval is not set."),
    "content_always": _("What is done changes. The rules ask for an approval."),
    "content_free": _("What is done changes. The rules ask for no approval."),
    "content_not_set": _("What is done changes. Whether that needs an approval is not set."),
    "schedule_always": _("The days of the project change. The rules ask for an approval."),
    "schedule_free": _("The days of the project change. The rules ask for no approval."),
    "schedule_not_set": _("The days of the project change. Whether that needs an approval is not set."),
    "budget_free": _("Lines of the budget change. The rules ask for no approval."),
    "budget_not_set": _("Lines of the budget change. From which share on that needs an approval is not set."),
    "total_within": _("All costs change by %(moved)s of %(of)s yen (%(share)s %%): not more than %(percent)s %%."),
    "total_above": _("All costs change by %(moved)s of %(of)s yen (%(share)s %%): more than %(percent)s %%."),
    "line_within": _("No item of the costs changes by more than %(percent)s %%. The most: %(item)s, by %(moved)s of %(of)s yen (%(share)s %%)."),
    "line_above": _("An item of the costs changes by more than %(percent)s %%: %(item)s, by %(moved)s of %(of)s yen (%(share)s %%)."),
    "line_new": _("An item of the costs is new: %(item)s, %(moved)s yen. That is more than %(percent)s %% of what stood there."),
    "end": _("The project is to end early. That is always decided."),
    "postpone": _("The project is to take place in another fiscal year. That is always decided."),
}  # fmt: skip

#: Numbers that are written with separators.
YEN = ("before", "after", "moved", "of")


def why(code: str, told: dict) -> Text:
    """Return the sentence of a reason."""
    if code == "line_above" and not told["of"]:
        code = "line_new"
    figures = {name: f"{value:,}" if name in YEN else value for name, value in told.items()}
    return WHY[code] % figures if told else WHY[code]
