"""Two windows that add the same photo, and two workers that draw one, at the same moment."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from casework import outbox, picture_copies, verification
from casework.models import PictureCopy, StoredFile
from grants.models import Picture, ProjectYear
from grants.services.pictures import add_picture
from tests.casework.camera import photo
from tests.casework.cases import group_of
from tests.factories import NOON
from tests.grants.test_months import planned_year
from tests.races.threads import kinds, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with outbox.delivered_by_hand():
        yield
    assert list(verification.faults()) == []


def adding(year: ProjectYear, by: User):
    mine, who = ProjectYear.objects.get(pk=year.pk), User.objects.get(pk=by.pk)

    def run():
        upload = SimpleUploadedFile("a.jpg", photo("JPEG"))
        return add_picture(mine, upload, kind="photo", by=who, at=NOON)

    return run


def test_photo_that_is_added_twice_at_once_is_there_once():
    year = planned_year()
    group = group_of(year)

    outcomes = race(*(adding(year, group) for _window in range(2)))

    assert kinds(outcomes) == ["ValidationError", "ok"]
    assert Picture.objects.count() == StoredFile.objects.count() == 1


def test_copy_that_two_draw_at_once_is_one_row():
    year = planned_year()
    made = add_picture(
        year, SimpleUploadedFile("a.jpg", photo("JPEG")), kind="photo", by=group_of(year), at=NOON
    )
    PictureCopy.objects.all().delete()

    race(*(lambda: picture_copies.draw_all(made.file_id) for _worker in range(2)))

    assert sorted(PictureCopy.objects.values_list("size", flat=True)) == ["large", "small"]
