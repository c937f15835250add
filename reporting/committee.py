"""What the committee (市民活動推進委員会) reads on its desk: reports and the guideline's progress.

Of the reports it reads what is public, what it received in writing (:mod:`reporting.tablings`), and of
one that it received otherwise before its publication only that it did: no personal data.  Of the
guideline's progress it reads every day.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.days_named import day_in
from accounts.models import Role
from casework import calendar
from casework.desk_links import desk_link
from casework.desk_panels import desk_panel
from guideline.chart import chart
from guideline.models import Edition, Progress, fiscal_year_name
from guideline.summary import as_of, status_counts

from .models import CollaborationReport, Tabling
from .views.public import shown

#: How many reports the desk shows; the list of reports has them all.
NEWEST = 10


def since(request: HttpRequest) -> date:
    """Return the Japan date from which things are new: as asked, or the fiscal year's first day."""
    asked = day_in(request.GET.get("since"))
    return asked or calendar.first_day(calendar.fiscal_year(request.today))


def reports(request: HttpRequest) -> dict:
    """The reports published last, those received since a day, and those received but not public."""
    first = since(request)
    public = CollaborationReport.objects.public(fictitious=settings.DEMO).with_publication()
    newest = public.order_by("-first_published_at", "pk")
    count = public.filter(_is_new(first)).count()
    return {
        "since": first,
        "new_reports": count,
        "texts": [_marked(report, first) for report in newest[:NEWEST]],
        "more": public.count() > NEWEST,
        "received": _received_only(),
    }


def _is_new(first: date) -> Q:
    return Q(first_published_at__date__gte=first) | Q(tabled_on__gte=first)


def _marked(report: CollaborationReport, first: date) -> dict:
    text = shown(report)
    days = [calendar.japan_date(text["published_at"]), report.tabled_on]
    return {**text, "is_new": any(day and day >= first for day in days)}


def _received_only() -> Iterable[CollaborationReport]:
    """Return the reports that the committee received and nobody has published yet."""
    tabled = CollaborationReport.objects.filter(tabled_on__isnull=False, publication__isnull=True)
    if not settings.DEMO:
        tabled = tabled.filter(department__fictitious=False)
    return tabled.select_related("department").order_by("-tabled_on", "pk")


def guideline(request: HttpRequest) -> dict:
    """How far the measures have come, by class, and which rows are new since a day."""
    first = since(request)
    seen = Progress.objects.visible_to(request.user)
    edition = _edition(seen)
    day = as_of(edition, request.user) if edition else None
    rows = seen.filter(as_of__gte=first).select_related("measure__edition")
    return {
        "since": first,
        "edition": edition,
        "as_of": day,
        "chart": chart(status_counts(edition, day, request.user)) if day else None,
        "new_rows": rows.order_by("-as_of", "measure__number", "pk"),
    }


def _edition(seen: QuerySet[Progress]) -> Edition | None:
    """Return the edition whose progress was recorded last."""
    last = seen.order_by("-as_of", "-measure__edition").select_related("measure__edition").first()
    return last.measure.edition if last else None


def to_comment_on(request: HttpRequest) -> dict | None:
    """The reports that the committee received in writing, and on which it comments now."""
    open_ones = Q(comments_until__isnull=True) | Q(comments_until__gte=request.today)
    found = Tabling.objects.visible_to(request.user).filter(open_ones)
    rows = list(found.annotate(number=Count("tabled")).order_by("comments_until", "-pk")[:NEWEST])
    for one in rows:
        one.year_name = fiscal_year_name(one.fiscal_year)
    return {"tablings": rows} if rows else None


desk_panel(Role.COMMITTEE, "reporting/desk/to_comment_on.html", to_comment_on, order=5)
desk_panel(Role.COMMITTEE, "reporting/desk/reports.html", reports, order=10)
desk_link(Role.COMMITTEE, _("Written reports to the committee"), "reporting:tablings", order=5)
desk_panel(Role.COMMITTEE, "reporting/desk/guideline.html", guideline, order=20)
desk_link(Role.COMMITTEE, _("Collaboration reports"), "reporting:reports", order=10)
desk_link(Role.COMMITTEE, _("Guideline"), "guideline:index", order=20)
desk_link(Role.COMMITTEE, _("Crosswalk"), "guideline:crosswalk", order=30)
desk_link(Role.COMMITTEE, _("Adopted projects"), "reporting:register", order=40)
desk_link(Role.COMMITTEE, _("Open data"), "reporting:open-data", order=50)
