"""Whether a release holds what an approver signed: digests of what was frozen, recomputed."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from casework import history, verification
from casework.verification import Fault
from reporting import withdrawn_reports
from reporting.models import Release, ReleaseItem
from reporting.models.release import UNDER_WAY

#: What of an item an approver signs; the content by its digest.
SIGNED = ("kind", "key", "action", "title", "fiscal_year", "fictitious", "digest", "note")
#: The states of a release in which its items are frozen.
FROZEN = (*UNDER_WAY, "published")


def digest_of_content(content: dict | None) -> str:
    """Return the digest of what the public reads of an item; of what is withdrawn it reads nothing."""
    return "" if content is None else history.digest_of(content)


def digest_of(release: Release) -> str:
    """Return one digest of all that a release would do."""
    return history.digest_of(list(release.items.order_by("kind", "key").values(*SIGNED)))


def digest_signed(release: Release) -> str | None:
    """Return the digest that an approver signed, as the history has it; ``None`` if nobody did."""
    signed = release.events.filter(verb__in=("publish", "schedule")).order_by("-pk").first()
    return signed.facts.get("digest") if signed else None


def is_as_frozen(item: ReleaseItem) -> bool:
    return digest_of_content(item.content) == item.digest


def is_as_signed(release: Release, digest: str | None) -> bool:
    """Return whether a release holds what bears ``digest``, word for word.

    :param digest: what the approver signed; ``None`` if nobody signed anything.
    """
    items = release.items.order_by("pk").iterator(chunk_size=100)
    return digest is not None and digest == digest_of(release) and all(map(is_as_frozen, items))


# Read back with the history


def _count() -> int:
    return ReleaseItem.objects.filter(release__state__in=FROZEN).count()


def _faults(read: Callable[[], None]) -> Iterator[Fault]:
    for release in Release.objects.filter(state__in=FROZEN).order_by("pk").iterator(chunk_size=100):
        for item in release.items.order_by("pk").iterator(chunk_size=100):
            read()
            if not is_as_frozen(item) and withdrawn_reports.destroyed_on(item) is None:
                what = _("what it froze of %(kind)s %(key)s is not what its digest says")
                yield Fault(release.pk, None, what % {"kind": item.kind, "key": item.key})
        if release.state != "waiting" and digest_signed(release) != digest_of(release):
            yield Fault(release.pk, None, _("what is in the release is not what was signed"))


verification.also_read(_count, _faults)
