"""What every page knows about the installation and about its reader. Read only where it is shown."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from casework import city
from casework.counting import number
from casework.desks import desks_of, waiting_for
from casework.models import Notice
from casework.models.case import CaseQuerySet

#: (address, label, how many things wait there; ``None`` where nothing is counted).
Entry = tuple[str, str, int | None]

#: What the city says of itself on every page.
WORDS = ("program_name", "office_contact")


def site(request: HttpRequest) -> dict[str, object]:
    told = SimpleLazyObject(lambda: _told(request))
    return {
        "DEMO": settings.DEMO,
        "sends_mail": settings.EMAIL_URL_SET,
        "today": getattr(request, "today", None),
        "program_name": SimpleLazyObject(lambda: told["program_name"]),
        "contact": SimpleLazyObject(lambda: told["office_contact"]),
        "desks": SimpleLazyObject(lambda: _menu(request.user, told) if _reader(request) else []),
        "accessibility_url": reverse("casework:accessibility"),
        "privacy_url": reverse("casework:privacy"),
        "demo_clock_url": reverse("casework:demo-clock") if _moves_the_clock(request) else "",
    }


def _moves_the_clock(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return settings.DEMO and user is not None and user.is_authenticated


def _reader(request: HttpRequest) -> User | None:
    """Return who reads the page with a menu of their own."""
    user = getattr(request, "user", None)
    has_menu = user is not None and user.is_authenticated and user.acting_on is not None
    return user if has_menu else None


def _told(request: HttpRequest) -> dict[str, object]:
    """Return the words of the city and the numbers of the menu, in one query: every page asks it."""
    user = _reader(request)
    if user is None:
        return city.values(*WORDS)
    received = Notice.objects.addressed_to(user).filter(state=Notice.State.SENT)
    unread = received.with_done().filter(read_at=None, is_done=False)
    asked = {
        desk.party: number(waiting_for(user, desk.party)) for desk in desks_of(user) if desk.acts
    }
    asked |= {code: city.asked(code) for code in WORDS}
    return User.objects.filter(pk=user.pk).values(**asked, unread=number(unread)).get()


def _menu(user: User, told: dict) -> list[Entry]:
    """Return the entries of the reader's own menu: desks, cases, mailbox."""
    entries: list[Entry] = [
        (reverse(desk.url_name), str(desk.title), told.get(desk.party)) for desk in desks_of(user)
    ]
    if user.duties.holds(*CaseQuerySet.READERS_OF_FILED):
        entries.append((reverse("casework:cases"), _("Cases"), None))
    return [*entries, (reverse("casework:mailbox"), _("Mailbox"), told["unread"])]
