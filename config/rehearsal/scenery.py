"""Invented photos and a flyer: drawn by the program, so that nobody is in them."""

import io
import random
from datetime import datetime

from PIL import ExifTags, Image, ImageDraw, ImageFont
from pylopdf_fonts_jp import serif_path

SKY, HILL, ROOF, WALL, PATH = "#a9d3f2", "#7fae6a", "#b0563f", "#f3e7d0", "#d9c9a3"
WIDTH, HEIGHT = 1200, 900


def photo(number: int, taken_at: datetime, *, form: str = "HEIF") -> bytes:
    """Return an invented photo as a telephone takes it, with the day beside the points.

    :param form: as Pillow calls it; a telephone takes HEIF, and a camera JPEG.
    """
    picture, chance = Image.new("RGB", (WIDTH, HEIGHT), SKY), random.Random(number)  # noqa: S311
    draw = ImageDraw.Draw(picture)
    for x in range(-200, WIDTH, 260):
        high = chance.randrange(120, 260)
        draw.ellipse((x, 420 - high, x + 520, 420 + high), fill=HILL)
    draw.rectangle((0, 520, WIDTH, HEIGHT), fill=PATH)
    for place in range(4):
        left, wide = 60 + place * 280, chance.randrange(150, 220)
        draw.rectangle((left, 400, left + wide, 620), fill=WALL)
        draw.polygon(
            [(left - 20, 400), (left + wide // 2, 300), (left + wide + 20, 400)], fill=ROOF
        )
    for _flower in range(140):
        x, y, size = chance.randrange(WIDTH), chance.randrange(650, HEIGHT), chance.randrange(8, 22)
        draw.ellipse(
            (x, y, x + size, y + size), fill=chance.choice(["#d84f7a", "#f2c230", "#ffffff"])
        )
    return _saved(picture, form, exif=_beside(taken_at))


def _beside(taken_at: datetime) -> bytes:
    exif = Image.Exif()
    said = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = said
    return exif.tobytes()


def flyer(*lines: str) -> bytes:
    """Return an invented flyer (PNG): the first of its lines is the largest."""
    sheet = Image.new("RGB", (900, 1270), "#fff7e0")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, 900, 420), fill=SKY)
    draw.ellipse((560, 60, 820, 320), fill="#f2c230")
    draw.rectangle((0, 380, 900, 420), fill=HILL)
    top = 500
    for number, line in enumerate(lines):
        size = min(72, 780 // max(len(line), 1)) if number == 0 else 40
        draw.text((60, top), line, fill="#1f2933", font=ImageFont.truetype(serif_path(), size))
        top += size * 2
    return _saved(sheet, "PNG")


def _saved(picture: Image.Image, form: str, **how) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, **how)
    return made.getvalue()
