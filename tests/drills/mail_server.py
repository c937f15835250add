"""A mail server as a process of its own, which misbehaves as it is told.

``python -m tests.drills.mail_server PORT FOLDER`` keeps each message that it took as a file of its
own in ``FOLDER/mailbox/new``, writes what happens into ``FOLDER/events``, one line each, and reads
how to behave from ``FOLDER/behaviour`` whenever it is about to answer.
"""

import json
import os
import select
import signal
import socketserver
import sys
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from itertools import count
from pathlib import Path

#: How much of a message is read before the server falls silent in the middle of it, in bytes.
FIRST_BYTES = 100_000


@dataclass(frozen=True)
class Behaviour:
    """How the server answers.

    :param silent_at: ``data`` (before it lets the message come), ``body`` (in the middle of it),
        ``taken`` (it holds the whole message, and has not said so) or ``quit`` (it said 250).
    :param answers: what it says to a verb instead of 250, such as ``{"DATA": "451 later"}``.
    :param refused: a recipient whom nobody knows.
    :param pause: seconds before each answer.
    """

    silent_at: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    pause: float = 0


class Folder:
    """What the server shares with whoever directs it."""

    def __init__(self, path: Path):
        self.path, self.mailbox = path, path / "mailbox"

    def prepare(self) -> None:
        for name in ("tmp", "new"):
            (self.mailbox / name).mkdir(parents=True, exist_ok=True)
        (self.path / "events").touch()
        self.behave()

    def behave(self, **changes) -> None:
        """Let the server behave well except for ``changes``."""
        written = self.path / "behaviour.new"
        written.write_text(json.dumps(asdict(replace(Behaviour(), **changes))))
        written.replace(self.path / "behaviour")

    @property
    def behaviour(self) -> Behaviour:
        return Behaviour(**json.loads((self.path / "behaviour").read_text()))

    def note(self, event: str) -> None:
        with (self.path / "events").open("a") as events:
            events.write(f"{event} {time.time()}\n")

    def moments(self, event: str) -> list[float]:
        """Return when ``event`` happened, by the machine's clock, in seconds."""
        lines = map(str.split, (self.path / "events").read_text().splitlines())
        return [float(line[1]) for line in lines if line[0] == event]

    def messages(self) -> list[Message]:
        parse = BytesParser().parsebytes
        return [parse(file.read_bytes()) for file in sorted((self.mailbox / "new").iterdir())]

    def empty(self) -> None:
        for file in [*(self.mailbox / "new").iterdir(), *(self.mailbox / "tmp").iterdir()]:
            file.unlink()
        (self.path / "events").write_text("")
        self.behave()


class Dialogue(socketserver.StreamRequestHandler):
    """One client."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.say("220 drill")
        try:
            while line := self.rfile.readline().decode().strip():
                self.answer(line)
        except ConnectionError:
            self.folder.note("gone")

    @property
    def folder(self) -> Folder:
        return self.server.folder

    def answer(self, line: str) -> None:
        verb = line.split()[0].upper()
        behaviour = self.folder.behaviour
        refused = behaviour.refused
        if refused and verb == "RCPT" and f"<{refused}>" in line:
            self.say("550 5.1.1 nobody of this name")
        elif verb in behaviour.answers:
            self.say(behaviour.answers[verb])
        elif verb == "DATA":
            self.take()
        elif verb == "QUIT":
            self.fall_silent("quit")
            self.say("221 bye")
        else:
            self.say("250 ok")

    def take(self) -> None:
        self.fall_silent("data")
        self.say("354 go on")
        start = self.rfile.read1(FIRST_BYTES) if self.folder.behaviour.silent_at == "body" else b""
        self.fall_silent("body")
        content = self.read_to_the_end(start)
        if content is None:
            return
        try:
            self.server.keep(content)
        except OSError as error:
            self.folder.note("full")
            self.say(f"452 4.3.1 {error.strerror}")
            return
        self.fall_silent("taken")
        self.say("250 taken")

    def read_to_the_end(self, content: bytes) -> bytes | None:
        """Return the whole message, or nothing if the client ended in the middle of it."""
        lines = [content]
        try:
            while (line := self.rfile.readline()) != b".\r\n":
                if not line.endswith(b"\n"):
                    raise ConnectionResetError
                lines.append(line)
        except ConnectionResetError:
            self.folder.note("cut")
            return None
        return b"".join(lines)

    def fall_silent(self, place: str) -> None:
        """Say nothing here for as long as that is the behaviour, or the client waits."""
        if self.folder.behaviour.silent_at != place:
            return
        self.folder.note(f"silent-{place}")
        while self.folder.behaviour.silent_at == place and not self.client_is_gone():
            time.sleep(0.02)

    def client_is_gone(self) -> bool:
        hung_up = select.poll()
        hung_up.register(self.connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        return bool(hung_up.poll(0))

    def say(self, line: str) -> None:
        if pause := self.folder.behaviour.pause:
            time.sleep(pause)
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True
    request_queue_size = 64

    def __init__(self, port: int, folder: Folder):
        super().__init__(("127.0.0.1", port), Dialogue)
        self.folder, self._numbers = folder, count(time.time_ns())
        self._numbering = threading.Lock()

    def keep(self, content: bytes) -> None:
        """Write one message to the disk.

        :raises OSError: if there is no room; then nothing of it is left.
        """
        with self._numbering:
            name = str(next(self._numbers))
        written = self.folder.mailbox / "tmp" / name
        try:
            with written.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            written.unlink()
            raise
        written.rename(self.folder.mailbox / "new" / name)
        self.folder.note("taken")


def main() -> None:
    port, folder = int(sys.argv[1]), Folder(Path(sys.argv[2]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Server(port, folder) as server:
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
