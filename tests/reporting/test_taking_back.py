"""What a slip with a collaboration report costs: accepting, returning and "none" are taken back."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import Role
from casework import taking_back
from casework.errors import NotPossible
from casework.services import advance, correct
from reporting import services
from reporting.collaboration_checks import check_collaboration
from reporting.line_checks import Asked
from reporting.models import CollaborationReport, Partner, PartnerPart
from reporting.partner_parts import ask_partners
from reporting.publishing import checks, releases
from tests import factories
from tests.factories import NOON
from tests.reporting import makers

pytestmark = pytest.mark.django_db

SOON, LATER = NOON + timedelta(hours=1), NOON + timedelta(days=1)
UNTIL = date(2026, 12, 18)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


def sent(**words) -> CollaborationReport:
    """A report that was sent while two partners, one registered here, had not answered."""
    report = makers.collaboration(**words)
    group = factories.member(factories.organization()).organizations.get()
    Partner.objects.create(report=report, name="町内会")
    Partner.objects.create(report=report, name=group.name, organization=group)
    clerk = makers.department_clerk(report.department)
    ask_partners(report, due_on=UNTIL, by=clerk, at=NOON)
    return advance(report, "submit", by=clerk, at=NOON)


def parts(report) -> list[str]:
    return [part.state for part in PartnerPart.objects.filter(report=report).order_by("pk")]


def owed(case) -> list[tuple]:
    return list(case.deadlines.open().values_list("kind", "due_on"))


def test_acceptance_by_mistake_is_taken_back_and_partners_are_asked_on(office):
    report = sent()
    before = owed(report), {part.pk: owed(part) for part in report.partner_parts.all()}
    accepted = advance(report, "accept", by=office, at=SOON)
    assert parts(report) == ["closed"] * len(parts(report))

    back = correct(accepted, reason="押しまちがい", by=office, at=LATER)

    assert back.state == "submitted"
    assert set(parts(report)) == {"asked"}
    assert (owed(back), {part.pk: owed(part) for part in back.partner_parts.all()}) == before
    assert [d for own in before[1].values() for d in own] == [("partner_part", UNTIL)]
    assert advance(back, "accept", by=office, at=LATER).state == "accepted"


def test_part_that_was_closed_before_stays_closed(office):
    report = sent()
    report = advance(report, "accept", by=office, at=NOON)
    report = advance(report, "send_back", by=office, at=NOON, reason="写真")
    clerk = makers.department_clerk(report.department)
    report = advance(report, "resubmit", by=clerk, at=NOON)
    report = advance(report, "accept", by=office, at=SOON)

    correct(report, reason="押しまちがい", by=office, at=LATER)

    assert set(parts(report)) == {"closed"}


def test_part_that_was_closed_can_be_asked_anew_on_a_returned_report(office):
    report = advance(sent(), "accept", by=office, at=NOON)
    part = report.partner_parts.order_by("pk").last()
    with pytest.raises(NotPossible):
        advance(part, "ask_anew", by=office, at=NOON, reason="意見を待つ")
    advance(report, "send_back", by=office, at=NOON, reason="意見を待つ")

    part = advance(part, "ask_anew", by=office, at=NOON, reason="意見を待つ", due_on=UNTIL)

    assert part.state == "asked"


@pytest.mark.parametrize("first", ["requested", "drafting"])
def test_none_by_mistake_is_taken_back_by_the_office(office, first):
    department = factories.department()
    (report,) = services.request_collaboration_reports(
        fiscal_year=2025, due_on=UNTIL, by=office, at=NOON
    )
    clerk = makers.department_clerk(department)
    if first == "drafting":
        report = advance(report, "start", by=clerk, at=NOON)
    none = advance(report, "answer_none", by=clerk, at=SOON)
    assert owed(none) == [] and none.closed_at == SOON

    back = correct(none, reason="協働があった", by=office, at=LATER)

    assert (back.state, back.closed_at) == (first, None)
    assert owed(back) == [("collaboration_report", UNTIL)]


def returned(report, office) -> CollaborationReport:
    asked = [Asked("人数を書く", field="results")]
    report = check_collaboration(report, asked=asked, by=office, at=NOON)
    return advance(report, "send_back", by=office, at=SOON, reason="人数を書く")


def test_return_by_mistake_is_taken_back_with_its_notes(office):
    report = returned(sent(), office)
    assert report.field_notes.awaited().count() == 1

    back = correct(report, reason="別の報告書だった", by=office, at=LATER)

    assert back.state == "submitted"
    assert back.field_notes.awaited().count() == 0
    assert [note.asked for note in back.field_notes.being_written()] == ["人数を書く"]


def test_return_stands_once_the_department_has_written_on(office):
    report = returned(sent(), office)
    services.save_collaboration_report(
        report, fields={"results": "のべ61人が参加した。"}, measures=[],
        edit_number=report.edit_number, by=makers.department_clerk(report.department), at=SOON,
    )  # fmt: skip

    with pytest.raises(NotPossible, match="has changed the report"):
        correct(report, reason="別の報告書だった", by=office, at=LATER)


def test_accepted_report_is_returned_until_it_is_published(office):
    report = advance(sent(), "accept", by=office, at=NOON)
    services.record_tabling(report, tabled_on=NOON.date(), by=office, at=NOON)
    last = report.events.order_by("-pk").first()
    assert taking_back.refusal(report, last, at=NOON) == taking_back.NO_MOVE

    report = advance(report, "send_back", by=office, at=NOON, reason="費用の訂正", due_on=UNTIL)
    assert owed(report) == [("collaboration_report", UNTIL)]
    clerk = makers.department_clerk(report.department)
    report = advance(report, "resubmit", by=clerk, at=NOON)
    report = advance(report, "accept", by=office, at=NOON)
    report = factories.approved(report, "publish")

    assert "send_back" not in [move.verb for move in report.moves_from_here()]


def test_report_under_an_approver_is_neither_returned_nor_taken_back(office):
    report = advance(sent(), "accept", by=office, at=NOON)
    release = releases.begin_with(report, by=office, at=NOON)
    for found in checks.in_the_way(release, at=NOON):
        checks.accept(release, found.digest, reason="順序は決めていない", by=office, at=NOON)
    draft = releases.propose(release, by=office, at=NOON)

    with pytest.raises(NotPossible, match="waits in a release"):
        advance(report, "send_back", by=office, at=NOON, reason="費用の訂正")
    with pytest.raises(NotPossible, match="waits in a release"):
        correct(report, reason="押しまちがい", by=office, at=NOON)

    advance(draft, "drop", by=office, at=NOON)
    assert advance(report, "send_back", by=office, at=NOON, reason="費用").state == "returned"


def test_date_of_publication_falls_away_with_a_return_and_comes_back_with_it(office):
    """The move that let it fall away is taken back: it is owed again, by its date."""
    year = makers.granted_year("collaboration", publication_days="30")
    report = makers.collaboration(year.proposal.department)
    report.project_year = year
    report.save()
    report = advance(report, "submit", by=makers.department_clerk(report.department), at=NOON)
    accepted = advance(report, "accept", by=office, at=NOON)
    by_rule = owed(accepted)
    assert [kind for kind, _due in by_rule] == ["publication"]

    report = advance(accepted, "send_back", by=office, at=SOON, reason="費用")
    assert [kind for kind, _due in owed(report)] == ["collaboration_report"]

    assert owed(correct(report, reason="まちがい", by=office, at=LATER)) == by_rule
