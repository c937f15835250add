"""What a browser would send of a page that stands open, so that an older window can be sent late."""

from html.parser import HTMLParser

#: Kinds of input that are sent only where they are ticked.
TICKED = ("checkbox", "radio")


class _Fields(HTMLParser):
    """The fields of all forms of a page, as a browser fills and sends them."""

    def __init__(self):
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.area = self.choice = ""

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        name = told.get("name", "")
        if tag == "textarea":
            self.area = name
            self.sent.setdefault(name, [""])
        elif tag == "select":
            self.choice = name
        elif tag == "option" and "selected" in told:
            self.sent.setdefault(self.choice, []).append(told.get("value", ""))
        elif tag == "input" and name and _is_sent(told):
            unnamed = "on" if told.get("type") in TICKED else ""
            self.sent.setdefault(name, []).append(told.get("value", unnamed) or "")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.area:
            # The first line break of an area is none of its words; a browser sends CRLF.
            words = (self.sent[self.area][0] + data).removeprefix("\n")
            self.sent[self.area] = [words.replace("\n", "\r\n")]


def _is_sent(told: dict) -> bool:
    kind = told.get("type")
    return "checked" in told if kind in TICKED else kind not in ("file", "submit")


def window(client, address: str) -> dict[str, list[str]]:
    """Open a page and return what its forms would send, nothing typed."""
    return window_of(client.get(address))


def window_of(answer) -> dict[str, list[str]]:
    """Return what the forms of a page that was answered would send, nothing typed."""
    fields = _Fields()
    fields.feed(answer.content.decode())
    fields.close()
    return fields.sent
