"""How often a criterion counts stands beside it wherever its points do."""

from decimal import Decimal

from django.urls import reverse

from reviews import meetings
from reviews.models import Criterion
from tests.case_pages import whole_page
from tests.factories import NOON

from .conftest import fill


def test_weight_stands_beside_the_criterion(scene, client):
    first = Criterion.objects.filter(rubric__round=scene.round).order_by("position").first()
    Criterion.objects.filter(pk=first.pk).update(weight=Decimal("2.5"))
    named, member = f"{first.label_ja} ×2.5", scene.seats[0].user
    sheet = scene.sheet(0, 0)
    client.force_login(member)
    assert named in client.get(reverse("reviews:sheet", args=[sheet.pk])).content.decode()

    fill(sheet, 8, 4)
    shown = whole_page(client, sheet)
    assert named in shown
    assert '<td class="num">24</td>' in shown  # 8 × 2.5 + 4, never 12
    own = client.get(reverse("reviews:own-sheets", args=[scene.round.pk])).content.decode()
    assert named in own

    day = NOON.date()
    meeting = meetings.plan(scene.round, held_on=day, by=scene.office, at=NOON)
    meetings.open_meeting(meeting, by=scene.office, at=NOON)
    meetings.arrive(meeting, seat=scene.seats[1], by=scene.office, at=NOON)
    item = meeting.items.get(proposal=scene.proposals[0])
    meetings.begin_item(item, by=scene.office, at=NOON)
    client.force_login(scene.office)
    for name in ("meeting", "board"):
        if name == "board":
            fill(scene.sheet(0, 1), 8, 4)
            fill(scene.sheet(1, 1), 8, 4)
        page = client.get(reverse(f"reviews:{name}", args=[meeting.pk])).content.decode()
        assert "×2.5" in page, name
