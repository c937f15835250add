"""Warnings that were accepted when what is public now was released, and are found unchanged again.

Nobody is asked twice for one reason: it is shown with its day, and carried on into the new release.
Only from the release that the public reads now: what was taken out meanwhile, or withdrawn, and
comes back, is asked for anew.
"""

from django.db.models import Exists, OuterRef

from reporting.models import AcceptedWarning, PublicEntry, Release

#: Kind and key of a thing, and the digest of what was found in it.
Known = tuple[str, str, str]


def accepted_before(release: Release) -> dict[Known, AcceptedWarning]:
    """Return what was accepted of the things in ``release`` when their public version was released."""
    inside = release.items.filter(kind=OuterRef("kind"), key=OuterRef("key"))
    standing = PublicEntry.objects.standing().filter(Exists(inside))
    things: dict[int, list[tuple[str, str]]] = {}
    for kind, key, of in standing.values_list("kind", "key", "item__release"):
        things.setdefault(of, []).append((kind, key))
    rows = AcceptedWarning.objects.filter(release__in=set(things) - {release.pk})
    return {
        (*thing, row.finding): row
        for row in rows.select_related("by", "release", "before__release").order_by("pk")
        for thing in things[row.release_id]
    }


def carry_on(release: Release, row: AcceptedWarning) -> AcceptedWarning:
    """Let what was accepted before count for ``release``: who said why, and when, stays as it was."""
    said = {name: getattr(row, name) for name in ("check_code", "reason", "by", "at")}
    carried, _made = AcceptedWarning.objects.get_or_create(
        release=release, finding=row.finding, defaults={**said, "before": row.before or row}
    )
    return carried
