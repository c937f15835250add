from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Role
from guideline import services
from guideline.models import Crosswalk
from tests import factories


def test_confirm_keeps_who_confirmed_first(loaded):
    first, second = factories.user(Role.OFFICE), factories.user(Role.OFFICE)
    rows = Crosswalk.objects.order_by("pk")

    assert services.confirm(rows.filter(kind="kept"), by=first, at=factories.NOON) == 8
    later = factories.NOON + timedelta(days=1)
    assert services.confirm(rows, by=second, at=later) == 21
    with pytest.raises(PermissionDenied):
        services.confirm(rows, by=factories.user(Role.AUDITOR), at=later)

    kept = rows.filter(kind="kept").values_list("confirmed_by", "confirmed_at")
    assert set(kept) == {(first.pk, factories.NOON)}
