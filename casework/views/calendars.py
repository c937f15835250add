"""The month of a person, and the private address at which their phone reads the same dates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import feeds, icalendar_files, month
from casework.dates import open_between
from casework.models import CalendarFeed, ClosedDay

CALENDAR = gettext_lazy("Calendar")


def calendar_response(content: bytes, name: str) -> HttpResponse:
    """Answer with a calendar.

    :param name: of the file, in ASCII and without ending.
    """
    response = HttpResponse(content, content_type=icalendar_files.MEDIA_TYPE)
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response


@require_safe
@login_required
def calendar_month(request):
    """What is owed in one month, on a wall calendar; without a month in the address, this one."""
    try:
        first = month.first_of(request.GET.get("month") or f"{request.today:%Y-%m}")
    except ValueError as error:
        raise Http404(str(error)) from None
    deadlines = open_between(request.user, *month.bounds(first))
    closed = ClosedDay.objects.filter(day__range=month.bounds(first)).values_list("day", "name")
    before, after = month.neighbours(first)
    context = {
        "first": first,
        "before": before,
        "after": after,
        "weeks": month.weeks(first, deadlines=deadlines, closed=dict(closed)),
        "deadlines": deadlines,
    }
    return render(request, "casework/calendar.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_feed(request):
    """How to have one's dates on a phone; a new address is shown this once, and never again."""
    address, scope = "", _scope(request)
    if request.method == "POST":
        _feed, token = feeds.make_feed(by=request.user, at=request.now, scope=scope)
        address = feeds.feed_address(token)
    standing = {feed.scope: feed for feed in CalendarFeed.objects.live().filter(user=request.user)}
    context = {
        "address": address,
        "address_of": CalendarFeed.Scope(scope).label,
        "subscribe": f"webcal://{address.partition('://')[2]}" if address else "",
        "calendars": [
            (kind, kind.label, standing.get(kind.value)) for kind in _calendars_of(request.user)
        ],
        "trail": [(reverse("casework:calendar"), CALENDAR), ("", _("Dates on your phone"))],
    }
    return render(request, "casework/calendar_feed.html", context)


def _calendars_of(user) -> list[CalendarFeed.Scope]:
    """Return the calendars that ``user`` can have an address of."""
    of_office = user.has_perm("casework.read_office_calendar")
    return list(CalendarFeed.Scope) if of_office else [CalendarFeed.Scope.OWN]


def _scope(request) -> str:
    """Return which calendar a form is about; one's own where it names none that there is."""
    named = request.POST.get("scope")
    return named if named in CalendarFeed.Scope.values else CalendarFeed.Scope.OWN


@login_required
@require_POST
def calendar_feed_revoke(request):
    """Let the address lead nowhere from now on."""
    if feeds.revoke_feed(by=request.user, at=request.now, scope=_scope(request)):
        messages.success(request, _("The address leads nowhere any more."))
    return redirect("casework:calendar-feed")


@never_cache
@require_safe
def feed(request, token):
    """The dates of the person to whom this secret address belongs, for a program that logs in nowhere."""
    found = feeds.find_feed(token)
    if found is None:
        raise Http404
    return calendar_response(feeds.written(found, at=request.now), "dates")
