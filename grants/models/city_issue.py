"""A problem that a department would like to solve together with groups (業務課題)."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.flow import Text
from casework.models import Case
from casework.models.case import CaseQuerySet
from grants.city_issue_flow import CITY_ISSUE_FLOW

from .proposal import Proposal

#: What an issue cannot do without.
WANTED = ("title", "problem", "offers", "seeks")
PUBLIC = ("published", "closed")


class Standing(models.TextChoices):
    """How the public reads of an issue where it stands."""

    OPEN = "open", pgettext_lazy("city issue", "Open")
    TAKEN_UP = "taken_up", pgettext_lazy("city issue", "Taken up")
    CLOSED = "closed", pgettext_lazy("city issue", "Closed")


class CityIssueQuerySet(CaseQuerySet):
    def public(self, *, fictitious: bool):
        """Keep what the public may read.

        :param fictitious: whether issues of invented departments are shown too.
        """
        found = self.filter(state__in=PUBLIC)
        return found if fictitious else found.filter(department__fictitious=False)

    def with_standing(self):
        """Tell of each as ``is_taken_up`` whether a project that answers it stands as adopted."""
        adopted = Proposal.objects.standing().filter(city_issue=OuterRef("pk"))
        return self.select_related("department").annotate(is_taken_up=Exists(adopted))

    def standing_as(self, standing: str, *, today: date):
        """Keep what the public reads as ``standing``; asked ``with_standing``."""
        over = Q(state="closed") | Q(until__lt=today)
        if standing == Standing.TAKEN_UP:
            return self.filter(is_taken_up=True)
        return self.filter(over if standing == Standing.CLOSED else ~over, is_taken_up=False)


class CityIssue(Case):
    """What a department lists in one fiscal year; a request to list something is one, too.

    It names no person: who asks writes to the shared mailbox of the department.

    :param until: last day on which the department looks for a group; empty is "not set".
    :param request_key: department and fiscal year of a request by the office, which is made once.
    """

    KIND = "city_issue"
    flow = CITY_ISSUE_FLOW
    label = _("City issue")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_city_issue"
    )
    problem = models.TextField(_("what the problem is"), blank=True)
    offers = models.TextField(_("what the department can bring"), blank=True)
    seeks = models.TextField(_("what it looks for in a group"), blank=True)
    until = models.DateField(_("looked for until"), null=True, blank=True)
    request_key = models.CharField(max_length=40, null=True, unique=True, editable=False)  # noqa: DJ001
    edit_number = models.PositiveIntegerField(default=0, editable=False)

    objects = CityIssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("city issue")
        verbose_name_plural = _("city issues")

    @property
    def plain_page(self) -> str:
        """The path of its page on the static site, in Japanese. It never changes."""
        return f"issues/{self.fiscal_year}/{self.pk}.html"

    def get_absolute_url(self) -> str:
        return reverse("grants:city-issue", args=[self.pk])

    def standing_on(self, today: date) -> Standing:
        """Return how the public reads where it stands; asked ``with_standing``.

        A group can begin a proposal from it only while it is open.

        :param today: Japan date.
        """
        if self.is_taken_up:
            return Standing.TAKEN_UP
        return (
            Standing.CLOSED if self.state != "published" or self.is_over(today) else Standing.OPEN
        )

    def is_over(self, today: date) -> bool:
        """Return whether the last day on which a group is looked for lies before ``today``."""
        return self.until is not None and self.until < today

    def missing_parts(self) -> list[Text]:
        """Return, in words, what has to be there before it can be sent."""
        return [
            format_lazy(_("“{field}” is empty."), field=self._meta.get_field(name).verbose_name)
            for name in WANTED
            if not str(getattr(self, name)).strip()
        ]

    @CITY_ISSUE_FLOW.move
    def start(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def send(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def send_back(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def resend(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def publish(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def close(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def answer_none(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def withdraw(self, **facts): ...

    @CITY_ISSUE_FLOW.move
    def extend(self, **facts): ...
