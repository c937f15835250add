"""The partners that a department names in its report, row by row."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organization

from .models import CollaborationReport, Partner


def write_partners(report: CollaborationReport, rows: Iterable[dict]) -> None:
    """Bring the partners of a report to what its page says; a row is known by its name.

    A partner that has its entry keeps it: the group may have another name by now, be unconfirmed, or
    share its name.

    :raises ValidationError: if a partner is taken out that was asked for its view.
    :param rows: dicts of ``name, share_yen`` and, where the group has an entry, ``organization``.
    """
    there = {one.name: one for one in report.partners.select_related("part")}
    for row in rows:
        partner = there.pop(row["name"], None) or Partner(report=report, name=row["name"])
        partner.share_yen = row.get("share_yen")
        if partner.organization_id is None:
            partner.organization = row.get("organization")
        partner.save()
    asked = [one for one in there.values() if hasattr(one, "part")]
    if asked:
        words = _("“%(partner)s” was asked for its view and has to stay.")
        raise ValidationError(words % {"partner": asked[0].name})
    for gone in there.values():
        gone.delete()


def registered(names: Iterable[str]) -> dict[str, Organization]:
    """Return the confirmed groups that are registered here under just these names; of two alike, neither."""
    found: dict[str, list[Organization]] = {}
    groups = Organization.objects.standing().filter(confirmed_at__isnull=False)
    for group in groups.filter(name__in=list(names)):
        found.setdefault(group.name, []).append(group)
    return {name: groups[0] for name, groups in found.items() if len(groups) == 1}
