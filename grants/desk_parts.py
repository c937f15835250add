"""What stands on a desk beside its cases: empty facts of a group, the change of the fiscal year."""

from django.http import HttpRequest

from accounts.models import Organization
from casework.calendar import fiscal_year
from casework.desk_panels import desk_panel
from casework.parties import Party

#: Facts that the rules of a course ask about, or that a letter needs; see :mod:`grants.eligibility`.
FACTS = ("founded_on", "members_total", "citizen_members", "address", "in_city", "rules_on_file_on")

#: The months in which the office changes the year, until the books close on 31 May.
MARCH, MAY = 3, 5
MONTHS_OF_CHANGE = range(MARCH, MAY + 1)


def empty_facts(request: HttpRequest) -> dict | None:
    """The groups for which the reader writes, each with those of its facts that are empty."""
    duties = request.user.duties
    written = [pk for pk in duties.organizations if duties.edits(pk)]
    groups = Organization.objects.filter(pk__in=written).standing().order_by("name", "pk")
    found = [(group, empty) for group in groups if (empty := _empty(group))]
    return {"groups": found} if found else None


def _empty(group: Organization) -> list[str]:
    return [
        str(Organization._meta.get_field(name).verbose_name)
        for name in FACTS
        if getattr(group, name) in (None, "")
    ]


def change_of_the_year(request: HttpRequest) -> dict | None:
    """From March until the books of the old year close: the page on which the year changes."""
    if request.today.month not in MONTHS_OF_CHANGE:
        return None
    this_year = fiscal_year(request.today)
    return {"year": this_year if request.today.month > MARCH else this_year + 1}


desk_panel(Party.ORGANIZATION, "grants/desk/facts.html", empty_facts, order=10)
desk_panel(Party.OFFICE, "grants/desk/rollover.html", change_of_the_year, order=5)
