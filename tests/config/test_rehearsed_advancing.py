"""What the demo year says of the measures that its projects advance: confirmed, corrected, weighed, left."""

import pytest
import time_machine

from accounts.models import Role
from casework.services import advance
from config.rehearsal import advancing, cast, outcomes
from config.rehearsal.program import Program
from config.rehearsal.stage import Stage
from grants.measure_years import Tally, brought_to, counted_cases
from grants.models import MeasureReading, Proposal
from grants.unread_measures import unread_cases
from reporting.measure_outcomes import outcomes_of, proofs_of
from tests import factories
from tests.factories import NOON
from tests.grants.test_measure_years import granted, invented, named
from tests.reporting import makers
from tests.reporting.makers import LATER, group_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    factories.measure()
    factories.measure()
    stage = Stage(2026, until=NOON)
    stage.at = NOON
    with time_machine.travel(NOON, tick=False):
        return stage, Program(cast.gather(2026, since=NOON.date(), at=NOON))


def called(title: str) -> Proposal:
    proposal = granted(80_000)
    Proposal.objects.filter(pk=proposal.pk).update(title=title)
    return Proposal.objects.get(pk=proposal.pk)


def test_office_confirms_corrects_weighs_and_leaves_some_for_the_visitor(program):
    stage, invented_program = program
    plain, weighed = called("ほかの事業"), called("里山たんけん学校")
    corrected, left = called("ほたるの川 再生"), called("えんがわ出張相談")
    stage.when = lambda *day, **hour: NOON  # the story goes through what waits on every such day

    for _moment in advancing.read_what_was_adopted(stage, invented_program):
        pass

    office = factories.user(Role.OFFICE).act_on(NOON.date())
    assert list(unread_cases(office)) == [left]
    readings = MeasureReading.objects.order_by("pk")
    assert [r.weight for r in readings.filter(proposal=plain)] == [100]
    assert [r.weight for r in readings.filter(proposal=weighed)] == [60, 40]
    (said,) = readings.filter(proposal=corrected)
    assert said.measure_id != said.named_id == named(corrected).pk
    assert all("（架空）" in text for text in (said.how, said.reason))
    brought = brought_to(invented(), counted_cases(fictitious=True))
    tally = Tally.of(brought.parts)
    assert (tally.confirmed, tally.named, tally.yen.decided) == (3, 1, 240_000)


def test_reports_say_what_came_of_each_measure_with_evidence_and_are_read_on_its_page(
    program, client
):
    stage, invented_program = program
    year = makers.granted_year()
    Proposal.objects.filter(pk=year.proposal_id).update(title="里山たんけん学校")
    advancing.read(stage, invented_program, Proposal.objects.get(pk=year.proposal_id))
    report = makers.written_report(year)
    makers.receipt(report)
    stage.at = LATER

    outcomes.tell_what_came_of_it(stage, report, group_of(report), people=120)

    told = outcomes_of(report)
    assert sorted(row.figure for row in told) == [60, 120]
    assert {e.code for row in told for e in row.evidence.all()} == {
        c for c, _ in proofs_of(report, group_of(report))
    }
    advance(report, "submit", by=group_of(report), at=LATER)
    client.force_login(factories.user(Role.OFFICE))
    for row in told:
        page = client.get(row.measure.get_absolute_url()).content.decode()
        assert f"参加者 {row.figure}人" in page


def test_department_tells_of_the_measures_as_the_office_reads_them(program):
    stage, invented_program = program
    proposal = called("里山たんけん学校")
    advancing.read(stage, invented_program, proposal)

    told = outcomes.advanced_by(proposal)

    standing = MeasureReading.objects.filter(proposal=proposal).values_list("measure", flat=True)
    assert {row["measure_id"] for row in told} == set(standing)
    assert all(row["how"] for row in told)
