"""What departments report on their own: a collaboration without a Yell project, or none."""

from accounts.models import Department
from casework.services import advance
from guideline.models import Measure
from reporting import services as reporting
from reporting.models import CollaborationReport

from . import gallery, scenes
from .program import A_DAY, Program
from .stage import Stage, Story


def ask_departments_for_reports(stage: Stage, program: Program) -> Story:
    """Ask every department for its collaboration reports at the end of the year."""
    for year in (-1, 0):
        yield stage.when(year, 3, 1)
        scenes.request_reports(stage, program.cast.office, fiscal_year=stage.fiscal_year + year)


def answer_that_there_was_none(stage: Stage, program: Program) -> Story:
    """One department had no collaboration in the year before its project began."""
    yield stage.when(0, 4, 5)
    report = _asked(stage, program.cast.department, -1)
    advance(report, "answer_none", by=program.cast.department, at=stage.at)


def begin_by_mistake(stage: Stage, program: Program) -> Story:
    """A department begins a report on what it has reported already, and withdraws it."""
    writer = program.cast.other_department
    yield stage.when(0, 6, 20)
    report = reporting.open_collaboration_report(
        Department.objects.get(pk=scenes.department_of(writer)),
        fiscal_year=stage.fiscal_year - 1, title="こどもの居場所づくり勉強会", by=writer, at=stage.at,
    )  # fmt: skip
    advance(report, "drop", by=writer, at=stage.at, reason="すでに報告した協働でした。")


def report_without_a_project(stage: Stage, program: Program) -> Story:
    """Another department reports on what it does with a group outside the Yell program."""
    cast, writer = program.cast, program.cast.other_department
    yield stage.when(0, 4, 10)
    measure = program.measures[0]
    report = _write(stage, writer, measure, _asked(stage, writer, -1), cost_yen=120_000)
    gallery.add_photos(stage, report, writer, first=5)
    report = advance(report, "submit", by=writer, at=stage.at)
    yield stage.at + 4 * A_DAY
    why = "市の役割をもう少し詳しく書いてください。"
    report = advance(report, "send_back", by=cast.office, at=stage.at, reason=why,
                     due_on=stage.today + 14 * A_DAY)  # fmt: skip
    yield stage.at + 6 * A_DAY
    report = _write(stage, writer, measure, report, cost_yen=120_000,
                    city_role="会場の提供、相談員の派遣")  # fmt: skip
    report = advance(report, "resubmit", by=writer, at=stage.at)
    yield stage.at + 2 * A_DAY
    report = advance(report, "accept", by=cast.office, at=stage.at)
    yield stage.at + 5 * A_DAY
    report = scenes.publish(stage, report, cast)
    yield stage.when(0, 6, 10)
    report = _write(stage, cast.office, measure, report, cost_yen=102_000)
    scenes.release(stage, report, cast, note="経費の額に誤りがありました。")


def _asked(stage: Stage, person, year: int) -> CollaborationReport:
    """Return what the person's department was asked for about a fiscal year."""
    department, fiscal_year = scenes.department_of(person), stage.fiscal_year + year
    return CollaborationReport.objects.get(request_key=f"{department}-{fiscal_year}")


def _write(
    stage: Stage, writer, measure: Measure, report: CollaborationReport, *, cost_yen: int,
    city_role: str = "会場の提供",
) -> CollaborationReport:  # fmt: skip
    return scenes.fill_in_collaboration(
        stage, report, writer,
        measures=[{"measure_id": measure.pk, "how": "居場所を開く人と担当課が学び合った。"}],
        title="こどもの居場所づくり勉強会", partner_names="架空・こどもの居場所連絡会",
        form="co_host", purpose="こどもの居場所を開く人どうしのつながりづくり",
        content="年4回の勉強会を共催で開いた。", city_role=city_role, partner_role="企画と進行",
        cost_yen=cost_yen, cost_borne_by="団体の会費。会場は市が提供",
        results="延べ60人が参加した。", process_score=4, outcome_score=3,
    )  # fmt: skip
