"""What came of each measure: written with a report, with evidence, read by the office, kept in versions."""

import re
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Role
from casework.models import Version
from casework.services import advance
from grants.models import Activity, ActivityDone, LogEntry
from grants.services import Read, mark_of_measures, read_measures
from reporting import measure_outcomes
from reporting.measure_outcomes import mark_of_outcomes, outcomes_of, proofs_of
from reporting.models import CollaborationReport, MeasureOutcome, OutcomeEvidence, Report
from reporting.outcome_writing import Outcome, tell_outcomes
from reporting.printing import collaboration_pdf, collaboration_sections, report_sheet
from reporting.versions import content_of_collaboration
from tests import factories
from tests.case_pages import part_of
from tests.factories import NOON, TODAY
from tests.pdf_text import pdf_text
from tests.remembering import remembered
from tests.reporting import makers
from tests.reporting.makers import LATER, group_of

pytestmark = pytest.mark.django_db


@remembered
def written() -> Report:
    """A report that its group writes, with a receipt, a file and an activity."""
    year = makers.granted_year()
    report = makers.written_report(year)
    makers.receipt(report)
    Activity.objects.create(year=year, label="相談会", planned=[12], by=group_of(year), at=NOON)
    return report


def measure_of(report) -> int:
    return report.project_year.proposal.proposal_measures.get().measure_id


def tell(report, *rows, by=None, at=LATER):
    seen = mark_of_outcomes(outcomes_of(report))
    tell_outcomes(report, rows, seen=seen, by=by or group_of(report), at=at)


def test_group_says_what_came_of_a_measure_with_a_figure_and_evidence():
    report = written()
    codes = tuple(code for code, _words in proofs_of(report, group_of(report)))
    assert [code.split("-")[0] for code in codes] == ["receipt", "activity"]

    tell(report, Outcome(measure_of(report), "相談が増えた。", "相談", 20, "件", codes))

    (row,) = outcomes_of(report)
    assert (row.words, row.in_figures) == ("相談が増えた。", "相談 20件")
    assert {e.code for e in row.evidence.all()} == set(codes)
    assert [str(e.in_words) for e in row.evidence.all()] == [
        "Receipt 1: チラシ",
        "Activity: 相談会",
    ]


def test_version_that_is_sent_keeps_what_came_of_the_measures():
    report = written()
    code = next(
        code for code, _words in proofs_of(report, group_of(report)) if code.startswith("receipt")
    )
    tell(report, Outcome(measure_of(report), "相談が増えた。", "相談", 20, "件", (code,)))

    report = advance(report, "submit", by=group_of(report), at=LATER)

    content = Version.objects.filter(case=report).latest("number").content
    (told,) = content["outcomes"]
    assert (told["came_of_it"], told["counted"], told["figure"], told["unit"]) == (
        "相談が増えた。", "相談", 20, "件",
    )  # fmt: skip
    assert told["evidence"] == [{"kind": "receipt", "digest": report.receipts.get().digest}]
    paragraphs = [s["paragraphs"] for s in report_sheet(report, today=factories.TODAY)["sections"]]
    assert any("相談が増えた。（相談 20件）" in text for own in paragraphs for text in own)


def test_report_can_be_sent_without_a_word_on_the_measures():
    report = written()
    assert advance(report, "submit", by=group_of(report), at=LATER).state == "submitted"
    content = Version.objects.filter(case=report).latest("number").content
    assert content["outcomes"] == []


def test_measures_of_a_report_are_those_that_the_office_reads():
    report = written()
    proposal, right = report.project_year.proposal, factories.measure()
    read_measures(
        proposal,
        [Read(right.pk, 100, measure_of(report), how="市の言葉", reason="別の施策")],
        seen=mark_of_measures(proposal), by=factories.user(Role.OFFICE), at=NOON,
    )  # fmt: skip

    assert measure_outcomes.measures_told_of(report) == [(right, "市の言葉")]
    with pytest.raises(ValidationError, match="not a measure"):
        tell(report, Outcome(measure_of(report), "ほかの施策のこと"))


def test_evidence_of_another_report_is_refused():
    report, other = written(), makers.written_report(makers.granted_year())
    foreign = makers.receipt(other)

    with pytest.raises(ValidationError, match="evidence"):
        tell(report, Outcome(measure_of(report), "x", evidence=(f"receipt-{foreign.pk}",)))

    assert outcomes_of(report) == []


def noted(year, words: str = "窓口に20人が来た。") -> ActivityDone:
    """A note of what was done of an activity in a month."""
    told = {"by": group_of(year), "at": NOON}
    activity, _new = Activity.objects.get_or_create(year=year, label="相談会", defaults=told)
    return ActivityDone.objects.create(activity=activity, month=12, note=words, **told)


def logged(case, words: str, audience: str = "shared") -> LogEntry:
    return LogEntry.objects.create(
        organization=case.organization, case=case, kind="meeting", on=NOON.date(), text=words,
        audience=audience, party="office", by=factories.anyone(Role.OFFICE), at=NOON,
    )  # fmt: skip


def test_notes_and_log_of_the_project_are_evidence_that_the_office_opens(client):
    report = written()
    year = report.project_year
    note, entry = noted(year), logged(year.proposal, "来場者の声を聞いた。")
    codes = (f"done-{note.pk}", f"entry-{entry.pk}")
    assert set(codes) <= {code for code, _words in proofs_of(report, group_of(report))}

    tell(report, Outcome(measure_of(report), "相談が増えた。", evidence=codes))
    advance(report, "submit", by=group_of(report), at=LATER)

    content = Version.objects.filter(case=report).latest("number").content
    assert content["outcomes"][0]["evidence"] == [
        {"kind": "done", "digest": ""}, {"kind": "entry", "digest": ""}
    ]  # fmt: skip
    client.force_login(factories.user(Role.OFFICE))
    page = client.get(reverse("reporting:report-check", args=[report.pk])).content.decode()
    for words in ("窓口に20人が来た。", "来場者の声を聞いた。"):
        assert words in page
        (address,) = re.findall(f'<a href="([^"]+)">[^<]*{words}', page)
        assert words in client.get(address).content.decode()


def test_what_is_struck_out_corrected_or_of_another_project_is_no_evidence():
    report, other = written(), makers.granted_year()
    struck, gone = noted(report.project_year), logged(report.project_year, "書き直した")
    ActivityDone.objects.filter(pk=struck.pk).update(struck_at=NOON)
    newer = logged(report.project_year, "正しい")
    LogEntry.objects.filter(pk=newer.pk).update(corrects=gone)
    foreign = (f"done-{noted(other).pk}", f"entry-{logged(other, 'よその話').pk}")
    for code in (f"done-{struck.pk}", f"entry-{gone.pk}", *foreign):
        with pytest.raises(ValidationError, match="evidence"):
            tell(report, Outcome(measure_of(report), "x", evidence=(code,)))
    tell(report, Outcome(measure_of(report), "x", evidence=(f"entry-{newer.pk}",)))


def test_group_can_neither_name_nor_read_an_entry_that_is_not_for_it(client):
    report = collaboration()
    year, clerk = report.project_year, makers.department_clerk(report.department)
    inside = logged(year, "市の中の話", audience="inside")
    shared = logged(year, "みんなで話した")
    measure = report.advanced_measures.get().measure_id
    codes = (f"entry-{inside.pk}", f"entry-{shared.pk}")
    finals = Report.objects.get(project_year=year)
    assert f"entry-{inside.pk}" not in dict(proofs_of(finals, group_of(year)))

    tell(report, Outcome(measure, "窓口ができた。", evidence=codes), by=clerk)

    def read_by(user) -> set[str]:
        (row,) = outcomes_of(report, reader=user.act_on(factories.TODAY))
        return {evidence.code for evidence in row.evidence.all()}

    assert read_by(clerk) == read_by(factories.user(Role.OFFICE)) == set(codes)
    assert read_by(group_of(year)) == {f"entry-{shared.pk}"}
    assert read_by(factories.user(Role.APPROVER)) == set()
    assert "市の中の話" not in str(content_of_collaboration(report))
    client.force_login(clerk)
    assert "市の中の話" in part_of(client, report, "content")


def test_second_window_does_not_overwrite_what_the_first_wrote():
    report = written()
    write = partial(tell_outcomes, report, seen=mark_of_outcomes([]), by=group_of(report), at=LATER)
    write([Outcome(measure_of(report), "先に書いた")])

    with pytest.raises(ValidationError, match="meanwhile"):
        write([Outcome(measure_of(report), "後から")])

    assert [row.words for row in outcomes_of(report)] == ["先に書いた"]


def test_only_the_group_writes_and_only_while_the_report_is_written():
    report = written()
    for role in (r for r in Role.values if r != Role.SYSTEM):
        with pytest.raises(PermissionDenied):
            tell(report, Outcome(measure_of(report), "x"), by=factories.user(role))
    group = group_of(report)
    report = advance(report, "submit", by=group, at=LATER)
    with pytest.raises(PermissionDenied):
        tell(report, Outcome(measure_of(report), "x"), by=group)


def test_evidence_goes_with_the_receipt_that_is_taken_out():
    report = written()
    code = next(
        code for code, _words in proofs_of(report, group_of(report)) if code.startswith("receipt")
    )
    tell(report, Outcome(measure_of(report), "x", evidence=(code,)))

    report.receipts.all().delete()

    assert [list(row.evidence.all()) for row in outcomes_of(report)] == [[]]


def test_figure_without_its_unit_and_evidence_of_two_things_are_refused_by_the_database():
    report = written()
    tell(report, Outcome(measure_of(report), "x"))
    outcome = MeasureOutcome.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureOutcome.objects.update(figure=3)
    receipt, activity = report.receipts.get(), report.project_year.activities.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeEvidence.objects.create(outcome=outcome, receipt=receipt, activity=activity)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeEvidence.objects.create(outcome=outcome)


# The department's report


@remembered
def collaboration() -> CollaborationReport:
    """The report that a department owes on a year of which the group has reported."""
    year = makers.granted_year("collaboration")
    advance(makers.written_report(year), "submit", by=group_of(year), at=LATER)
    return CollaborationReport.objects.get(project_year=year)


def test_department_says_what_came_of_a_measure_and_the_version_names_no_file():
    report = collaboration()
    clerk = makers.department_clerk(report.department)
    file = report.files.create(
        name="山田太郎さんの写真.pdf", media_type="application/pdf", size=3, digest="d" * 64,
        content=ContentFile(b"pdf", name="x.pdf"), by=clerk, at=LATER,
    )  # fmt: skip
    measure = report.advanced_measures.get().measure_id
    told = Outcome(measure, "窓口ができた。", "相談", 3, "件", (f"file-{file.pk}",))

    tell(report, told, by=clerk)

    assert CollaborationReport.objects.get(pk=report.pk).state == "drafting"  # it is begun by this
    (row,) = content_of_collaboration(report)["measures"]
    assert (row["came_of_it"], row["figure"]) == ("窓口ができた。", 3)
    assert row["evidence"] == [{"kind": "file", "digest": "d" * 64}]
    assert "山田" not in str(content_of_collaboration(report))


def test_papers_say_what_came_of_a_measure():
    report = collaboration()
    measure = report.advanced_measures.get().measure_id
    told = Outcome(measure, "窓口ができた。", "相談", 3, "件")
    tell(report, told, by=makers.department_clerk(report.department))
    content = content_of_collaboration(report)

    (row,) = booklet_row(content)
    assert row[2].endswith("成果：窓口ができた。（相談 3件）")
    paper = pdf_text(collaboration_pdf(content, number="", day=TODAY))
    assert "窓口ができた。" in paper and "相談3件" in paper.replace(" ", "")


def booklet_row(content: dict) -> list[list]:
    """Return the rows of the measures as the booklet prints them."""
    sections = [one for one in collaboration_sections(content, photos=()) if "table" in one]
    return next(one["table"]["rows"] for one in sections if "取組" in one["table"]["columns"])


def test_nobody_but_the_department_opens_its_page(client):
    report = collaboration()
    address = reverse("reporting:collaboration-measures", args=[report.pk])
    client.force_login(group_of(report.project_year))
    assert client.get(address).status_code == 404
    for role in (Role.OFFICE, Role.APPROVER, Role.AUDITOR, Role.DEPARTMENT):
        client.force_login(factories.user(role))
        assert client.get(address).status_code in (403, 404)
    client.force_login(makers.department_clerk(report.department))
    assert client.get(address).status_code == 200


# The pages


def posted(report, **fields) -> dict:
    seen = mark_of_outcomes(outcomes_of(report))
    empty = {"words": "", "counted": "", "figure": "", "unit": ""}
    return {
        "seen": seen,
        **{f"measure-{measure_of(report)}-{name}": v for name, v in (empty | fields).items()},
    }


def test_page_keeps_what_is_written_and_the_case_shows_it(client):
    report = written()
    code = proofs_of(report, group_of(report))[0][0]
    client.force_login(group_of(report))
    said = posted(
        report, words="相談が増えた。", counted="相談", figure="20", unit="件", evidence=code
    )

    answer = client.post(reverse("reporting:report-measures", args=[report.pk]), said)

    assert answer.status_code == 302
    page = part_of(client, report, "content")
    assert "相談が増えた。" in page
    assert "相談 20件" in page
    assert "チラシ" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"words": "x", "figure": "20"},
        {"words": "x", "unit": "件"},
        {"counted": "相談", "figure": "20", "unit": "件"},
        {"words": "x", "counted": "相談", "figure": "-1", "unit": "件"},
        {"words": "x", "evidence": "receipt-999999"},
    ],
    ids=["figure alone", "unit alone", "no words", "negative", "unknown evidence"],
)
def test_page_says_what_does_not_fit_and_keeps_nothing(client, fields):
    report = written()
    client.force_login(group_of(report))
    answer = client.post(
        reverse("reporting:report-measures", args=[report.pk]), posted(report, **fields)
    )
    assert answer.status_code == 422
    assert outcomes_of(report) == []


def test_office_reads_what_came_of_the_measures_where_it_checks_the_report(client):
    report = written()
    tell(report, Outcome(measure_of(report), "相談が増えた。", "相談", 20, "件"))
    advance(report, "submit", by=group_of(report), at=LATER)
    client.force_login(factories.user(Role.OFFICE))

    page = client.get(reverse("reporting:report-check", args=[report.pk])).content.decode()

    assert "相談が増えた。" in page
    assert "相談 20件" in page
