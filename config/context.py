"""What every page knows about the installation and about its reader. Read only where it is shown."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from casework import city
from casework.desks import desks_of, waiting_for
from casework.models import Notice
from casework.models.case import CaseQuerySet

#: (address, label, how many things wait there; ``None`` where nothing is counted).
Entry = tuple[str, str, int | None]


def site(request: HttpRequest) -> dict[str, object]:
    told = SimpleLazyObject(lambda: city.values("program_name", "office_contact"))
    return {
        "DEMO": settings.DEMO,
        "sends_mail": settings.EMAIL_URL_SET,
        "today": getattr(request, "today", None),
        "program_name": SimpleLazyObject(lambda: told["program_name"]),
        "contact": SimpleLazyObject(lambda: told["office_contact"]),
        "desks": SimpleLazyObject(lambda: desks(request)),
        "accessibility_url": reverse("casework:accessibility"),
        "privacy_url": reverse("casework:privacy"),
        "demo_clock_url": reverse("casework:demo-clock") if _moves_the_clock(request) else "",
    }


def _moves_the_clock(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return settings.DEMO and user is not None and user.is_authenticated


def desks(request: HttpRequest) -> list[Entry]:
    """Return the entries of the reader's own menu: desks, cases, mailbox."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.acting_on is None:
        return []
    entries: list[Entry] = [
        (
            reverse(desk.url_name),
            str(desk.title),
            waiting_for(user, desk.party).count() if desk.acts else None,
        )
        for desk in desks_of(user)
    ]
    if user.duties.holds(*CaseQuerySet.READERS_OF_FILED):
        entries.append((reverse("casework:cases"), _("Cases"), None))
    received = Notice.objects.addressed_to(user).filter(state=Notice.State.SENT)
    unread = received.with_done().filter(read_at=None, is_done=False)
    return [*entries, (reverse("casework:mailbox"), _("Mailbox"), unread.count())]
