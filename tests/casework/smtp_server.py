"""A mail server of thirty lines, in a thread, so that delivery meets a real one."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message


class Dialogue(socketserver.StreamRequestHandler):
    """One client; the server's ``refusals`` are used up before anything is taken."""

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "MAIL":
                self.sender = line[line.index("<") + 1 : line.index(">")]
            if verb == "DATA":
                self.take()
            else:
                self.say("221 bye" if verb == "QUIT" else "250 ok")

    def take(self) -> None:
        if self.server.refusals:
            self.say(self.server.refusals.pop(0))
            return
        self.say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.senders.append(self.sender)
        self.server.received.append(email.message_from_bytes(b"".join(lines)))
        self.say("250 taken")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads, allow_reuse_address = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.received: list[Message] = []
        self.senders: list[str] = []  # of the envelopes, in the order of what was received
        self.refusals: list[str] = []


@contextmanager
def running() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
