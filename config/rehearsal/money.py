"""The money of the city itself in a rehearsal: an invented fund, and budget that is moved."""

from casework.calendar import fiscal_year
from grants import services as grants
from grants.models import BudgetEntry, FundEntry

from .program import Program
from .rules import invent_edition
from .stage import Stage, Story

#: Gifts hoped for in a year, in yen.
TARGET = 300_000
INVENTED = "リハーサル用の架空の資料"


def keep_the_fund(stage: Stage, program: Program) -> Story:
    """Gifts and interest come in, money is used for a course, and one line was wrong."""
    year = stage.fiscal_year
    yield stage.when(-1, 4, 20)
    _target(stage, program, year - 1)
    yield stage.when(-1, 12, 20)
    _enter(stage, program, "gift", 280_000)
    yield stage.when(-1, 3, 25)
    _enter(stage, program, "interest", 120)
    yield stage.when(0, 4, 15)
    _target(stage, program, year)
    yield stage.when(0, 4, 20)
    _enter(stage, program, "use", 150_000, edition=invent_edition("revitalization", year - 1))
    yield stage.when(0, 6, 30)
    _enter(stage, program, "gift", 90_000)
    wrong = _enter(stage, program, "gift", 900_000)
    yield stage.when(0, 7, 3)
    grants.reverse_fund_entry(
        wrong, reason="金額の桁の誤り。", on=stage.today, document="架空の振替伝票",
        by=program.cast.office, at=stage.at,
    )  # fmt: skip
    yield stage.when(0, 10, 30)
    _enter(stage, program, "gift", 130_000)


def move_budget(stage: Stage, program: Program) -> Story:
    """Part of a budget is paid by the fund, and what one course does not need goes to another."""
    year = stage.fiscal_year
    yield stage.when(0, 9, 25)
    revitalization, collaboration = (
        invent_edition(course, year - 1) for course in ("revitalization", "collaboration")
    )
    common = {"voted_on": stage.today, "by": program.cast.office, "at": stage.at}
    grants.enter_budget(
        revitalization, fiscal_year=year, kind=BudgetEntry.Kind.SUPPLEMENTARY, amount_yen=150_000,
        financed_by=BudgetEntry.Source.FUND, document="架空の補正予算書", **common,
    )  # fmt: skip
    grants.transfer_budget(
        revitalization, collaboration, fiscal_year=year, amount_yen=50_000,
        document="架空の流用決定", **common,
    )  # fmt: skip


def _enter(stage: Stage, program: Program, kind: str, yen: int, **told) -> FundEntry:
    return grants.enter_in_fund(
        kind=kind, amount_yen=yen, fiscal_year=fiscal_year(stage.today), on=stage.today,
        document=INVENTED, fictitious=True, by=program.cast.office, at=stage.at, **told,
    )  # fmt: skip


def _target(stage: Stage, program: Program, fiscal_year: int) -> None:
    grants.set_fund_target(
        fiscal_year=fiscal_year, amount_yen=TARGET, source=INVENTED, fictitious=True,
        by=program.cast.office, at=stage.at,
    )  # fmt: skip
