"""Releases (公開): what is proposed for the public, what was approved, and what is public now."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.models import Case
from casework.models.case import CaseQuerySet
from reporting.publishing.flow import RELEASE_FLOW

#: The states in which what a release holds is frozen and waits to become public.
UNDER_WAY = ("waiting", "scheduled")


class ReleaseQuerySet(CaseQuerySet):
    def due(self, at):
        """Keep what was approved for a moment that has come."""
        return self.filter(state="scheduled", publish_at__lte=at)


class Release(Case):
    """A set of things that become public together, by one approval.

    :param publish_at: the moment at which it becomes public; empty: when it is approved.
    :param published_at: when it did.
    """

    KIND = "release"
    flow = RELEASE_FLOW
    label = _("Release (公開)")

    case_ptr = models.OneToOneField(
        Case, on_delete=models.CASCADE, parent_link=True, related_name="as_release"
    )
    publish_at = models.DateTimeField(_("becomes public at"), null=True, blank=True)
    published_at = models.DateTimeField(_("became public"), null=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")

    @RELEASE_FLOW.move
    def propose(self, **facts): ...

    @RELEASE_FLOW.move
    def reopen(self, **facts): ...

    @RELEASE_FLOW.move
    def publish(self, *, at, **facts):
        self.published_at = at

    @RELEASE_FLOW.move
    def schedule(self, **facts): ...

    @RELEASE_FLOW.move
    def go_public(self, *, at, **facts):
        self.published_at = at

    @RELEASE_FLOW.move
    def stop(self, **facts): ...

    @RELEASE_FLOW.move
    def drop(self, **facts): ...


class Kind(models.TextChoices):
    """What can be released."""

    REPORT = "report", _("Collaboration report")
    REGISTER = "register", _("Register of adopted projects, and open data")
    PROGRESS = "progress", _("Progress of the guideline’s measures")
    FIGURES = "figures", _("Figures of a fiscal year")


class Action(models.TextChoices):
    """What a release does with one thing."""

    PUBLISH = "publish", _("Publish")
    CORRECT = "correct", _("Publish a correction")
    WITHDRAW = "withdraw", pgettext_lazy("publication", "Withdraw")


class ReleaseItem(models.Model):
    """One thing in a release.

    :param key: which report, edition and day, or fiscal year; see ``docs/publication.md``.
    :param number: of the version of this thing that the public read; 1 for the first, empty before
        the release is public.
    :param replaces: the version that stood, or was withdrawn, when it was put in; 0: there was none.
        Is it another one by now, what is done with it, and its note, rest on what is no more.
    :param content: what the public reads, frozen when the release is proposed; empty of what is
        withdrawn, while the release is put together, and once it was stopped or destroyed.
    :param digest: SHA-256 of the content as canonical JSON; stays when the content goes.
    :param note: for the public: what was corrected, or why it was withdrawn.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=60)
    action = models.CharField(_("what is done"), max_length=10, choices=Action.choices)
    number = models.PositiveSmallIntegerField(null=True, editable=False)
    replaces = models.PositiveSmallIntegerField(
        _("version that it replaces"), default=0, editable=False
    )
    title = models.CharField(_("title"), max_length=200)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True)
    fictitious = models.BooleanField(_("fictitious"), default=False)
    content = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("note for the public"), blank=True)

    class Meta:
        verbose_name = _("item of a release")
        constraints = [
            models.UniqueConstraint(fields=["release", "kind", "key"], name="release_names_once"),
            models.UniqueConstraint(fields=["kind", "key", "number"], name="released_number_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="release_kind_known"),
            models.CheckConstraint(
                condition=Q(action__in=Action.values), name="release_action_known"
            ),
            models.CheckConstraint(
                condition=Q(action=Action.PUBLISH) | ~Q(note="") | Q(number__isnull=True),
                name="release_change_has_a_note",
            ),
        ]

    def __str__(self):
        return f"{self.release_id}: {self.action} {self.kind} {self.key}"

    @property
    def withdraws(self) -> bool:
        return self.action == Action.WITHDRAW

    @property
    def is_open(self) -> bool:
        """Whether nothing is frozen yet, so that it reads as the thing stands."""
        return self.content is None and not self.withdraws and self.release.state == "draft"

    @property
    def is_gone(self) -> bool:
        """Whether what was frozen is there no more."""
        return self.content is None and not self.withdraws and self.release.state != "draft"


class PublicEntryQuerySet(models.QuerySet):
    def shown(self, *, fictitious: bool):
        """Keep what the public meets at some address: a page, or the tombstone of one.

        :param fictitious: whether what is invented is shown too; only in a demonstration.
        """
        return self if fictitious else self.filter(item__fictitious=False)

    def standing(self):
        """Leave out what was withdrawn."""
        return self.exclude(item__action=Action.WITHDRAW)

    def listed(self):
        """Fetch what lists say of each, without the contents."""
        return (
            self.select_related("item")
            .defer("item__content")
            .annotate(at=F("item__release__published_at"))
        )


class PublicEntry(models.Model):
    """What is public now under one address: the item of the newest published release.

    :param first_at: since when there is something under the address.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=60)
    item = models.OneToOneField(ReleaseItem, on_delete=models.PROTECT, related_name="entry")
    first_at = models.DateTimeField()

    objects = PublicEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="public_entry_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"


class AcceptedWarning(models.Model):
    """A finding that somebody looked at and lets stand. Only added.

    :param finding: digest of check, page, place and words: another finding is not accepted by it.
    :param before: where it was accepted first, if the public read it unchanged ever since; who said
        why, and when, is as it was there.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="accepted_warnings")
    finding = models.CharField(max_length=64)
    check_code = models.CharField(max_length=30)
    reason = models.TextField(_("why it can stand"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("accepted before"),
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "finding"], name="warning_accepted_once"),
        ]

    def __str__(self):
        return f"{self.release_id}: {self.check_code}"
