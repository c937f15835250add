from datetime import timedelta

from guideline import services
from guideline.models import Crosswalk
from tests import factories


def test_confirm_keeps_who_confirmed_first(loaded):
    first, second = factories.user(), factories.user()
    rows = Crosswalk.objects.order_by("pk")

    assert services.confirm(rows.filter(kind="kept"), by=first, at=factories.NOON) == 8
    later = factories.NOON + timedelta(days=1)
    assert services.confirm(rows, by=second, at=later) == 21

    kept = rows.filter(kind="kept").values_list("confirmed_by", "confirmed_at")
    assert set(kept) == {(first.pk, factories.NOON)}
