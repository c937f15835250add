"""Pictures: whether one can be decoded to its end, and copies of it that tell nothing besides.

What a camera writes beside a picture (position, day, device, thumbnails, comments) is never in a
copy: a copy is drawn anew from the points alone. Of the original only the side that is up and its
colours are used, and, for whoever describes it, the day on which it was taken.
"""

import io
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pillow_heif
import typst
from PIL import ExifTags, Image, ImageCms, ImageOps

pillow_heif.register_heif_opener(thumbnails=False)

#: The most points that a picture may have; more would fill the memory of whoever opens it.
MAX_POINTS = 60_000_000
#: Media type → what Pillow calls it; nothing else is ever decoded.
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
}
#: A paper whose first page can be drawn as a picture.
PAPER = "application/pdf"
#: Draws the first page of a paper, its longer side as long as ``bound``.
_FIRST_PAGE = """
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#context {
  let natural = measure(image("paper.pdf", page: 1))
  let times = BOUND * 1pt / calc.max(natural.width, natural.height)
  image("paper.pdf", page: 1, width: natural.width * times)
}
"""
#: How well a JPEG keeps the picture; more makes files larger, and nobody sees it.
QUALITY = 85
#: What Pillow and the libraries below it raise on bytes that are no whole picture.
_BROKEN = (OSError, SyntaxError, ValueError, RuntimeError, EOFError, MemoryError, IndexError)
#: What they raise besides on damage beside the points, while the picture itself is whole.
_ODD = (*_BROKEN, LookupError, TypeError, AttributeError, ArithmeticError, ImageCms.PyCMSError)


class Unreadable(Exception):
    """The bytes are no whole picture."""


class TooManyPoints(Exception):
    """The picture is whole, and too large to be opened."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew; width and height in points."""

    content: bytes
    media_type: str
    width: int
    height: int


def points_of(content: bytes, media_type: str) -> int:
    """Return how many points a picture says that it has; none of them is decoded.

    :raises Unreadable: if its head cannot be read.
    :raises TooManyPoints: if it has more than ``MAX_POINTS``.
    """
    picture = _open(content, media_type)
    return picture.width * picture.height


def look_at(content: bytes, media_type: str) -> None:
    """Decode a picture to its end.

    :raises Unreadable: if it is none, has no end, or is damaged on the way.
    :raises TooManyPoints: if it has more than ``MAX_POINTS``.
    """
    picture = _open(content, media_type)
    try:
        if picture.format == "PNG":  # decoding it does not compare its checksums
            picture.verify()
            picture = _open(content, media_type)
        picture.draft(picture.mode, (1, 1))  # a JPEG is read to its end all the same
        picture.load()
    except _BROKEN:
        raise Unreadable from None


def draw(content: bytes, media_type: str, *, bound: int) -> Drawn:
    """Draw a picture anew, upright and in common colours, without anything that stood beside it.

    Of a paper (PDF) it draws the first page.

    The same bytes give the same copy. One with transparent places becomes a PNG; any other a JPEG,
    or a PNG if it was one and that is smaller, as of what was drawn and not photographed.

    :param bound: the longer side, in points; a smaller picture keeps its size.
    :raises Unreadable: see :func:`look_at`.
    :raises TooManyPoints: see :func:`look_at`.
    """
    picture = _open(*_as_picture(content, media_type, bound))
    was_png = picture.format == "PNG"
    try:
        picture.draft(picture.mode, (bound, bound))
        picture.load()
        plain = _plain(_in_common_colours(_upright(picture)), bound)
    except _BROKEN:
        raise Unreadable from None
    if plain.mode == "RGBA":
        content, kind = _saved(plain, "PNG"), "image/png"
    else:
        content, kind = _saved(plain, "JPEG", quality=QUALITY), "image/jpeg"
        if was_png and len(png := _saved(plain, "PNG")) < len(content):
            content, kind = png, "image/png"
    return Drawn(content, kind, *plain.size)


def taken_on(content: bytes, media_type: str) -> date | None:
    """Return the day that the camera wrote beside a picture, as it was where it was taken.

    :raises Unreadable: if its head cannot be read.
    :raises TooManyPoints: if it has more than ``MAX_POINTS``.
    """
    picture = _open(content, media_type)
    try:
        said = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return datetime.strptime(str(said)[:10], "%Y:%m:%d").date()  # noqa: DTZ007  no moment, a day
    except _ODD:
        return None


def _as_picture(content: bytes, media_type: str, bound: int) -> tuple[bytes, str]:
    if media_type != PAPER:
        return content, media_type
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "paper.pdf").write_bytes(content)
        sheet = Path(folder) / "sheet.typ"
        sheet.write_text(_FIRST_PAGE.replace("BOUND", str(bound)))
        try:
            return bytes(typst.compile(sheet, root=folder, format="png", ppi=72.0)), "image/png"
        except (typst.TypstError, RuntimeError, ValueError):
            raise Unreadable from None


def _open(content: bytes, media_type: str) -> Image.Image:
    """Read the head of a picture; no point is decoded yet."""
    try:
        picture = Image.open(io.BytesIO(content), formats=[FORMATS[media_type]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPoints from None
    except _BROKEN:
        raise Unreadable from None
    if picture.width * picture.height > MAX_POINTS:
        raise TooManyPoints
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except _ODD:
        return picture


def _in_common_colours(picture: Image.Image) -> Image.Image:
    """Turn colours into sRGB by the picture's own profile, since a copy bears none."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            common = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, own, common, outputMode="RGB") or picture
        except _ODD:
            pass
    return picture


def _plain(picture: Image.Image, bound: int) -> Image.Image:
    """Copy nothing but the points, made smaller where they are too many."""
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((bound, bound), Image.Resampling.LANCZOS)
    if picture.mode == "RGBA" and picture.getextrema()[3][0] == 255:  # nothing is transparent
        picture = picture.convert("RGB")
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    return plain


def _saved(picture: Image.Image, form: str, **how) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, optimize=True, **how)
    return made.getvalue()
