import pytest

from accounts import services
from casework.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


def test_invitation_waits_in_the_outbox_and_goes_there_once():
    group = factories.organization()
    guest = factories.user()
    invitation, token = services.invite(
        group, email=guest.email, role="editor", by=factories.member(group), at=factories.NOON
    )

    notice = Notice.objects.get()

    assert (notice.to, notice.recipient, notice.kind) == (
        guest.email,
        guest,
        "account_invitation",
    )
    assert token in notice.body
    assert notice.key == f"account_invitation-{invitation.pk}"
