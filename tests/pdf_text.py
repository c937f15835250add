"""Reads the text of a PDF that typst made, so that a test can look for a fact in the very bytes.

Only what typst writes: deflated streams, glyph numbers of two bytes, a ToUnicode map per font.
"""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
IN_BRACKETS = rb"(?:\\.|[^\\()])*"
SHOWN = re.compile(
    rb"/(?:ActualText|Alt)<[^>]*>"
    rb"|/(f\d+) [\d.]+ Tf"
    rb"|\((" + IN_BRACKETS + rb"(?:\(" + IN_BRACKETS + rb"\)" + IN_BRACKETS + rb")*)\)"
    rb"|<([0-9A-F]+)>",
    re.DOTALL,
)
CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(pdf: bytes) -> str:
    """Return what the pages of ``pdf`` show, in the order it is drawn, without spaces between."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type/Page\b", body)]
    return "".join(_page_text(objects, page) for page in pages)


def _page_text(objects, page: bytes) -> str:
    fonts = _fonts(objects, _referred(objects, "Resources", page))
    said, glyphs = [], {}
    for font, literal, hexadecimal in SHOWN.findall(_stream(_referred(objects, "Contents", page))):
        glyphs = fonts.get(font, glyphs)
        codes = bytes.fromhex(hexadecimal.decode()) or ESCAPE.sub(_unescape, literal)
        said += [glyphs[int.from_bytes(codes[at : at + 2])] for at in range(0, len(codes), 2)]
    return "".join(said)


def _referred(objects, key: str, body: bytes) -> bytes:
    return objects[int(re.search(rb"/%s (\d+) 0 R" % key.encode(), body)[1])]


def _fonts(objects, resources: bytes) -> dict[bytes, dict[int, str]]:
    named = re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    return {name: _glyphs(objects, objects[int(number)]) for name, number in named}


def _glyphs(objects, font: bytes) -> dict[int, str]:
    pairs = re.findall(
        rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", _stream(_referred(objects, "ToUnicode", font))
    )
    texts = ((glyph, bytes.fromhex(code.decode()).decode("utf-16-be")) for glyph, code in pairs)
    return {int(glyph, 16): text for glyph, text in texts}


def _stream(body: bytes) -> bytes:
    content = STREAM.search(body)[1]
    return zlib.decompress(content) if b"/FlateDecode" in body else content


def _unescape(match) -> bytes:
    code = match[1]
    return bytes([int(code, 8)]) if len(code) == 3 else CONTROL.get(code, code)
