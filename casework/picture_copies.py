"""The copies of uploaded pictures that browsers show: drawn once, from what the scanner let pass.

A small picture is drawn by whoever asks first; a large one by a worker. Either may be lost, come
twice or end midway: the row is there whole or not at all, and the next to ask draws it.
"""

import hashlib
import logging

from celery import current_app
from celery.exceptions import OperationalError
from django.db import transaction

from . import pictures
from .models import PictureCopy, StoredFile

Size = PictureCopy.Size

#: The longer side of a copy, in points.
BOUNDS = {Size.SMALL: 480, Size.LARGE: 1600}
#: The most points that a picture may have to be drawn at once, in the request: a photo of 16 MP.
AT_ONCE = 16_000_000
#: Seconds after which a message to the workers is stale; whoever looks next sends another.
MESSAGE_SECONDS = 60

log = logging.getLogger(__name__)


class NoCopy(Exception):
    """There can be no copy: the file is no picture, closed, taken out or destroyed, or broken."""


class NotYet(Exception):
    """A worker draws it; it is there soon."""


def ask_soon(stored: StoredFile) -> None:
    """Draw the copies of a new upload once it is committed, if the scanner has nothing to say."""
    if stored.is_picture and stored.is_served:
        transaction.on_commit(lambda: _draw_or_ask(stored.pk), robust=True)


def _draw_or_ask(file_id: int) -> None:
    stored = StoredFile.objects.get(pk=file_id)
    try:
        copy_of(stored, Size.SMALL)
        copy_of(stored, Size.LARGE)
    except (NoCopy, NotYet) as why:
        log.info("File %s has no copies yet: %s", file_id, type(why).__name__)


def copy_of(stored: StoredFile, size: str) -> PictureCopy:
    """Return the copy of a picture in one size; the first time, it is drawn.

    :raises NoCopy: if there can be none.
    :raises NotYet: if the picture is so large that a worker draws it; it has been asked.
    """
    if not may_have_copies(stored):
        raise NoCopy
    found = PictureCopy.objects.filter(file=stored, size=size).first()
    if found is not None:
        return found
    content = _bytes_of(stored)
    if _is_large(content, stored.media_type):
        _ask_a_worker(stored.pk)
        raise NotYet
    return _draw(stored, content, size)


def draw_all(file_id: int) -> int:
    """Draw what copies of a picture are missing, however large it is; return how many were."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None or not may_have_copies(stored):
        return 0
    there = set(PictureCopy.objects.filter(file=stored).values_list("size", flat=True))
    missing = [size for size in BOUNDS if size not in there]
    try:
        content = _bytes_of(stored) if missing else b""
        for size in missing:
            _draw(stored, content, size)
    except NoCopy:
        return 0
    return len(missing)


def may_have_copies(stored: StoredFile) -> bool:
    """Return whether anybody may be shown the picture at all: not before the scanner let it pass."""
    there = stored.removed_at is None and stored.destroyed_at is None
    return stored.is_picture and stored.is_served and there


def _bytes_of(stored: StoredFile) -> bytes:
    try:
        with stored.content.open("rb") as content:
            return content.read()
    except OSError:
        log.warning("The bytes of file %s cannot be read.", stored.pk)
        raise NoCopy from None


def _is_large(content: bytes, media_type: str) -> bool:
    """Return whether a worker draws it; always of a paper, of which nobody knows how long it takes."""
    if media_type == pictures.PAPER:
        return True
    try:
        return pictures.points_of(content, media_type) > AT_ONCE
    except (pictures.Unreadable, pictures.TooManyPoints):
        raise NoCopy from None


def _draw(stored: StoredFile, content: bytes, size: str) -> PictureCopy:
    """Draw one copy with no transaction open, and keep it unless another was faster."""
    try:
        drawn = pictures.draw(content, stored.media_type, bound=BOUNDS[Size(size)])
    except (pictures.Unreadable, pictures.TooManyPoints):
        raise NoCopy from None
    with transaction.atomic():
        now = StoredFile.objects.select_for_update().get(pk=stored.pk)
        if not may_have_copies(now):  # it was destroyed meanwhile
            raise NoCopy
        made, _created = PictureCopy.objects.get_or_create(
            file=now, size=size,
            defaults={
                "media_type": drawn.media_type,
                "width": drawn.width,
                "height": drawn.height,
                "digest": hashlib.sha256(drawn.content).hexdigest(),
                "content": drawn.content,
            },
        )  # fmt: skip
    return made


def _ask_a_worker(file_id: int) -> None:
    try:
        current_app.send_task(
            "casework.tasks.draw_picture", kwargs={"file_id": file_id}, expires=MESSAGE_SECONDS
        )
    except (OperationalError, OSError):
        log.warning("The broker does not answer; the next to look at file %s asks again.", file_id)
