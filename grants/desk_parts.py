"""What a group finds on its desk beside its cases: facts about itself that no rule can do without."""

from django.http import HttpRequest

from accounts.models import Organization
from casework.desk_panels import desk_panel
from casework.parties import Party

#: Facts that the rules of a course ask about, or that a letter needs; see :mod:`grants.eligibility`.
FACTS = ("founded_on", "members_total", "citizen_members", "address", "in_city", "rules_on_file_on")


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


desk_panel(Party.ORGANIZATION, "grants/desk/facts.html", empty_facts, order=10)
