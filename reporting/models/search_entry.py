"""What can be found: one row for each thing that is published, with its words as they are shown."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from guideline.models import Titled


class SearchEntryQuerySet(models.QuerySet):
    def public(self, *, fictitious: bool):
        """Keep what the public may read.

        :param fictitious: whether invented things are shown too; only in a demonstration.
        """
        return self if fictitious else self.filter(fictitious=False)


class SearchEntry(Titled):
    """A published thing in the index. It is derived: ``rebuild_search`` makes it anew.

    Its tokens stand beside it in the full text of the database (``reporting.search.store``).

    :param kind: a code of ``reporting.search.sources``.
    :param key: which one of its kind.
    :param text: what is searched and shown in pieces; all of it is published.
    :param text_en: our English translation of words in it, for who reads in English.
    :param course: code of the course; empty where there is none.
    :param measures: ids of measures, with a blank between them.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=100)
    address = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True)
    course = models.CharField(_("course"), max_length=30, blank=True)
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,
        verbose_name=_("department"),
        related_name="+",
    )
    measures = models.TextField(_("measures"), blank=True)
    fictitious = models.BooleanField(default=False)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the search")
        verbose_name_plural = _("entries of the search")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="search_entry_once"),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(key="") & ~Q(address=""), name="search_entry_leads_on"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"
