"""Whether a picture can be decoded to its end: a file that only begins like one is none.

PNG is unpacked whole and its checksums are compared; of JPEG the segments are walked up to the end
of the picture. Nothing is drawn, so nothing of what a picture may hold is ever run.
"""

import struct
import zlib
from collections.abc import Iterator

#: The most points that a picture may have; more would fill the memory of whoever opens it.
MAX_POINTS = 60_000_000

#: PNG colour type → samples a point.
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: Markers of JPEG that begin a frame, that is, tell height and width.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers of JPEG that nothing follows: restarts, and a filler.
_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}
_BEGIN, _END, _SCAN = 0xD8, 0xD9, 0xDA


class Unreadable(Exception):
    """The bytes are no whole picture."""


class TooManyPoints(Exception):
    """The picture is whole, and too large to be opened."""


def look_at_png(content: bytes) -> None:
    """Unpack a PNG.

    :raises Unreadable: if a checksum is wrong, or something is missing or left over.
    :raises TooManyPoints: if it has more than ``MAX_POINTS``.
    """
    head, packed, ended = b"", b"", False
    parts = []
    for kind, data in _chunks(content):
        if kind == b"IHDR":
            head = data
        elif kind == b"IDAT":
            parts.append(data)
        ended = kind == b"IEND"
    packed = b"".join(parts)
    if len(head) != 13 or not packed or not ended:
        raise Unreadable
    width, height, depth, colour, _packing, _filter, woven = struct.unpack(">IIBBBBB", head)
    _measure(width, height)
    if colour not in _SAMPLES or depth not in (1, 2, 4, 8, 16):
        raise Unreadable
    line = 1 + (width * depth * _SAMPLES[colour] + 7) // 8
    _unpack(packed, line * height, woven=bool(woven))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(content):
        if at + 12 > len(content):
            raise Unreadable
        length = int.from_bytes(content[at : at + 4], "big")
        body, end = content[at + 4 : at + 8 + length], at + 12 + length
        if end > len(content) or zlib.crc32(body) != int.from_bytes(content[end - 4 : end], "big"):
            raise Unreadable
        yield body[:4], body[4:]
        if body[:4] == b"IEND":
            return
        at = end


def _unpack(packed: bytes, size: int, *, woven: bool) -> None:
    """Unpack the points without ever holding more than they may come to.

    A woven picture is stored in seven passes, each with lines of its own, so it is a little longer.
    """
    most = size * 2 + 4096 if woven else size
    unpacker = zlib.decompressobj()
    try:
        found = len(unpacker.decompress(packed, most + 1))
    except zlib.error:
        raise Unreadable from None
    if found > most or (found < size and not woven) or not unpacker.eof:
        raise Unreadable


def look_at_jpeg(content: bytes) -> None:
    """Walk through a JPEG from its first marker to its last.

    :raises Unreadable: if it has no size, no points or no end.
    :raises TooManyPoints: if it has more than ``MAX_POINTS``.
    """
    seen: set[int] = set()
    for marker, data in _segments(content):
        if marker in _FRAMES:
            if len(data) < 6:
                raise Unreadable
            height, width = struct.unpack(">HH", data[1:5])
            _measure(width, height)
        seen.add(marker)
    if _END not in seen or _SCAN not in seen or not seen & _FRAMES:
        raise Unreadable


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker with what belongs to it, up to the end of the picture."""
    at = 2
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        marker = content[at + 1]
        if marker == _END:
            yield marker, b""
            return
        if marker in (0x00, 0xFF) or marker in _BARE:  # inside the points, or a filler
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(content) or marker == _BEGIN:
            raise Unreadable
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + length


def _measure(width: int, height: int) -> None:
    if not width or not height:
        raise Unreadable
    if width * height > MAX_POINTS:
        raise TooManyPoints
