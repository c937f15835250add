"""Classes and statuses as the city's tables write them, whoever typed them.

Width, case, blanks, dashes (Ⅱ－ア), rings (〇) and the dot of 済･継 make no difference.
"""

import re
import unicodedata

from .models import Classification, Status

#: Classes and statuses as a table prints them, after :func:`key`.
CLASSES = {
    "I": Classification.PRIORITY,
    "II-ア": Classification.MEDIUM_TERM,
    "II-イ": Classification.CONTINUED,
    "III": Classification.STEPWISE,
}
STATUSES = {
    "未": Status.NOT_STARTED,
    "着手中": Status.IN_PROGRESS,
    "一部済": Status.PARTLY,
    "済": Status.DONE,
    "済・継": Status.ONGOING,
}
#: Status → the word for it in a table.
WORD_OF = {status: word for word, status in STATUSES.items()}
#: Marks a month without words; however it is typed (``models.RINGS``) it is read.
RING = "○"


def key(text: str) -> str:
    """Return words so that width, case and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def class_key(text: str) -> str:
    """Return a class so that however its digits, dash, ring and arrow were typed is one."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return plain.translate(str.maketrans("‐‑‒–—―−ー〇◯⇒", "-------" + "-" + "○○→"))


def with_dash(mark: str) -> str:
    return re.sub(r"^II-?([アイ])$", r"II-\1", mark)


def status_of(text: str) -> Status | None:
    return STATUSES.get(key(text))


def class_of(text: str) -> Classification | None:
    """Return the class of a mark such as 【Ⅰ】<重点施策> or 【Ⅱ-ア】."""
    found = re.fullmatch(r"【([^】]+)】(<重点(?:施策)?>)?", class_key(text))
    code = CLASSES.get(found[1]) if found else None
    return None if code is None or (found[2] and code != Classification.PRIORITY) else code


def class_name(code: str) -> str:
    """Return a class as a table prints it: 【Ⅱ-ア】."""
    mark = next(mark for mark, known in CLASSES.items() if known == code)
    return "【{}】".format(mark.replace("III", "Ⅲ").replace("II", "Ⅱ").replace("I", "Ⅰ"))


def mark_of(code: str, priority: str = "<重点施策>") -> str:
    """Return a class as the table marks it: 【Ⅰ】<重点施策>, 【Ⅱ-ア】."""
    return class_name(code) + (priority if code == Classification.PRIORITY else "")
