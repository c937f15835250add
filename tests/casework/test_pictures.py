"""Copies of pictures: drawn anew from the points, so that nothing a camera wrote is in them."""

import io
from datetime import date

import pytest
from PIL import Image, ImageCms

from casework import pictures
from tests.casework.camera import PLANTED, parts_of, photo

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
#: The parts of a JPEG that hold its points, and the one (JFIF) that says that it is a JPEG.
POINTS_OF_JPEG = {"E0", "DB", "C0", "C2", "C4", "DD"}
POINTS_OF_PNG = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"}


def opened(drawn: pictures.Drawn) -> Image.Image:
    return Image.open(io.BytesIO(drawn.content))


def saved(picture: Image.Image, form: str = "PNG", **how) -> bytes:
    made = io.BytesIO()
    picture.save(made, form, **how)
    return made.getvalue()


@pytest.mark.parametrize("form", KINDS)
def test_photo_bears_what_is_planted_in_it(form):
    """Else the next test would prove nothing."""
    found = Image.open(io.BytesIO(photo(form)))

    assert found.getexif().get_ifd(0x8825)[2] == (35, 19, 9)
    assert PLANTED[0] in photo(form) and found.info["icc_profile"]


@pytest.mark.parametrize("bound", [480, 1600])
@pytest.mark.parametrize("form", KINDS)
def test_copy_consists_of_points_alone(form, bound):
    drawn = pictures.draw(photo(form, size=(2000, 1500)), KINDS[form], bound=bound)

    copy = opened(drawn)
    allowed = {"image/jpeg": POINTS_OF_JPEG, "image/png": POINTS_OF_PNG}[drawn.media_type]
    assert parts_of(drawn.content) <= allowed
    assert [planted for planted in PLANTED if planted in drawn.content] == []
    assert not copy.getexif()
    assert {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(copy.info) == set()
    assert (drawn.width, drawn.height) == copy.size == (bound, bound * 3 // 4)


@pytest.mark.parametrize("form", KINDS)
def test_copy_stands_upright(form):
    drawn = pictures.draw(photo(form, turned=True), KINDS[form], bound=100)

    assert (drawn.width, drawn.height) == (48, 64)
    left, right = (opened(drawn).convert("RGB").getpixel((x, 32)) for x in (4, 43))
    assert left[2] > 150 > left[0] and right[0] > 150 > right[2]


@pytest.mark.parametrize("form", KINDS)
def test_same_photo_gives_the_same_copy(form):
    first, second = (pictures.draw(photo(form), KINDS[form], bound=480) for _ in range(2))

    assert first == second


def test_small_picture_is_not_made_larger():
    drawn = pictures.draw(photo("JPEG"), "image/jpeg", bound=480)

    assert (drawn.width, drawn.height) == (64, 48)


def test_transparent_places_stay_and_a_photo_becomes_a_jpeg():
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    noise = Image.effect_noise((200, 200), 80).convert("RGB")

    drawn = pictures.draw(saved(clear), "image/png", bound=480)
    assert (drawn.media_type, opened(drawn).mode) == ("image/png", "RGBA")
    assert pictures.draw(saved(noise), "image/png", bound=480).media_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA", "RGB"])
def test_pictures_of_every_mode_are_drawn(mode):
    made = Image.new("RGB", (30, 20), "white").convert(mode if mode != "I;16" else "I")
    content = saved(made.convert(mode) if mode == "I;16" else made)

    assert pictures.draw(content, "image/png", bound=10).width == 10


def test_colours_of_print_are_turned_into_those_of_screens():
    content = saved(Image.new("CMYK", (30, 20), (0, 255, 255, 0)), "JPEG")

    red, green, _blue = opened(pictures.draw(content, "image/jpeg", bound=30)).getpixel((5, 5))
    assert red > 200 and green < 60


def test_colours_are_read_by_the_profile_of_the_picture():
    """A profile says which colour the points mean; here one in which red is called green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"temp"), (b"gXYZ", b"rXYZ"), (b"temp", b"gXYZ")):
        profile = profile.replace(old, new)
    content = saved(Image.new("RGB", (8, 8), (200, 30, 30)), icc_profile=profile)

    red, green, _blue = opened(pictures.draw(content, "image/png", bound=8)).getpixel((4, 4))
    assert (red < 100, green > 150) == (True, True)


def test_damage_beside_the_points_keeps_no_picture_from_being_drawn():
    content = saved(Image.new("RGB", (8, 8)), "JPEG", exif=b"Exif\0\0garbage", icc_profile=b"none")

    assert pictures.draw(content, "image/jpeg", bound=8).width == 8
    assert pictures.taken_on(content, "image/jpeg") is None


@pytest.mark.parametrize("form", KINDS)
def test_day_is_read_as_the_camera_wrote_it(form):
    assert pictures.taken_on(photo(form), KINDS[form]) == date(2026, 10, 3)


def test_day_that_is_none_is_none():
    assert pictures.taken_on(saved(Image.new("RGB", (8, 8))), "image/png") is None


@pytest.mark.parametrize("form", KINDS)
def test_half_a_photo_is_not_drawn(form):
    content = photo(form, size=(200, 150))

    with pytest.raises(pictures.Unreadable):
        pictures.draw(content[: len(content) // 2], KINDS[form], bound=480)


def test_nothing_else_is_decoded_than_what_it_is_said_to_be():
    with pytest.raises(pictures.Unreadable):
        pictures.look_at(saved(Image.new("RGB", (8, 8)), "GIF"), "image/png")
