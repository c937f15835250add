"""The photos of a department's report: one that the public sees, and one that stays with the city."""

from django.core.files.base import ContentFile

from accounts.models import User
from casework import picture_copies
from reporting import photos
from reporting.models import CollaborationReport, ReportPhoto

from . import scenery
from .stage import Stage

_Consent = ReportPhoto.Consent
#: What is said of each.
SAID = (
    {
        "caption": "会場のまわり",
        "alternative_text": "家並みの前の道ばたに、色とりどりの花が咲いている。（架空の絵です）",
        "people": "", "consent": _Consent.NOBODY,
    },
    {
        "caption": "準備のようす",
        "alternative_text": "丘を背にして4軒の家が並んでいる。（架空の絵です）",
        "people": "運営の人3人。口頭で了承", "consent": _Consent.GIVEN,
    },
)  # fmt: skip


def add_photos(stage: Stage, report: CollaborationReport, writer: User, *, first: int) -> None:
    """A department adds two photos and decides that the second one is not for the public.

    :param first: number of the first picture that is drawn; each number gives another one.
    """
    by = {"by": writer, "at": stage.at}
    for number, said in enumerate(SAID, start=first):
        drawn = scenery.photo(number, stage.at, form="JPEG")
        added = photos.add(report, ContentFile(drawn, name=f"P{number:07}.JPG"), **said, **by)
        picture_copies.draw_all(added.file_id)  # a day of the stage is one transaction
    photos.describe(added, fields={"kept_internal": True}, **by)
