"""What departments would like to solve with groups: asked for, listed, published, taken up."""

from datetime import timedelta

from accounts.models import Department, User
from casework.services import advance
from grants import services as grants
from grants.models import CityIssue

from . import scenes
from .program import A_DAY, Program
from .stage import Stage, Story

#: The issue that a group's proposal answers, by the group's short name.
ANSWERED = {"satoyama": "里山の手入れと学びの場", "engawa": "相談に来られない人のところへ行く"}
PATHS = {
    "title": ANSWERED["satoyama"],
    "problem": "散策路の草刈りが年に1度しかできず、子どもが里山に入る機会が減っている。",
    "offers": "道具の貸し出し、学校との連絡、広報への掲載。",
    "seeks": "月に1度動けて、子どもに教えられる団体。",
}
VISITS = {
    "title": ANSWERED["engawa"],
    "problem": "窓口まで来られない人が、困っていても相談していない。",
    "offers": "相談員の派遣、会場の手配、チラシの印刷。",
    "seeks": "地域に顔なじみの多い団体。",
}
SQUARE = {
    "title": "使われていない広場をにぎわいの場に",
    "problem": "駅に近い広場が、行事のない日は通り道になっている。",
    "offers": "広場の使用、机といす、広報への掲載。",
    "seeks": "季節ごとに催しを開ける団体。",
}


def list_issues(stage: Stage, program: Program) -> Story:
    """Each spring two departments are asked: they list issues, and one has none."""
    cast = program.cast
    yield stage.when(-1, 4, 3)
    _ask(stage, cast.office, -1)
    yield stage.when(-1, 4, 9)
    paths = _send(stage, cast.department, -1, PATHS)
    advance(_asked(cast.other_department, stage, -1), "answer_none",
            by=cast.other_department, at=stage.at)  # fmt: skip
    yield stage.when(-1, 4, 12)
    why = "月に何回の作業かを書いてください。"
    paths = advance(paths, "send_back", by=cast.office, at=stage.at, reason=why,
                    due_on=stage.today + 7 * A_DAY)  # fmt: skip
    yield stage.when(-1, 4, 16)
    paths = _write(stage, cast.department, paths, PATHS)
    paths = advance(paths, "resend", by=cast.department, at=stage.at)
    yield stage.when(-1, 4, 20)
    paths = advance(paths, "publish", by=cast.office, at=stage.at)
    yield stage.when(-1, 3, 5)
    _ask(stage, cast.office, 0)
    yield stage.when(-1, 3, 12)
    visits = _send(stage, cast.department, 0, VISITS)
    square = _send(stage, cast.other_department, 0, SQUARE)
    yield stage.when(-1, 3, 20)
    for issue in (visits, square):
        advance(issue, "publish", by=cast.office, at=stage.at)
    yield stage.when(0, 4, 8)
    twice = grants.open_issue(
        visits.department, fiscal_year=stage.fiscal_year, title=VISITS["title"], by=cast.department, at=stage.at,
    )  # fmt: skip
    advance(
        twice, "withdraw", by=cast.department, at=stage.at, reason="同じ課題が公開されています。"
    )
    yield stage.when(0, 4, 20)
    advance(paths, "close", by=cast.department, at=stage.at)


def answered_by(short: str) -> CityIssue | None:
    """Return the public issue that a group of the cast answers."""
    return CityIssue.objects.filter(title=ANSWERED.get(short), state="published").first()


def _ask(stage: Stage, office: User, year: int) -> None:
    """The office asks the invented departments, and leaves the real ones alone."""
    grants.ask_for_issues(
        fiscal_year=stage.fiscal_year + year,
        due_on=stage.today + timedelta(days=14),
        among=Department.objects.filter(fictitious=True),
        by=office,
        at=stage.at,
    )


def _asked(person: User, stage: Stage, year: int) -> CityIssue:
    key = f"{scenes.department_of(person)}-{stage.fiscal_year + year}"
    return CityIssue.objects.get(request_key=key)


def _send(stage: Stage, person: User, year: int, words: dict) -> CityIssue:
    issue = _write(stage, person, _asked(person, stage, year), words)
    return advance(issue, "send", by=person, at=stage.at)


def _write(stage: Stage, person: User, issue: CityIssue, words: dict) -> CityIssue:
    return grants.save_issue(
        issue, fields={**words, "until": None}, edit_number=issue.edit_number,
        by=person, at=stage.at,
    )  # fmt: skip
