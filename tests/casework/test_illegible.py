"""Texts of which a part cannot be read."""

import pytest

from casework.illegible import MARK, patched

TEXT = "番号,内容\n1,説明会をひらく\n2,広報に載せる\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_text_cut_anywhere_comes_back_with_the_line_of_the_half_character(encoding):
    content = TEXT.encode(encoding)
    told = {"whole": 0, "half": 0}
    for end in range(len("番号".encode(encoding)), len(content)):
        mended, lines = patched(content[:end])
        before = content[:end].decode(encoding, "ignore")
        if before.encode(encoding) == content[:end]:
            told["whole"] += 1
            assert (mended, lines) == (content[:end], [])
        else:
            told["half"] += 1
            assert lines == [before.count("\n") + 1]
            assert mended.decode("utf-8-sig").rstrip(MARK) == before

    assert min(told.values()) >= 10


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_damage_within_a_text_is_told_with_each_line(encoding):
    lines = TEXT.encode(encoding).split(b"\n")
    lines[1] += b"\x81"
    lines[2] = b"\x85" + lines[2]

    mended, found = patched(b"\n".join(lines))

    assert found == [2, 3]
    assert mended.decode() == f"番号,内容\n1,説明会をひらく{MARK}\n{MARK}2,広報に載せる\n"


@pytest.mark.parametrize("damage", [b"\xfd", b"\xff", b"\xa0", b"\x80", b"\xf0\x40"])
def test_bytes_that_cp932_leaves_free_are_damage(damage):
    lines = TEXT.encode("cp932").split(b"\n")
    lines[2] += damage

    mended, found = patched(b"\n".join(lines))

    assert found == [3]
    assert mended.decode() == f"番号,内容\n1,説明会をひらく\n2,広報に載せる{MARK}\n"


def test_signs_for_private_use_are_damage_in_utf8_too():
    assert patched(f"{TEXT}3,\uf8f1\n".encode()) == (f"{TEXT}3,{MARK}\n".encode(), [4])


@pytest.mark.parametrize(
    "content",
    [b"", b"plain", TEXT.encode(), TEXT.encode("cp932"), b"PK\x03\x04\xff", TEXT.encode("utf-16")],
)
def test_what_can_be_read_or_is_no_text_comes_back_as_it_is(content):
    assert patched(content) == (content, [])
