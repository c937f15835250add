"""The meetings of the subcommittee: who was there, who left the room, what was said."""

from datetime import date, datetime, timedelta

from accounts.models import User
from grants.models import Round
from reviews import meetings
from reviews.barring import barred_members
from reviews.models import AgendaItem, Meeting

from .cast import Cast
from .stage import Stage

MINUTE = timedelta(minutes=1)
#: An invented meeting: nothing is known of how the city holds them.
QUORUM, PRESENTATION_MINUTES, QUESTION_MINUTES = 2, 5, 5
SAID = "活動の広がりについて質問があり、団体の計画を確かめた。"


def plan(stage: Stage, call: Round, cast: Cast, *, on: date) -> Meeting:
    """The office plans a meeting about all that is in selection; the first member takes the chair."""
    return meetings.plan(
        call, held_on=on, place="架空会議室", chair=call.seats.earliest("pk"), quorum=QUORUM,
        presentation_minutes=PRESENTATION_MINUTES, question_minutes=QUESTION_MINUTES,
        by=cast.office, at=stage.at,
    )  # fmt: skip


def hold(stage: Stage, call: Round, cast: Cast) -> None:
    """The subcommittee meets on the day on which the decision is drafted: each item in its order."""
    if not call.proposals.filter(state="in_selection").exists():
        return
    at, office = stage.at, cast.office
    meeting = plan(stage, call, cast, on=stage.today)
    meetings.open_meeting(meeting, by=office, at=at)
    for seat in call.seats.order_by("pk"):
        meetings.arrive(meeting, seat=seat, by=office, at=at)
    for item in meeting.items.order_by("position"):
        at += 15 * MINUTE
        _discuss(item, office, at=at)
    meetings.close_meeting(meeting, by=office, at=at + 15 * MINUTE)


def _discuss(item: AgendaItem, office: User, *, at: datetime) -> None:
    """Who must not meet the proposal leaves the room until the item has ended."""
    item = meetings.begin_item(item, by=office, at=at)
    barred = barred_members([item.proposal_id])[item.proposal_id]
    for seat in item.meeting.round.seats.filter(user__in=barred).order_by("pk"):
        meetings.step_out(item, seat=seat, by=office, at=at)
    item = meetings.save_note(item, text=SAID, edit_number=item.edit_number, by=office, at=at)
    meetings.end_item(item, by=office, at=at + 10 * MINUTE)
