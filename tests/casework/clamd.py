"""A server that speaks the scanner's INSTREAM over real TCP, and finds the string that EICAR agreed on."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Harmless, and known to every scanner: the test file of EICAR, in two pieces.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(socketserver.ThreadingTCPServer):
    """How it behaves is ``mood``: well, dead (hangs up at once), slow (says nothing), or full."""

    daemon_threads = allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Line)
        self.mood, self.scanned = "well", []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class Line(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        if self.server.mood == "dead":
            return
        if self.server.mood == "slow":
            self.server.over.wait(20)
            return
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b"".join(self._pieces())
        self.server.scanned.append(content)
        self.wfile.write(self._answer(content) + b"\0")

    def _pieces(self) -> Iterator[bytes]:
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            if self.server.mood == "full":
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            yield self.rfile.read(size)

    def _answer(self, content: bytes) -> bytes:
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"


@contextmanager
def running() -> Iterator[Scanner]:
    with Scanner() as scanner:
        thread = threading.Thread(target=scanner.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield scanner
        finally:
            scanner.over.set()
            scanner.shutdown()
            thread.join()
