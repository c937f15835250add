"""What the office makes public of a rehearsed year besides its reports."""

from django.conf import settings

from casework.calendar import fiscal_year, japan_date
from reporting import register
from reporting.publishing import releases

from . import scenes
from .program import Program
from .stage import Stage, Story


def publish_the_figures(stage: Stage, program: Program) -> Story:
    """Two weeks before the visit, register and figures become public together, last year's and this."""
    yield stage.before_the_end(14)
    cast, this = program.cast, fiscal_year(japan_date(stage.at))
    made = releases.begin(title="採択事業と数字", by=cast.office, at=stage.at)
    releases.put_in(made, "register", "all", by=cast.office, at=stage.at)
    for year in (this - 1, this):
        if any(register.entries(fictitious=settings.DEMO, fiscal_year=year)):
            releases.put_in(made, "figures", str(year), by=cast.office, at=stage.at)
    scenes.make_public(stage, made, cast)
