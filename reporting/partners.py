"""The partners that a department names in its report, row by row."""

from collections.abc import Container, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organization

from .models import CollaborationReport, Partner


def write_partners(report: CollaborationReport, rows: Iterable[dict]) -> None:
    """Bring the partners of a report to what its page says; a row is known by its name.

    A partner that has its entry keeps it: the group may have another name by now, be unconfirmed, or
    share its name. One that is a name alone and was asked for its view is called otherwise where its row
    is: what it says stays its own.

    :raises ValidationError: if a partner is taken out that was asked for its view.
    :param rows: dicts of ``name, share_yen``, where the group has an entry ``organization``, and where
        the page knew the row ``partner``, its id.
    """
    there = {one.name: one for one in report.partners.select_related("part")}
    rows = list(rows)
    named = {row["name"] for row in rows}
    for row in rows:
        partner = there.pop(row["name"], None) or _called_otherwise(there, row, named)
        partner = partner or Partner(report=report, name=row["name"])
        partner.share_yen = row.get("share_yen")
        if partner.organization_id is None:
            partner.organization = row.get("organization")
        partner.save()
    asked = [one for one in there.values() if hasattr(one, "part")]
    if asked:
        words = _(
            "“%(partner)s” was asked for its view and has to stay. If its name is wrong, write the right one into its row; a group of the list cannot become another one."
        )
        raise ValidationError(words % {"partner": asked[0].name})
    for gone in there.values():
        gone.delete()


def _called_otherwise(
    there: dict[str, Partner], row: dict, named: Container[str]
) -> Partner | None:
    """Return the partner of a row under its new name, with the view that it was asked for; else ``None``."""
    known = (one for one in there.values() if one.pk == row.get("partner"))
    partner = next(known, None)
    if (
        partner is None
        or partner.name in named
        or partner.organization_id
        or row.get("organization")
    ):
        return None
    if not hasattr(partner, "part"):
        return None
    del there[partner.name]
    partner.name = row["name"]
    partner.part.title = title_of_part(partner)
    partner.part.save(update_fields=["title"])
    return partner


def title_of_part(partner: Partner) -> str:
    """Return what the view of a partner is called."""
    return f"{partner.report.title}（{partner.name}の意見）"[:200]


def registered(names: Iterable[str]) -> dict[str, Organization]:
    """Return the confirmed groups that are registered here under just these names; of two alike, neither."""
    found: dict[str, list[Organization]] = {}
    groups = Organization.objects.standing().filter(confirmed_at__isnull=False)
    for group in groups.filter(name__in=list(names)):
        found.setdefault(group.name, []).append(group)
    return {name: groups[0] for name, groups in found.items() if len(groups) == 1}
