"""The grants as 360Giving JSON, an open standard for what funders tell of their grants.

A grant is a project year whose grant was decided. What lacks its amount or its day cannot be told
in that standard: it is left out, and listed with the reason. The schemas stand in
``reporting/standards/360giving``; the tests hold each file against them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from casework import city
from casework.calendar import wareki_year
from grants.models import MeasureReading, ProjectYear, Proposal, ProposalMeasure
from guideline.models import Measure
from reporting.register import ADOPTED, adopted_cases, past_awards

from .amounts import ENDED, PLANNED, status_of, years
from .table import CODE, SECOND, Column, DataSet, Kind, Value

NAME = "360giving.json"
CURRENCY = "JPY"
#: Stands before title and description of an invented grant, in a demonstration.
INVENTED = "【架空】"

#: Why a record is left out, in words.
REASONS = {
    "not_decided": _("the grant is not decided yet"),
    "day_unknown": _("the day of the decision is not known"),
    "amount_and_day_unknown": _("neither amount nor day of the decision is known"),
}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who tells of the grants, and what stands before the ids.

    :param prefix: as 360Giving gives it to a publisher; the code of the municipality until it is set.
    :param corporate_list: what stands before corporate numbers (法人番号); empty while not set.
    :param licence: empty unless the licence is set as an address.
    """

    name: str
    prefix: str
    corporate_list: str
    licence: str

    @property
    def id(self) -> str:
        return self.prefix

    @property
    def is_known(self) -> bool:
        """Whether ids and funder can be written at all."""
        return bool(self.name and self.prefix)

    def id_of(self, organization) -> str:
        """Return the id of a group: its corporate number, or one of ours that stays; never its name."""
        if number := organization.corporate_number:
            return f"{self.corporate_list}-{number}" if self.corporate_list else number
        return f"{self.prefix}-org-{organization.pk}"


def publisher() -> Publisher:
    told = city.values(
        "city_name",
        "giving_prefix",
        "municipality_code",
        "corporate_number_list",
        "open_data_licence",
    )
    licence = told["open_data_licence"]
    return Publisher(
        told["city_name"],
        told["giving_prefix"] or told["municipality_code"],
        told["corporate_number_list"],
        licence if licence.startswith(("https://", "http://")) else "",
    )


def grants(*, fictitious: bool) -> QuerySet[ProjectYear]:
    """Return the project years that can be told as grants."""
    named = ProposalMeasure.objects.select_related("measure__edition").order_by("pk")
    found = years(fictitious=fictitious).filter(granted_yen__isnull=False, decided_on__isnull=False)
    in_force = found.filter(was_revoked=False)
    fetched = in_force.select_related("proposal__round__edition", "proposal__organization")
    read = MeasureReading.objects.newest().select_related("measure__edition").order_by("pk")
    return fetched.prefetch_related(
        Prefetch("proposal__proposal_measures", named), Prefetch("proposal__measure_readings", read)
    )


def parts(told: Publisher, *, fictitious: bool) -> Iterator[str]:
    """Yield the pieces of the file; nothing at all while there is no grant that can be told."""
    if not told.is_known:
        return
    opened = False
    for year in grants(fictitious=fictitious).iterator(chunk_size=500):
        yield ",\n" if opened else _head(told)
        yield json.dumps(_grant(year, told), ensure_ascii=False)
        opened = True
    if opened:
        yield "\n]}\n"


def is_there(told: Publisher, *, fictitious: bool) -> bool:
    """Return whether there is a file: the standard knows none without grants."""
    return told.is_known and grants(fictitious=fictitious).exists()


def _head(told: Publisher) -> str:
    head = {"publisher": {"identifier": told.id, "name": told.name}}
    if told.licence:
        head["license"] = told.licence
    return json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "grants": [\n'


def _grant(year: ProjectYear, told: Publisher) -> dict:
    proposal = year.proposal
    edition, group = proposal.round.edition, proposal.organization
    grant = {
        "id": f"{told.prefix}-{proposal.number}-{year.position}",
        "title": year.title,
        "description": f"{year.title}（{edition.label_ja}、{wareki_year(year.fiscal_year)}）",
        "currency": CURRENCY,
        "amountAwarded": year.granted_yen,
        "awardDate": year.decided_on.isoformat(),
        "recipientOrganization": [{"id": told.id_of(group), "name": group.name}],
        "fundingOrganization": [{"id": told.id, "name": told.name}],
        "grantProgramme": [{"code": edition.course, "title": edition.label_ja}],
        "classifications": [_classification(m) for m in _measures(proposal)],
    }
    if year.asked is not None:
        grant["amountAppliedFor"] = year.asked
    if year.paid is not None:
        grant["amountDisbursed"] = year.paid
    if year.is_invented:  # a field beside those of the standard; in words for whoever drops it
        grant |= {name: INVENTED + grant[name] for name in ("title", "description")}
        grant["fictitious"] = True
    return grant


def _measures(proposal: Proposal) -> list[Measure]:
    """Return the measures as the office reads them, and as the group named them until then."""
    if read := proposal.measure_readings.all():
        return [row.measure for row in read if row.weight]
    return [row.measure for row in proposal.proposal_measures.all()]


def _classification(measure) -> dict:
    return {
        "vocabulary": measure.edition.title,
        "code": f"{measure.edition.code}-{measure.number}",
        "title": measure.title,
    }


def left_out(*, fictitious: bool) -> Iterator[tuple[str, int | None, str, bool]]:
    """Yield what is no grant of the file: project, which year of it, and why; whether invented."""
    found = years(fictitious=fictitious).values_list(
        "proposal__number",
        "position",
        "is_invented",
        "state",
        "granted_yen",
        "was_revoked",
        "decided_on",
    )
    for number, position, invented, state, granted, revoked, day in found.iterator(chunk_size=1000):
        status = status_of(state, granted, revoked)
        if status == PLANNED:
            yield number, position, "not_decided", invented
        elif status != ENDED and day is None:
            yield number, position, "day_unknown", invented
    unbegun = adopted_cases(fictitious=fictitious).filter(stands=True, project_years=None)
    of_cases = unbegun.order_by("number").values_list(
        "number", "round__edition__fictitious", "organization__fictitious"
    )
    for number, *invented in of_cases.iterator(chunk_size=1000):
        yield number, None, "not_decided", any(invented)
    past = past_awards(fictitious=fictitious).filter(status=ADOPTED).order_by("key")
    named = past.values_list("key", "amount_yen", "fictitious")
    for key, yen, invented in named.iterator(chunk_size=1000):
        yield key, None, "amount_and_day_unknown" if yen is None else "day_unknown", invented


def rows(*, fictitious: bool, at: datetime) -> Iterator[tuple[Value, ...]]:
    yield from left_out(fictitious=fictitious)


LEFT_OUT = DataSet(
    "left-out",
    _("What the 360Giving file leaves out"),
    (
        Column(CODE.name, CODE.kind, CODE.meaning, SECOND),
        Column("project_id", Kind.CODE, _("Number of the proposal, or key of the earlier award"), SECOND),
        Column("project_year", Kind.WHOLE, _("Which year of the project it is, from 1; empty for earlier awards and while it has none"), SECOND),
        Column("reason", Kind.CODE, _("not_decided, day_unknown, or amount_and_day_unknown"), SECOND),
        Column("fictitious", Kind.YES_NO, _("Whether the row is invented for a demonstration"), SECOND),
    ),
    rows,
)  # fmt: skip
