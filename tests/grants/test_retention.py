"""What the program keeps for how long: proposals with their projects, drafts, who pledged."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import Role
from casework import approvals, destruction, files, retention, verification
from casework.approvals import Wish
from casework.calendar import JAPAN, japan_date
from casework.models import Case, Destruction, Remark, StoredFile
from casework.services import advance
from grants.models import AgreementSignature, ProjectYear, Proposal
from reporting.models import Report
from tests import factories
from tests.case_pages import whole_page
from tests.casework.cases import filed, group_of
from tests.factories import NOON
from tests.remembering import remembered
from tests.reporting import makers

pytestmark = pytest.mark.django_db

YEARS = 5
DUE = datetime(2032, 4, 1, 3, 40, tzinfo=JAPAN)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def sender(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return factories.sender()


@pytest.fixture
def office():
    return factories.user(Role.OFFICE)


@remembered
def destroy(office, *codes: str) -> Destruction:
    """Propose, draft and approve what is due of these classes after five years."""
    for code in codes:
        retention.set_period(code, YEARS, source="試験", by=office, at=NOON)
    listed = destruction.propose(at=DUE)
    draft = approvals.draft("廃棄", [Wish(listed, "destroy")], by=office, at=DUE)
    approver = factories.user(Role.APPROVER)
    advance(draft, "approve", by=approver, at=DUE, decided_on=japan_date(DUE))
    return listed


def over(day) -> set[int]:
    return set(retention.cases_over(day).values_list("pk", flat=True))


def test_proposal_is_over_with_the_last_year_of_its_project(office):
    proposal = makers.ready_proposal("collaboration", office=office, years=2)
    first, second = proposal.project_years.order_by("position")
    long_after = japan_date(NOON + timedelta(days=4000))

    assert proposal.closed_at is None
    ProjectYear.objects.filter(pk=first.pk).update(closed_at=NOON)
    assert not {proposal.pk, first.pk} & over(long_after)
    ProjectYear.objects.filter(pk=second.pk).update(closed_at=NOON + timedelta(days=700))
    assert {proposal.pk, first.pk, second.pk} <= over(long_after)
    assert not {proposal.pk, first.pk} & over(japan_date(NOON + timedelta(days=699)))


@remembered
def three_years_with_a_report(office):
    """A project of three years; a file and a remark are in the accepted report on the first."""
    proposal = makers.ready_proposal("collaboration", office=office, years=3)
    years = list(proposal.project_years.order_by("position"))
    report = Report.objects.create(
        title="一年目の報告", fiscal_year=2026, organization=proposal.organization,
        project_year=years[0], opened_at=NOON,
    )  # fmt: skip
    files.store(report, ContentFile(PDF, name="領収書.pdf"), label="", by=office, at=NOON)
    Remark.objects.create(case=report, text="確認", salt="0", by=office, at=NOON)
    Case.objects.filter(pk__in=[report.pk, years[0].pk]).update(closed_at=NOON)
    return proposal, years, report


def close_rest(years) -> None:
    Case.objects.filter(pk__in=[year.pk for year in years]).update(closed_at=NOON)


def test_report_is_over_with_the_last_year_of_its_project(office):
    proposal, years, report = three_years_with_a_report(office)
    long_after = japan_date(NOON + timedelta(days=4000))

    assert report.pk not in over(long_after)
    assert not retention.classes()["files"].due(long_after).filter(case=report.pk).exists()
    close_rest(years)
    assert {proposal.pk, report.pk} <= over(japan_date(NOON))


def test_report_that_is_still_open_is_not_over_with_its_project(office):
    _proposal, years, report = three_years_with_a_report(office)
    close_rest(years)
    Case.objects.filter(pk=report.pk).update(closed_at=None)

    assert report.pk not in over(japan_date(NOON))


@pytest.mark.parametrize("part", ["proposal", "first", "last", "report"])
def test_hold_on_any_part_of_a_project_holds_all_of_it(office, part):
    proposal, years, report = three_years_with_a_report(office)
    close_rest(years)
    parts = {"proposal": proposal, "first": years[0], "last": years[-1], "report": report}
    retention.hold(parts[part], reason="監査", by=office, at=NOON)

    for code in ("files", "remarks"):
        kept = retention.classes()[code]
        due = kept.due(japan_date(NOON)).filter(case__in=[proposal.pk, report.pk])
        assert due.exists() and not due.exclude(pk__in=retention.held(kept, due)).exists()


def test_hold_on_one_project_does_not_hold_another(office):
    _proposal, years, report = three_years_with_a_report(office)
    close_rest(years)
    retention.hold(filed(), reason="監査", by=office, at=NOON)

    kept = retention.classes()["files"]
    due = kept.due(japan_date(NOON)).filter(case=report.pk)
    assert due.exists() and not retention.held(kept, due).exists()


def test_name_under_an_agreement_goes_with_its_project_and_the_signature_stays(office):
    _proposal, years, _report = three_years_with_a_report(office)
    signed = AgreementSignature.objects.create(
        year=years[0], party="organization", name="代表 花子", signed_on=japan_date(NOON), by=office,
        at=NOON,
    )  # fmt: skip
    kept = retention.classes()["signatures"]
    assert not kept.due(japan_date(DUE)).exists()
    close_rest(years)

    destroy(office, "signatures")

    again = AgreementSignature.objects.get()
    assert (again.name, again.signed_on) == ("（消去済）", signed.signed_on)
    assert kept.name(again).endswith("The group") and not kept.due(japan_date(DUE)).exists()


def test_proposal_without_a_project_is_over_when_it_is_closed():
    proposal = filed()
    proposal = advance(proposal, "withdraw", by=group_of(proposal), at=NOON)

    assert proposal.pk in over(japan_date(NOON))
    assert proposal.pk not in over(japan_date(NOON - timedelta(days=1)))


def test_name_of_who_pledged_is_shown_until_it_is_destroyed_and_the_version_stays_green(
    office, as_person
):
    proposal = filed()
    name = proposal.pledged_by_name
    version = proposal.versions.get()
    page = reverse("casework:case", args=[proposal.pk])
    assert name and name not in str(version.content)
    assert name in as_person(group_of(proposal)).get(page).content.decode()
    advance(proposal, "withdraw", by=group_of(proposal), at=NOON)

    destroy(office, "remarks")

    again = Proposal.objects.get(pk=proposal.pk)
    assert (again.pledged_by_name, again.pledged_at) == ("", NOON)
    assert again.versions.get().digest == version.digest
    assert list(verification.faults()) == []
    assert "(name erased)" in as_person(group_of(proposal)).get(page).content.decode()


def test_draft_never_filed_is_emptied_and_its_history_stays(office, as_person):
    draft = factories.draft()
    files.store(draft, ContentFile(PDF, name="計画.pdf"), label="", by=group_of(draft), at=NOON)
    lines = draft.events.count()

    listed = destroy(office, "drafts")

    assert listed.items.get().outcome == "destroyed"
    again = Proposal.objects.get(pk=draft.pk)
    assert (again.title, again.purpose, again.pledged_by_name) == ("（廃棄済み）", "", "")
    assert not again.budget_lines.exists() and not again.proposal_measures.exists()
    assert not Remark.objects.filter(case=draft.pk).exists()
    assert StoredFile.objects.get().destroyed_at == DUE
    assert (again.state, again.events.count()) == ("draft", lines)
    with time_machine.travel(DUE, tick=False):
        reader = as_person(group_of(draft))
        page = whole_page(reader, draft)
        edit = reader.get(reverse("grants:proposal-edit", args=[draft.pk]))
    assert "what was written here was destroyed on 1 April 2032" in page
    assert not [words for words in ("copy from", "another call", "late", "Income") if words in page]
    assert edit.status_code == 403 and not again.deadlines.open().exists()
    assert list(verification.faults()) == []
    assert destruction.propose(at=DUE + timedelta(days=31)) is None


def test_draft_whose_call_is_open_and_what_was_filed_is_kept(office):
    factories.draft(round=factories.call(fiscal_year=2026))
    filed()
    retention.set_period("drafts", YEARS, source="試験", by=office, at=NOON)

    (draft,) = retention.classes()["drafts"].due(japan_date(DUE))
    assert draft.filed_at is None
    assert draft.pk in over(japan_date(DUE)) and draft.pk not in over(japan_date(NOON))
    assert not retention.classes()["drafts"].due(japan_date(NOON)).exists()
