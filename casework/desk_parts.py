"""What casework itself puts on desks beside their cases."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role

from . import (
    by_post,
    messaging,
    outbox_keeping,
    oversight,
    representatives,
    restored,
    typed_numbers,
)
from .desk_links import desk_link
from .desk_panels import desk_panel
from .models.message import WRITERS
from .parties import Party

for role in (Role.OFFICE, Role.ADMINISTRATOR):
    desk_panel(role, "casework/desk/restored.html", restored.desk_part, order=1)

desk_panel(Role.AUDITOR, "casework/desk/term.html", oversight.right_to_read, order=10)
desk_panel(Role.AUDITOR, "casework/desk/seal.html", oversight.sealed, order=20)
desk_panel(Role.AUDITOR, "casework/desk/events.html", oversight.newest_events, order=30)

desk_panel(Role.ADMINISTRATOR, "casework/desk/setup.html", oversight.first_steps, order=10)
desk_panel(Role.ADMINISTRATOR, "casework/desk/duties.html", oversight.ending_duties, order=20)
desk_panel(Role.ADMINISTRATOR, "casework/desk/groups.html", oversight.unconfirmed_groups, order=30)
desk_panel(Role.ADMINISTRATOR, "casework/desk/seal.html", oversight.sealed, order=50)

desk_panel(Role.OFFICE, "casework/desk/setup.html", oversight.first_steps_left, order=10)
desk_panel(Role.OFFICE, "casework/desk/post.html", by_post.desk_part, order=15)
desk_panel(Role.OFFICE, "casework/desk/letter_numbers.html", typed_numbers.desk_part, order=14)
desk_panel(Role.OFFICE, "casework/desk/held.html", outbox_keeping.desk_part, order=16)
desk_panel(Role.OFFICE, "casework/desk/groups.html", oversight.groups_to_confirm, order=20)
desk_panel(Role.OFFICE, "casework/desk/representatives.html", representatives.on_desk, order=21)

for party in WRITERS:
    desk_panel(
        party, "casework/desk/messages.html", partial(messaging.on_desk, party.value), order=5
    )
for party in Party:
    desk_link(party, _("Calendar"), "casework:calendar", order=70)

desk_link(Role.AUDITOR, _("Cases of groups"), "casework:cases", order=10)
desk_link(Role.AUDITOR, _("Approvals"), "casework:cases", order=20, query="kind=approval")
desk_link(Role.AUDITOR, _("Groups"), "accounts:organization-list", order=30)
desk_link(Role.AUDITOR, _("Outbox"), "casework:outbox", order=80)
desk_link(Role.AUDITOR, _("Settings"), "casework:settings", order=90)
desk_link(Role.AUDITOR, _("Retention"), "casework:retention", order=95)
desk_link(Role.AUDITOR, _("Engine room"), "casework:engine", order=100)
desk_link(Role.ADMINISTRATOR, _("People and duties"), "accounts:person-list", order=10)
desk_link(Role.ADMINISTRATOR, _("Add a person"), "accounts:person-add", order=20)
desk_link(Role.ADMINISTRATOR, _("Groups"), "accounts:organization-list", order=30)
desk_link(Role.ADMINISTRATOR, _("Engine room"), "casework:engine", order=40)
desk_link(Role.ADMINISTRATOR, _("Retention"), "casework:retention", order=45)
desk_link(Role.ADMINISTRATOR, _("Texts of notices"), "casework:notice-texts", order=50)
desk_link(Role.ADMINISTRATOR, _("Reminder ladders"), "casework:ladders", order=50)
