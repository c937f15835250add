"""A notice as an e-mail, at a real mail server: both parts, their link, and the envelope."""

from html.parser import HTMLParser

import pytest

from casework import envelopes, outbox
from casework.delivery import deliver
from casework.envelopes import Attempt
from casework.models import Notice
from tests import factories
from tests.casework import smtp_server
from tests.casework.cases import filed
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with smtp_server.running() as running:
        settings.EMAIL_URL_SET = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        settings.EMAIL_TIMEOUT = 5
        settings.BOUNCE_ADDRESS = "bounces@example.jp"
        yield running


@remembered
def send(kind="your_turn", *, key="k", to=None, **context) -> Notice:
    to = to or factories.user(name="鎌倉 花子")
    notice = outbox.post(kind, to=to, at=NOON, key=key, **{"case": filed(), **context})
    assert deliver(notice.pk, at=NOON)
    return notice


def parts(mail) -> dict[str, str]:
    """Return type → words of the parts of a mail."""
    return {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in mail.walk()
        if not part.is_multipart()
    }


class Links(HTMLParser):
    """The links of a page, and the language it says it is in."""

    def __init__(self, page: str):
        super().__init__()
        self.links: list[str] = []
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a":
            self.links.append(found["href"])
        if tag == "html":
            self.language = found["lang"]


def test_mail_has_a_text_and_a_page_with_the_same_words_and_link(server, settings):
    notice = send()

    [mail] = server.received
    assert mail.get_content_type() == "multipart/alternative"
    found = parts(mail)
    assert list(found) == ["text/plain", "text/html"]
    link = f"{settings.SITE_URL}/cases/{notice.case_id}/next/"
    assert found["text/plain"].rstrip().endswith(link)
    page = Links(found["text/html"])
    assert page.links == [link]
    for line in filter(None, notice.body.splitlines()):
        assert line in found["text/plain"].replace("\r\n", "\n")
        assert line in found["text/html"]


def test_page_is_in_the_language_of_its_reader(server):
    send(to=factories.user(language="en"))
    send(to=factories.user(), key="2")

    english, japanese = (Links(parts(mail)["text/html"]) for mail in server.received)
    assert (english.language, japanese.language) == ("en", "ja")


def test_words_are_escaped_in_the_page_and_plain_in_the_text(server):
    case = filed()
    type(case).objects.filter(pk=case.pk).update(title="<script>alert(1)</script> & “x”")
    case.refresh_from_db()

    send(case=case)

    found = parts(server.received[0])
    assert "<script>alert(1)</script> & " in found["text/plain"]
    assert "<script>" not in found["text/html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; " in found["text/html"]


def test_page_needs_nothing_from_elsewhere(server):
    send()

    page = parts(server.received[0])["text/html"]
    assert not any(mark in page for mark in ("<img", "<link", "<script", "url(", "@import"))


def test_person_is_called_sama(server):
    send()

    assert "鎌倉 花子 様" in parts(server.received[0])["text/plain"]


def test_notice_that_leads_nowhere_has_no_button(server):
    notice = outbox.enqueue(
        "account_x",
        to="a@example.jp",
        at=NOON,
        key="k",
        subject="件名",
        body="http://x.example.jp/y",
    )
    deliver(notice.pk, at=NOON)

    assert Links(parts(server.received[0])["text/html"]).links == ["http://x.example.jp/y"]


# The envelope


def test_envelope_names_notice_and_attempt_and_the_header_stays(server, settings):
    notice = send()

    [mail], [sender] = server.received, server.senders
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["Auto-Submitted"] == "auto-generated"
    [token] = envelopes.tokens_in(sender)
    assert envelopes.attempt_of(token) == Attempt(notice.pk, 0, 1)


def test_each_attempt_has_its_own_envelope_and_the_same_message_id(server):
    server.refusals = ["451 later"]
    to = factories.user()
    notice = outbox.post("your_turn", to=to, at=NOON, key="k", case=filed())
    deliver(notice.pk, at=NOON)
    deliver(notice.pk, at=NOON.replace(hour=15))

    [token] = envelopes.tokens_in(server.senders[0])
    assert envelopes.attempt_of(token) == Attempt(notice.pk, 0, 2)


def test_without_a_bounce_address_the_envelope_bears_the_plain_sender(server, settings):
    settings.BOUNCE_ADDRESS = ""
    send()

    assert server.senders == [settings.DEFAULT_FROM_EMAIL]


def test_token_survives_capitals_and_is_short():
    token = envelopes.token_of(Attempt(123456, 2, 8))

    assert envelopes.attempt_of(token.upper()) == Attempt(123456, 2, 8)
    assert len(token) < 30 and token == token.lower()


@pytest.mark.parametrize(
    "forged",
    ["", "1", "1-0-1", "1-0-1-", "1-0-1-aaaaaaaaaa", "x-0-1-aaaaaaaaaa", "-1-0-1-aaaaaaaaaa"],
)
def test_token_that_nobody_signed_is_none(forged):
    assert envelopes.attempt_of(forged) is None


def test_token_of_another_notice_is_not_signed_for_this_one():
    signature = envelopes.token_of(Attempt(1, 0, 1)).rpartition("-")[2]

    assert envelopes.attempt_of(f"2-0-1-{signature}") is None


def test_token_is_found_in_an_address_of_this_site_alone(settings):
    settings.BOUNCE_ADDRESS = "bounces@example.jp"

    found = envelopes.tokens_in("<Bounces+1-0-1-abc@EXAMPLE.JP>, bounces+2-0-1-x@elsewhere.jp")

    assert found == ["1-0-1-abc"]
