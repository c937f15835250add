"""The page of a case as its reader finds it: in parts at addresses of their own."""

import re

from django.test import Client
from django.urls import reverse

#: The menu of the parts, and what a part says below its head.
MENU = re.compile(r'<nav class="tabs".*?</nav>', re.DOTALL)
BELOW_THE_HEAD = re.compile(r"next-step-short.*?</section>(.*)</main>", re.DOTALL)


def address_of(case, part: str = "") -> str:
    if part:
        return reverse("casework:case-part", args=[case.pk, part])
    return reverse("casework:case", args=[case.pk])


def part_of(client: Client, case, part: str = "") -> str:
    """Return one part of the page; without a name the first one, where the case stands."""
    answer = client.get(address_of(case, part))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def menu_of(client: Client, case) -> list[str]:
    """Return the parts that the reader's menu leads to, by name; of the first one the name is empty."""
    menu = MENU.search(part_of(client, case))
    assert menu is not None
    return re.findall(rf'href="/cases/{case.pk}/(?:(\w+)/)?"', menu[0])


def whole_page(client: Client, case) -> str:
    """Return all parts that the reader's menu leads to, one after the other, each without its head."""
    first, *others = menu_of(client, case)
    said = [BELOW_THE_HEAD.search(part_of(client, case, part)) for part in others]
    return part_of(client, case, first) + "".join(match[1] for match in said if match)
