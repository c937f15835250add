"""Open data: every table complete, columns that never move, and nothing that is not public."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from casework.services import advance
from grants.models import (
    FundTarget,
    MeasureReading,
    PastAward,
    Payment,
    ProjectYear,
    Proposal,
    ProposalMeasure,
    Round,
)
from guideline import years
from guideline.models import Crosswalk, Figure, PrintedCount, Progress
from guideline.public_days import make_public
from reporting import open_data
from reporting.figures import differences, table_of
from reporting.models import Answer, CollaborationReport, FormQuestion
from reporting.open_data.answers import answers_of
from reporting.publishing import releases
from tests import factories
from tests.factories import NOON
from tests.grants import test_city_issues
from tests.remembering import remembered
from tests.reporting import makers, test_photos

pytestmark = pytest.mark.django_db

COLUMNS = Path(__file__).parent / "open_data_columns.csv"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def rows(code: str) -> list[dict]:
    response = Client().get(f"/open-data/{code}.json")
    assert response.status_code == 200, code
    return json.loads(response.getvalue())


def read(path: str) -> str:
    code, _dot, form = path.removeprefix("data/").partition(".")
    return "".join(open_data.file(code, form, fictitious=False, at=NOON).parts)


# Columns


def declared() -> list[tuple[str, str, str, str]]:
    with COLUMNS.open(newline="") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_columns_are_those_that_were_declared_in_their_places():
    """A column that moves, goes or is renamed breaks whoever reads the file; add at the end only."""
    there = [
        (table.code, column.name, column.kind.value, column.since.isoformat())
        for table in open_data.DATASETS.values()
        for column in table.columns
    ]

    assert there == declared()


@pytest.mark.parametrize("code", open_data.DATASETS)
def test_later_columns_stand_after_earlier_ones(code):
    since = [column.since for column in open_data.DATASETS[code].columns]
    names = open_data.DATASETS[code].names

    assert since == sorted(since)
    assert len(names) == len(set(names))


def test_dictionary_tells_each_column_in_both_languages():
    told = {(row["table"], row["column"]): row for row in rows("dictionary")}

    facts = [table.code for table in open_data.FACTS]
    assert list(told) == [(row[0], row[1]) for row in declared() if row[0] in facts]
    for row in told.values():
        assert row["meaning_ja"] != row["meaning_en"]
    assert told["awards", "granted_yen"]["kind"] == "yen"
    assert told["awards", "granted_yen"]["place"] == 9


def test_change_log_adds_up_to_the_columns():
    log = rows("changes")

    added = sorted((row["table"], name) for row in log for name in row["columns"].split())
    facts = {table.code for table in open_data.FACTS}
    assert added == sorted((row[0], row[1]) for row in declared() if row[0] in facts)
    assert [row["day"] for row in log] == sorted((row["day"] for row in log), reverse=True)
    assert {"day": "2026-11-23", "table": "city-issues"}.items() <= log[0].items()
    assert {"day": "2026-11-22", "table": "calls"}.items() <= log[1].items()


@pytest.mark.parametrize("code", open_data.DATASETS)
def test_values_are_of_the_kind_that_the_dictionary_says(code):
    everything()
    PastAward.objects.create(
        key="startup-2023-1",
        course="startup",
        adoption_fiscal_year=2023,
        status="adopted",
        source="広報",
    )

    kinds = {column.name: column.kind for column in open_data.DATASETS[code].columns}
    shapes = {
        "text": str, "code": str, "integer": int, "yen": int, "fiscal_year": int, "boolean": bool,
        "date": date.fromisoformat, "datetime": str,
    }  # fmt: skip
    found = rows(code)
    assert found
    for row in found:
        for name, value in row.items():
            shape = shapes[kinds[name]]
            if value is None:
                continue
            if isinstance(shape, type):
                assert type(value) is shape, name
            else:
                assert shape(value), name


# What stands in the tables


@remembered
def everything() -> ProjectYear:
    measure = factories.measure()
    report = makers.collaboration(measures=[measure])
    test_photos.added(report)
    test_photos.published(report)
    FundTarget.objects.get_or_create(fiscal_year=2026, defaults={"amount_yen": 1, "source": "試験"})
    planned_year(measure)
    printed = {"classification": "I", "status": "done", "count": 2, "denominator": 3}
    PrintedCount.objects.get_or_create(edition=measure.edition, as_of=DAY, defaults=printed)
    make_public(measure.edition, DAY, source="試験", at=NOON)
    Crosswalk.objects.create(to_measure=measure, kind="new")
    test_city_issues.published()
    return makers.granted_year(granted_yen=80_000)


def test_calls_are_told_once_announced():
    call, hidden = factories.call(), factories.call("revitalization")
    Round.objects.filter(pk=hidden.pk).update(announced_at=NOON + timedelta(days=1))
    Round.objects.filter(pk=call.pk).update(budget_yen=None)

    (row,) = rows("calls")

    assert (row["id"], row["course"], row["name"]) == (call.pk, "startup", call.name)
    assert (row["budget_yen"], row["adopted_projects"]) == (None, None)
    assert row["last_day"] == call.last_day.isoformat()
    assert row["closes_at"].endswith("+09:00")


def test_calls_count_what_stands_as_adopted():
    year = makers.granted_year()
    factories.approved(makers.granted_year(), "revoke", reason="虚偽の申請")

    told = {row["id"]: row["adopted_projects"] for row in rows("calls")}

    standing = [year.proposal.round_id]
    assert told == {pk: standing.count(pk) for pk in Round.objects.values_list("pk", flat=True)}
    assert sum(told.values()) == len([row for row in rows("awards") if row["status"] == "adopted"])


def test_amounts_follow_a_project_year_from_plan_to_account():
    makers.sender()
    planned = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    year = makers.granted_year(granted_yen=80_000)

    told = {row["project_id"]: row for row in rows("amounts")}

    before = told[planned.number]
    assert (before["status"], before["asked_yen"], before["granted_yen"]) == ("planned", None, None)
    row = told[year.proposal.number]
    asked = sum(line.amount_yen for line in year.budget_lines.all() if line.from_city)
    assert (row["status"], row["asked_yen"], row["granted_yen"]) == ("granted", asked, 80_000)
    assert (row["granted_on"], row["project_year"]) == ("2026-11-20", 1)
    assert (row["paid_yen"], row["confirmed_yen"], row["settled_yen"]) == (None, None, None)


def test_nothing_of_an_application_is_told_before_its_decision():
    makers.sender()
    proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
    makers.applied(proposal.project_years.get())

    (row,) = rows("amounts")

    assert (row["status"], row["asked_yen"]) == ("planned", None)


def test_amounts_tell_what_was_paid_less_what_came_back():
    year = makers.granted_year(granted_yen=80_000, advance_percent="100")
    line = factories.paid(year, 80_000)
    Payment.objects.create(
        year=year, kind="repayment", amount_yen=5_000, paid_on=NOON.date(), by=line.by, at=NOON
    )

    (row,) = rows("amounts")

    assert row["paid_yen"] == 80_000 - 5_000
    assert row["settled_yen"] is None


@pytest.mark.parametrize("verb", ["refuse", "revoke"])
def test_year_without_a_grant_tells_only_how_it_ended(verb):
    if verb == "refuse":
        makers.sender()
        proposal = makers.ready_proposal("startup", office=factories.user(Role.OFFICE))
        year = makers.applied(proposal.project_years.get())
    else:
        year = makers.granted_year()
    year = factories.approved(year, verb, reason="試験")

    (row,) = rows("amounts")

    assert (row["status"], row["became"]) == ("ended", year.state)
    assert not [v for name, v in row.items() if name.endswith(("_yen", "_on")) and v is not None]


def test_granted_of_all_years_is_what_the_register_says_of_the_project():
    year = makers.granted_year("collaboration", granted_yen=75_000)
    ProjectYear.objects.create(
        proposal=year.proposal, position=2, fiscal_year=2027, title=year.title, granted_yen=50_000,
        organization=year.organization, state="granted",
    )  # fmt: skip

    (award,) = rows("awards")

    assert sum(row["granted_yen"] for row in rows("amounts")) == award["granted_yen"] == 125_000


def test_measures_of_projects_are_told_without_the_words_of_the_group():
    year = everything()
    ProposalMeasure.objects.update(how="団体の言葉")

    named = rows("project-measures")

    pairs = year.proposal.proposal_measures.values_list("measure__edition__code", "measure__number")
    assert [(row["edition"], row["number"]) for row in named] == list(pairs)
    assert {row["project_id"] for row in named} == {year.proposal.number}
    assert "団体の言葉" not in json.dumps(named, ensure_ascii=False)


def test_measures_of_a_project_that_ended_are_not_told():
    factories.approved(everything(), "revoke", reason="虚偽の申請")

    assert rows("project-measures") == []


def test_what_is_invented_is_told_only_in_a_demonstration(settings):
    year = everything()
    edition = year.proposal.round.edition
    type(edition).objects.filter(pk=edition.pk).update(fictitious=True)
    tables = ("calls", "amounts", "project-measures", "awards")

    assert [rows(code) for code in tables] == [[], [], [], []]

    settings.DEMO = True
    for code in tables:
        assert [row["fictitious"] for row in rows(code)] == [True] * len(rows(code)) != []


def test_proposal_that_was_not_selected_is_in_no_table():
    makers.sender()
    group = factories.member(factories.organization())
    proposal = advance(factories.draft("startup", by=group), "submit", by=group, at=NOON)

    everything_told = "".join(json.dumps(rows(code)) for code in open_data.DATASETS)

    assert Proposal.objects.count() == 1
    assert proposal.number not in everything_told
    assert [rows(code) for code in ("awards", "amounts", "project-measures")] == [[], [], []]


# Files


def test_files_are_what_the_addresses_serve():
    everything()

    for found in open_data.files(fictitious=False, at=NOON):
        served = Client().get(f"/open-data/{found.name}")
        assert served.getvalue().decode() == "".join(found.parts), found.path
        assert served["Content-Type"] == found.media_type
    paths = [found.path for found in open_data.files(fictitious=False, at=NOON)]
    assert len(paths) == len(set(paths)) == 2 * len(open_data.DATASETS)
    assert all(path.startswith("data/") for path in paths)


def test_file_begins_with_the_mark_of_its_encoding():
    content = read("data/calls.csv").encode()

    assert content.startswith(b"\xef\xbb\xbf")
    header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert header == open_data.DATASETS["calls"].names


# The guideline by year and day


DAY = date(2026, 3, 31)


def planned_year(measure, *, made_public: bool = True, **said) -> None:
    """Plan and result of 2025 with a figure and a part of it, made public as of the last day of the year."""
    by = factories.anyone(Role.OFFICE)
    said = {
        "target": "年10回", "plan": "相談を受ける", "plan_months": [4, 5, 1], "result": "8回受けた",
        "result_months": [5], "status": "partly", "next_plan": "続ける",
        "plan_by_month": {"4": "窓口を開く"}, **said,
    }  # fmt: skip
    years.write(measure, 2025, said, edit_number=0, by=by, at=NOON)
    whole = Figure(label="相談", value=20, unit="件", as_of=DAY)
    whole = years.write_figure(measure, 2025, whole, by=by, at=NOON)
    part = Figure(label="団体から", value=10, unit="件", part_of=whole)
    years.write_figure(measure, 2025, part, by=by, at=NOON)
    Progress.objects.create(measure=measure, fiscal_year=2025, as_of=DAY, status="partly")
    if made_public:
        make_public(measure.edition, DAY, source="公開", at=NOON)


def test_years_of_measures_are_told_as_they_were_made_public():
    measure = factories.measure()
    planned_year(measure)
    later = {"target": "後で", "plan": "", "plan_months": [], "result": "", "result_months": [],
             "status": "", "next_plan": "", "plan_by_month": {}}  # fmt: skip
    at = NOON + timedelta(days=1)
    years.write(measure, 2025, later, edit_number=1, by=factories.anyone(Role.OFFICE), at=at)

    (row,) = rows("measure-years")

    assert row == {
        "municipality_code": "", "edition": measure.edition.code, "number": measure.number,
        "fiscal_year": 2025, "target": "年10回", "plan": "相談を受ける", "plan_months": "4 5 1",
        "result": "8回受けた", "result_months": "5", "status": "partly", "next_plan": "続ける",
        "made_public_at": "2026-11-20T12:00:00+09:00",
    }  # fmt: skip
    of_months = [(row["what"], row["month"], row["words"]) for row in rows("measure-months")]
    assert of_months == [
        ("planned", 4, "窓口を開く"), ("planned", 5, ""), ("planned", 1, ""), ("done", 5, "")
    ]  # fmt: skip
    told = [(row["label"], row["value"], row["part_of"]) for row in rows("measure-figures")]
    assert told == [("相談", 20, ""), ("団体から", 10, "相談")]


def test_years_days_and_prints_that_are_not_public_are_in_no_table():
    measure = factories.measure()
    planned_year(measure, made_public=False, plan="内部の予定")
    PrintedCount.objects.create(
        edition=measure.edition,
        as_of=DAY,
        classification="I",
        status="done",
        count=2,
        denominator=3,
    )

    for code in (
        "measure-years",
        "measure-months",
        "measure-figures",
        "progress",
        "printed-counts",
    ):
        assert rows(code) == [], code


def test_progress_is_told_by_day_and_its_latest_stands_with_the_measure():
    measure = factories.measure()
    planned_year(measure)
    later = DAY + timedelta(days=365)
    Progress.objects.create(measure=measure, fiscal_year=2026, as_of=later, status="done")
    make_public(measure.edition, later, source="公開", at=NOON)

    told = rows("progress")

    assert [(row["as_of"], row["status"]) for row in told] == [
        ("2026-03-31", "partly"),
        ("2027-03-31", "done"),
    ]
    latest = {row["number"]: row["status"] for row in rows("measures")}
    assert latest[measure.number] == told[-1]["status"]


# Reports


def test_answers_of_reports_are_rows_and_nothing_that_the_form_keeps_inside():
    measure = factories.measure()
    report = makers.accepted_collaboration(measures=[measure])
    FormQuestion.objects.filter(form=report.report_form, code="results").update(is_public=False)
    factories.released(CollaborationReport.objects.get(pk=report.pk))

    told = rows("report-answers")

    said = {row["question"]: row["answer"] for row in told}
    assert said["form"] == "co_host"
    assert (said["process_score"], said["outcome_score"]) == ("4", None)
    assert said["cost_yen"] == "30000"
    assert said["measures"] == "場をつくった"
    assert "results" not in said
    assert [row["place"] for row in told] == list(range(1, len(told) + 1))
    items = {row["question"]: row["item"] for row in told}
    assert items["measures"] == f"{measure.edition.code}-{measure.number}"
    units = {row["question"]: row["unit"] for row in told}
    assert (units["cost_yen"], units["purpose"]) == ("円", "")


def test_scores_and_words_of_partners_and_committee_stand_beside_those_of_the_department():
    version = {
        "parts": [{"code": "process_score", "kind": "score", "label": "過程", "label_en": "Process", "words": None}],
        "process_score": 4, "outcome_score": 3, "measures": [],
        "views": [{
            "partner": "川の会", "process_score": 2, "outcome_score": None,
            "answers": [{"code": "changed", "label": "変化", "label_en": "Change", "words": "増えた"}],
        }],
        "committee": ["続けてほしい"],
    }  # fmt: skip

    told = list(answers_of(version))

    assert [(row[0], row[1], row[2], row[6]) for row in told] == [
        ("department", "", "process_score", 4),
        ("partner", "川の会", "process_score", 2),
        ("partner", "川の会", "outcome_score", None),
        ("partner", "川の会", "changed", "増えた"),
        ("committee", "", "committee_comment", "続けてほしい"),
    ]
    assert told[1][3:5] == ("過程", "Process")


def test_question_of_another_year_is_a_row_and_no_column():
    report = makers.accepted_collaboration()
    new = FormQuestion.objects.create(
        form=report.report_form, filled_by="department", code="new_one", kind="words", position=99,
        section="他", label="新しい質問",
    )  # fmt: skip
    Answer.objects.create(report=report, question=new, words="新しい回答")
    factories.released(CollaborationReport.objects.get(pk=report.pk))

    (row,) = [row for row in rows("report-answers") if row["question"] == "new_one"]

    assert (row["question_ja"], row["answer"]) == ("新しい質問", "新しい回答")


def test_withdrawn_report_leaves_a_row_with_day_and_note_and_no_content():
    kept = factories.released(makers.accepted_collaboration(title="続く会"))
    gone = factories.released(makers.accepted_collaboration(title="終わる会"))
    office = factories.anyone(Role.OFFICE)
    release = releases.begin(by=office, at=NOON)
    releases.put_in(
        release, "report", str(gone.pk), withdraw=True, note="相手の求めによる", by=office, at=NOON
    )
    draft = releases.propose(release, by=office, at=NOON)
    by = factories.anyone(Role.APPROVER)
    advance(draft, "approve", by=by, at=NOON + timedelta(days=1), decided_on=date(2026, 11, 21))

    told = {row["id"]: row for row in rows("reports")}

    assert told[kept.pk]["state"] == "published"
    row = told[gone.pk]
    assert {name: value for name, value in row.items() if value not in (None, "", False)} == {
        "id": gone.pk, "fiscal_year": 2025, "title": "終わる会", "published_on": "2026-11-20",
        "state": "withdrawn", "note": "相手の求めによる", "withdrawn_on": "2026-11-21",
    }  # fmt: skip
    assert {row["report_id"] for row in rows("report-answers")} == {kept.pk}
    cells = table_of("reports", fictitious=False, at=NOON).cells
    assert sum(row["total"] or 0 for row in cells.values()) == 1
    with_dead = {
        f.path: "".join(f.parts).encode() for f in open_data.files(fictitious=False, at=NOON)
    }
    assert differences(with_dead.__getitem__, fictitious=False) == []


def test_corrected_report_says_what_was_corrected():
    report = factories.released(makers.accepted_collaboration())
    factories.released(report, note="人数の訂正", at=NOON + timedelta(days=1))

    (row,) = rows("reports")

    assert (row["state"], row["note"], row["corrected_on"]) == (
        "corrected",
        "人数の訂正",
        "2026-11-21",
    )


def test_city_issues_are_told_as_the_public_reads_them():
    open_one, inside = test_city_issues.published(), test_city_issues.issue()

    (row,) = rows("city-issues")

    assert (row["id"], row["standing"], row["title"]) == (open_one.pk, "open", open_one.title)
    assert inside.pk != row["id"]


@pytest.mark.parametrize("code", open_data.DATASETS)
def test_table_is_read_in_as_many_queries_for_three_rows_as_for_one(code):
    asked = []
    for _ in range(2):
        everything()
        with CaptureQueriesContext(connection) as queries:
            read(f"data/{code}.csv")
        asked.append(len(queries))

    # The figures are added up from all the other tables; of a measure each year is read as released.
    most = {
        "figures": 60,
        "figure-sources": 60,
        "measure-years": 6,
        "measure-months": 6,
        "measure-figures": 7,
        "city-issues": 5,
    }
    assert asked[0] == asked[1] <= most.get(code, 4)


# Measures as the office reads them


def test_what_the_office_reads_stands_in_the_place_of_what_the_group_named():
    year = everything()
    proposal = year.proposal
    named, other = proposal.proposal_measures.get().measure, factories.measure()
    event = proposal.events.latest("pk")
    told = {"proposal": proposal, "event": event}
    MeasureReading.objects.create(measure=named, named=named, weight=0, reason="別の施策", **told)
    MeasureReading.objects.create(measure=other, weight=100, **told)

    (row,) = rows("project-measures")

    assert (row["number"], row["weight_percent"]) == (other.number, 100)
    counted = {row["number"]: row["adopted_projects"] for row in rows("measures")}
    assert (counted[named.number], counted[other.number]) == (0, 1)
    page = Client().get("/register/").getvalue().decode()
    assert f'href="{other.get_absolute_url()}"' in page
    assert f'href="{named.get_absolute_url()}"' not in page
    cells = table_of("measures", fictitious=False, at=NOON).cells
    told = {"projects": 1, "granted_yen": 80_000, "shared_yen": 80_000, "unknown": 0}
    assert cells == {f"{other.edition.code}/{other.number}": told}
