"""Which photos of a frozen text the public sees, and their bytes.

A photo is public while it was released, still stands in its report, and its consent, description and
file still stand: whoever is shown may object at any time, and then no release is waited for. Nothing is
ever added to what was released.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from casework.models import PictureCopy
from grants.models.picture import Described

from .models import CollaborationReport, ReportPhoto

Size = PictureCopy.Size
#: What is told of the large copy of a photo → what stands there while there is none.
OF_COPY = {"media_type": "", "width": None, "height": None, "digest": ""}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}
#: What the public reads of a photo that it sees: which one it is, and the words.
READ = ("id", "alt", "caption")


def content_of_photos(report: CollaborationReport) -> list[dict]:
    """Return the photos of a report as a version keeps them; of people who are shown, nothing.

    Those of which somebody decided that they stay with the city are left out. What else is missing
    shows in the values, for the checks of a release: a photo without a copy has no ``media_type``.
    """
    return contents_of_photos([report.pk]).get(report.pk, [])


def contents_of_photos(reports: list[int]) -> dict[int, list[dict]]:
    """Return what :func:`content_of_photos` does, of many reports in one query."""
    large = PictureCopy.objects.filter(file=OuterRef("file"), size=Size.LARGE)
    drawn = {f"large_{name}": Subquery(large.values(name)[:1]) for name in OF_COPY}
    photos = ReportPhoto.objects.filter(report__in=reports, kept_internal=False)
    found: dict[int, list[dict]] = {}
    for photo in photos.with_files().annotate(**drawn):
        found.setdefault(photo.report_id, []).append(_content(photo))
    return found


def _content(photo: ReportPhoto) -> dict:
    is_there = photo.has_large_copy and photo.file.is_served
    return {
        "id": photo.pk,
        "alt": photo.alternative_text,
        "caption": photo.caption,
        "consent": photo.agreed,
        **{
            name: getattr(photo, f"large_{name}") if is_there else missing
            for name, missing in OF_COPY.items()
        },
    }


def ready(content: dict) -> list[dict]:
    """Return the photos of a frozen text that bear all that is needed, whatever froze them."""
    return [
        photo for photo in content.get("photos", ())
        if _is_agreed(photo) and photo["media_type"] in ENDINGS
    ]  # fmt: skip


def _is_agreed(photo: dict) -> bool:
    return bool(photo["alt"].strip()) and photo["consent"] in Described.AGREED


def to_be_seen(content: dict, *, after: dict) -> list[dict]:
    """Return the photos that the public would see of a text once it replaced the text ``after``.

    One that was released stands or not, as :func:`standing` says; a new one is seen once it is described
    and agreed to, for its copy is drawn by itself.
    """
    released = {photo["id"] for photo in after.get("photos", ())}
    there = standing_in([after, content])
    return [
        photo for photo in content.get("photos", ())
        if photo["id"] in there or (photo["id"] not in released and _is_agreed(photo))
    ]  # fmt: skip


def standing(content: dict) -> list[dict]:
    """Return the photos of a frozen text that may be shown now."""
    there = standing_in([content])
    return [photo for photo in ready(content) if photo["id"] in there]


def is_public(photo: ReportPhoto) -> bool:
    """Return whether the public sees this photo now."""
    report = CollaborationReport.objects.public(fictitious=True).filter(pk=photo.report_id).first()
    content = report.publication.version.content if report and report.publication else None
    return any(one["id"] == photo.pk for one in standing(content or {}))


def standing_in(contents: Iterable[dict]) -> set[int]:
    """Return the ids of the photos that may be shown now, of many frozen texts in one query."""
    told = [photo["id"] for content in contents for photo in ready(content)]
    if not told:
        return set()
    kept = ReportPhoto.objects.publishable().filter(pk__in=told)
    return set(kept.values_list("pk", flat=True))


def all_stand(photos: Collection[int]) -> bool:
    """Return whether all photos of these ids may be shown now."""
    return not photos or ReportPhoto.objects.publishable().filter(pk__in=photos).count() == len(
        photos
    )


def bytes_of(photo: dict, size: str = Size.LARGE) -> bytes | None:
    """Return the picture of a photo of a frozen text, or ``None`` where it is not there."""
    found = PictureCopy.objects.filter(file__in=_file_of(photo), size=size).first()
    return bytes(found.content) if found else None


def _file_of(photo: dict):
    return ReportPhoto.objects.filter(pk=photo["id"]).values("file")


@dataclass(frozen=True, slots=True)
class Printed:
    """A photo on paper.

    :ivar name: of its file while the paper is made.
    """

    name: str
    alt: str
    caption: str
    content: bytes


def printed(content: dict) -> list[Printed]:
    """Return the photos of a frozen text that may be shown now; small copies are enough for paper."""
    told = standing(content)
    files = dict(
        ReportPhoto.objects.filter(pk__in=[one["id"] for one in told]).values_list("pk", "file")
    )
    copies = PictureCopy.objects.filter(file__in=files.values()).order_by("size")
    drawn = {copy.file_id: copy for copy in copies}  # the small one after the large one
    return [_printed(one, drawn[files[one["id"]]]) for one in told if files[one["id"]] in drawn]


def _printed(photo: dict, copy: PictureCopy) -> Printed:
    name = f"photo-{photo['id']}.{ENDINGS[copy.media_type]}"
    return Printed(name, photo["alt"], photo["caption"], bytes(copy.content))
