"""Bounces: mails of several mailers, made up, in a real Maildir and at an IMAP server."""

import email
import socketserver
import threading
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Duty, Role
from casework import bounces, clock, envelopes, outbox, outbox_keeping, services
from casework.bounces import Outcome
from casework.delivery import deliver
from casework.envelopes import Attempt
from casework.models import Notice
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON
from tests.remembering import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def address(settings):
    settings.EMAIL_URL_SET = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    settings.BOUNCE_ADDRESS = "bounces@example.jp"


@pytest.fixture
def clerk():
    return factories.user(Role.OFFICE)


@pytest.fixture
def notice(clerk) -> Notice:
    return sent(of(clerk))


@remembered
def of(clerk):
    """A case that ``clerk`` is in charge of."""
    return services.assign(filed(), clerk, by=clerk, at=NOON)


def sent(case, key="k", to=None) -> Notice:
    reader = to or factories.user(email="hanako@gone.example.jp")
    made = outbox.post("case_moved", to=reader, at=NOON, key=key, case=case)
    assert deliver(made.pk, at=NOON)
    made.refresh_from_db()
    return made


def to_of(notice: Notice) -> str:
    return envelopes.sender_of(notice)


# What mailers write, made up after their manner


def postfix(to: str, *, action="failed", status="5.1.1") -> str:
    said = "550 5.1.1 User unknown" if action == "failed" else "451 4.4.1 Try again"
    return f"""From: MAILER-DAEMON@mail.example.jp (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.jp.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.jp

Final-Recipient: rfc822; hanako@gone.example.jp
Original-Recipient: rfc822;hanako@gone.example.jp
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b--
"""


def exchange(to: str) -> str:
    return (
        postfix(to)
        .replace("From: MAILER-DAEMON@mail.example.jp (Mail Delivery System)",
                 "From: postmaster@gone.example.jp")
        .replace("Undelivered Mail Returned to Sender", "Undeliverable: notice")
        .replace("550 5.1.1 User unknown",
                 "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found")
    )  # fmt: skip


def exim(to: str) -> str:
    return f"""From: Mail Delivery System <Mailer-Daemon@mx.example.jp>
To: {to}
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: hanako@gone.example.jp
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

  hanako@gone.example.jp
    Unrouteable address
"""


def qmail(to: str) -> str:
    return f"""From: MAILER-DAEMON@mx.example.jp
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.jp.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<hanako@gone.example.jp>:
192.0.2.1 does not like recipient.
"""


def out_of_office(to: str) -> str:
    return f"""From: hanako@gone.example.jp
To: {to}
Subject: =?utf-8?b?5LiN5Zyo?=
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

I am out of the office until Monday.
"""


MAILERS = [postfix, exchange, exim, qmail]


def read(words: str, **kwargs) -> Outcome:
    return bounces.read(email.message_from_string(words), at=NOON, **kwargs).outcome


def state(notice: Notice) -> str:
    notice.refresh_from_db()
    return notice.state


def told() -> list[Notice]:
    return list(Notice.objects.filter(kind="notice_bounced").order_by("pk"))


@pytest.mark.parametrize("mailer", MAILERS)
def test_refusal_comes_to_the_row_and_to_the_clerk_once(mailer, notice, clerk):
    assert read(mailer(to_of(notice))) == Outcome.BOUNCED

    assert (state(notice), notice.bounced_at) == ("bounced", NOON)
    assert notice.error
    [news] = told()
    assert (news.recipient, news.case_id) == (clerk, notice.case_id)
    assert "hanako@gone.example.jp" in news.subject and notice.subject in news.body
    assert news.path == f"/office/outbox/{notice.pk}/"


@pytest.mark.parametrize("mailer", MAILERS)
def test_mail_that_is_read_twice_changes_nothing_more(mailer, notice):
    read(mailer(to_of(notice)))

    assert read(mailer(to_of(notice))) == Outcome.KNOWN
    assert len(told()) == 1


def test_row_keeps_what_the_mail_server_said(notice):
    read(postfix(to_of(notice)))

    notice.refresh_from_db()
    assert notice.error == "5.1.1 smtp; 550 5.1.1 User unknown"


def test_delay_is_noted_and_nobody_is_told(notice):
    words = postfix(to_of(notice), action="delayed", status="4.4.1")

    assert read(words) == Outcome.DELAYED
    assert (state(notice), told()) == ("sent", [])
    assert "451 4.4.1" in notice.error


def test_refusal_after_a_delay_counts(notice):
    read(postfix(to_of(notice), action="delayed", status="4.4.1"))

    assert read(postfix(to_of(notice))) == Outcome.BOUNCED


def test_out_of_office_is_no_bounce(notice):
    assert read(out_of_office(to_of(notice))) == Outcome.NO_BOUNCE
    assert (state(notice), notice.error, told()) == ("sent", "", [])


@pytest.mark.parametrize(
    "to",
    [
        "bounces@example.jp",
        "bounces+1-0-1-aaaaaaaaaa@example.jp",
        "bounces+nonsense@example.jp",
        "hanako@gone.example.jp",
    ],
)
def test_forged_or_missing_token_changes_nothing(notice, to):
    assert read(postfix(to)) == Outcome.FORGED
    assert (state(notice), told()) == ("sent", [])


def test_token_of_a_notice_that_never_was_changes_nothing(notice):
    token = envelopes.token_of(Attempt(notice.pk + 1000, 0, 1))

    assert read(postfix(f"bounces+{token}@example.jp")) == Outcome.FORGED


def test_token_of_an_attempt_that_was_never_made_changes_nothing(notice):
    token = envelopes.token_of(Attempt(notice.pk, 0, 7))

    assert read(postfix(f"bounces+{token}@example.jp")) == Outcome.KNOWN
    assert state(notice) == "sent"


def test_token_is_read_from_where_the_mail_was_delivered_to(notice):
    words = f"Delivered-To: {to_of(notice).upper()}\n" + postfix("undisclosed@example.jp")

    assert read(words) == Outcome.BOUNCED


def test_bounce_of_a_notice_that_is_being_sent_waits(notice):
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.IN_FLIGHT)

    assert read(postfix(to_of(notice))) == Outcome.LATER
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.SENT)
    assert read(postfix(to_of(notice))) == Outcome.BOUNCED


def test_dry_run_says_it_and_changes_nothing(notice):
    assert read(postfix(to_of(notice)), dry_run=True) == Outcome.BOUNCED
    assert (state(notice), notice.error, told()) == ("sent", "", [])


# What the office does with it


def test_bounced_notice_goes_to_the_mended_address_and_its_old_bounce_counts_no_more(notice, clerk):
    old = postfix(to_of(notice))
    read(old)
    notice.refresh_from_db()
    type(notice.recipient).objects.filter(pk=notice.recipient_id).update(email="new@example.jp")

    outbox_keeping.retry(Notice.objects.get(pk=notice.pk), by=clerk, at=NOON)

    assert deliver(notice.pk, at=NOON)
    assert (state(notice), notice.to, notice.error) == ("sent", "new@example.jp", "")
    assert read(old) == Outcome.KNOWN
    assert read(postfix(to_of(notice))) == Outcome.BOUNCED
    assert len(told()) == 2


def test_bounce_of_the_news_about_a_bounce_tells_nobody(notice):
    read(postfix(to_of(notice)))
    [news] = told()
    deliver(news.pk, at=NOON)
    news.refresh_from_db()

    assert read(postfix(to_of(news))) == Outcome.BOUNCED
    assert len(told()) == 1


def test_clerk_whose_own_address_is_refused_is_not_told_by_it(clerk):
    other = factories.user(Role.OFFICE)
    own = sent(filed(), to=clerk)

    read(postfix(to_of(own)))

    readers = {news.recipient for news in told()}
    assert other in readers and clerk not in readers


def test_others_of_the_office_learn_that_the_address_of_the_clerk_in_charge_is_refused(clerk):
    other = factories.user(Role.OFFICE)
    own = sent(of(clerk), to=clerk)

    read(postfix(to_of(own)))

    readers = {news.recipient for news in told()}
    assert other in readers and clerk not in readers
    assert {news.case_id for news in told()} == {own.case_id}


def test_administrators_learn_it_where_nobody_else_is_of_the_office(clerk):
    administrator = factories.user(Role.ADMINISTRATOR)
    own = sent(of(clerk), to=clerk)
    Duty.objects.filter(role=Role.OFFICE).exclude(user=clerk).delete()

    read(postfix(to_of(own)))

    [news] = told()
    assert (news.recipient, news.case, news.path) == (administrator, None, "/office/outbox/")


def test_office_learns_of_a_private_draft_the_address_alone(clerk):
    draft = factories.draft()
    notice = sent(draft)

    read(postfix(to_of(notice)))

    [news] = [news for news in told() if news.recipient == clerk]
    assert (news.case, news.path) == (None, "/office/outbox/")
    assert "hanako@gone.example.jp" in news.body and draft.title not in news.body


def test_mail_about_a_log_in_that_bounces_is_told_to_the_office(clerk):
    made = outbox.enqueue(
        "account_invited", to="x@gone.example.jp", at=NOON, key="k", subject="招待", body="本文"
    )
    deliver(made.pk, at=NOON)
    made.refresh_from_db()

    assert read(postfix(to_of(made))) == Outcome.BOUNCED
    assert [news.recipient for news in told()] == [clerk]


# From a Maildir


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def command(**options) -> str:
    out = StringIO()
    call_command("read_bounces", stdout=out, **options)
    return out.getvalue()


def test_maildir_is_read_once_and_its_mails_are_marked_seen(folder, notice):
    (folder / "new" / "1.a.host").write_text(postfix(to_of(notice)))
    (folder / "new" / "2.b.host").write_text(out_of_office(to_of(notice)))
    (folder / "new" / "3.c.host").write_text(postfix("bounces+1-0-1-aaaaaaaaaa@example.jp"))

    said = command(maildir=folder)

    assert f"1.a.host: bounced, notice {notice.pk}" in said
    assert "2.b.host: no_bounce" in said and "3.c.host: forged" in said
    assert list((folder / "new").iterdir()) == []
    seen = sorted(path.name for path in (folder / "cur").iterdir())
    assert seen == ["1.a.host:2,S", "2.b.host:2,S", "3.c.host:2,S"]
    assert state(notice) == "bounced"
    assert command(maildir=folder) == "No new mail.\n"


def test_dry_run_leaves_the_maildir_as_it_is(folder, notice):
    (folder / "new" / "1.a.host").write_text(postfix(to_of(notice)))

    assert "1 bounced" in command(maildir=folder, dry_run=True)
    assert [path.name for path in (folder / "new").iterdir()] == ["1.a.host"]
    assert state(notice) == "sent"


def test_mail_about_a_notice_in_flight_stays_new(folder, notice):
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.IN_FLIGHT)
    (folder / "new" / "1.a.host").write_text(postfix(to_of(notice)))

    assert "1 later" in command(maildir=folder)
    assert [path.name for path in (folder / "new").iterdir()] == ["1.a.host"]


def test_mail_of_no_known_alphabet_does_not_stop_the_others(folder, notice):
    (folder / "new" / "1").write_bytes(
        b"To: \xff\xfe\nContent-Type: text/plain; charset=nonsense\n\n\xff"
    )
    (folder / "new" / "2").write_text(postfix(to_of(notice)))

    assert "1 bounced" in command(maildir=folder)


def test_moment_is_that_of_the_clock(folder, notice):
    (folder / "new" / "1").write_text(postfix(to_of(notice)))
    before = clock.now()

    command(maildir=folder)

    notice.refresh_from_db()
    assert before <= notice.bounced_at <= clock.now()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"maildir": Path("/nonexistent")},
        {"imap": "imaps://nobody.example.jp"},
        {"imap": "imaps://user:secret@mail.example.jp"},
        {"imap": "imap://user@mail.example.jp"},
        {"imap": "https://user@mail.example.jp"},
    ],
)
def test_box_that_cannot_be_read_is_refused(options):
    with pytest.raises(CommandError):
        command(**options)


def test_command_is_refused_while_no_address_is_set(folder, settings):
    settings.BOUNCE_ADDRESS = ""

    with pytest.raises(CommandError, match="BOUNCE_ADDRESS"):
        command(maildir=folder)


# From an IMAP server


class Dialogue(socketserver.StreamRequestHandler):
    """As much of IMAP as reading a folder takes."""

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, verb, *rest = line.split(" ", 2)
            getattr(self, f"on_{verb.lower()}")(rest[0] if rest else "")
            self.say(f"{tag} OK done")
            if verb == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def on_capability(self, _words) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def on_login(self, words) -> None:
        self.server.logged_in.append(words)

    def on_select(self, _words) -> None:
        self.say(f"* {len(self.server.mails)} EXISTS")

    def on_logout(self, _words) -> None:
        self.say("* BYE")

    def on_uid(self, words) -> None:
        verb, _space, rest = words.partition(" ")
        if verb == "SEARCH":
            unseen = [str(uid) for uid in self.server.mails if uid not in self.server.seen]
            self.say(f"* SEARCH {' '.join(unseen)}")
            return
        uid = int(rest.split()[0])
        if verb == "STORE":
            assert rest.endswith(r"+FLAGS (\Seen)")
            self.server.seen.add(uid)
        else:
            raw = self.server.mails[uid].replace("\n", "\r\n").encode()
            self.wfile.write(
                f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
            )


@contextmanager
def imap_server(*mails: str):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Dialogue) as server:
        server.daemon_threads = True
        server.mails = dict(enumerate(mails, 1))
        server.seen, server.logged_in = set(), []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_imap_folder_is_read_once_and_its_mails_are_marked_seen(notice, settings):
    settings.BOUNCE_IMAP_PASSWORD = "geheim"
    with imap_server(postfix(to_of(notice)), out_of_office(to_of(notice))) as server:
        url = "imap://bounces@{}:{}/INBOX".format(*server.server_address)
        assert "1 bounced" in command(imap=url, dry_run=True)
        assert server.seen == set()

        command(imap=url)

        assert server.seen == {1, 2}
        assert state(notice) == "bounced"
        assert command(imap=url) == "No new mail.\n"
        assert server.logged_in == ['bounces "geheim"'] * 3
