"""Photos as cameras write them: with position, day, device, thumbnail and more beside the points."""

import io
from functools import cache

from PIL import ExifTags, Image, ImageCms
from pillow_heif import register_heif_opener

register_heif_opener()

#: What is planted beside the points, and must be in no copy.
PLANTED = (b"CAMERA-MAKER", b"EDITORS-XMP", b"AGENCY-IPTC", b"A-COMMENT", b"2026:10:03")
TAKEN_ON = "2026:10:03 23:59:59"


@cache
def photo(form: str, *, size: tuple[int, int] = (64, 48), turned: bool = False, **how) -> bytes:
    """Return a photo: its upper half red, its lower half blue, with all that a camera plants.

    :param form: as Pillow calls it.
    :param turned: whether the camera was held on its side, so that the photo is to be turned.
    """
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0], size[1] // 2))
    made = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    beside = {"exif": _exif(turned).tobytes(), "icc_profile": profile}
    if form in ("JPEG", "WEBP", "HEIF"):
        beside["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>EDITORS-XMP</x:xmpmeta>"
    if form == "JPEG":
        beside["comment"] = b"A-COMMENT"
    picture.save(made, form, **beside, **how)
    content = made.getvalue()
    return content[:2] + _iptc() + content[2:] if form == "JPEG" else content


def _exif(turned: bool) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "CAMERA-MAKER"
    if turned:
        exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = TAKEN_ON
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef], position[ExifTags.GPS.GPSLatitude] = "N", (35, 19, 9)
    position[ExifTags.GPS.GPSLongitudeRef], position[ExifTags.GPS.GPSLongitude] = "E", (139, 33, 0)
    return exif


def _iptc() -> bytes:
    """A segment as news agencies write it: who took the photo, and where."""
    body = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x0bAGENCY-IPTC"
    return b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body


def parts_of(content: bytes) -> set[str]:
    """Return what a JPEG or PNG consists of: its segments, or its chunks."""
    return set(_chunks(content) if content.startswith(b"\x89PNG") else _segments(content))


def _segments(content: bytes):
    at = 2
    while content[at] == 0xFF and content[at + 1] != 0xDA:  # the points begin there
        yield f"{content[at + 1]:02X}"
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    assert content.endswith(b"\xff\xd9")


def _chunks(content: bytes):
    at = 8
    while at < len(content):
        yield content[at + 4 : at + 8].decode()
        at += 12 + int.from_bytes(content[at : at + 4], "big")
