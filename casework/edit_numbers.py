"""The number a text is saved under: a window with an old number never overwrites a newer text."""


class StaleDraft(Exception):
    """Somebody saved since this page was loaded; nothing was overwritten.

    Its only argument is the number the text has now.
    """


def take_next(row, edit_number: int) -> None:
    """Give ``row`` its next number, which the caller saves with what was written.

    :param row: has ``edit_number``; locked by the caller and read afresh.
    :param edit_number: the number the page was loaded with.
    :raises StaleDraft: if ``row`` has another one.
    """
    if row.edit_number != edit_number:
        raise StaleDraft(row.edit_number)
    row.edit_number += 1
