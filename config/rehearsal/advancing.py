"""How the office reads the measures of its adopted projects: most as named, some corrected or weighed."""

from grants.models import Proposal
from grants.services import Read, mark_of_measures, read_measures, take_as_named
from grants.unread_measures import unread_cases
from guideline.models import Measure

from .program import Program
from .stage import Stage, Story

#: title → percent for the measure that the group named; the rest is for one that the office adds.
WEIGHED = {"里山たんけん学校": 60, "駅前つばめ広場のひらき方": 70, "みなと朗読会 ひらきます": 67}
#: Titles of projects of which the office corrects the measure.
CORRECTED = ("ほたるの川 再生", "あじさいおはなし会")
#: Titles of projects that are left for the visitor to confirm.
LEFT = ("えんがわ出張相談", "たきぎ能こども教室", "こもれび広場の朝体操")


def read_what_was_adopted(stage: Stage, program: Program) -> Story:
    """Some weeks after each decision the office goes through what waits."""
    for year, month, day in ((-1, 11, 20), (0, 7, 28), (0, 11, 20), (0, 12, 18), (1, 5, 20)):
        yield stage.when(year, month, day)
        office = program.cast.office.act_on(stage.today)
        for proposal in unread_cases(office).exclude(title__in=LEFT):
            read(stage, program, proposal)


def read(stage: Stage, program: Program, proposal: Proposal) -> None:
    """The office confirms what the group named; of some projects it corrects it, or adds a measure."""
    if proposal.measure_readings.exists():
        return
    (named,) = proposal.proposal_measures.values_list("measure", flat=True)
    other = _another(program.measures, named)
    told = {
        "seen": mark_of_measures(proposal), "by": program.cast.office, "at": stage.at,
    }  # fmt: skip
    if other is None or proposal.title not in (*WEIGHED, *CORRECTED):
        take_as_named(proposal, **told)
    elif proposal.title in CORRECTED:
        why = "（架空）事業の内容は、こちらの施策に当たるため。"
        how = "（架空）催しを通じて、この施策を進める。"
        read_measures(proposal, [Read(other.pk, 100, named, how=how, reason=why)], **told)
    else:
        part = WEIGHED[proposal.title]
        added = Read(other.pk, 100 - part, how="（架空）参加者の学び合いを通じて進める。")
        read_measures(proposal, [Read(named, part, named), added], **told)


def _another(measures: list[Measure], named: int) -> Measure | None:
    """Return the measure after the one that was named; ``None`` where there is no other."""
    places = [measure.pk for measure in measures]
    other = measures[(places.index(named) + 1) % len(measures)] if named in places else measures[0]
    return None if other.pk == named else other
