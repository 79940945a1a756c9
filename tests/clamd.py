"""A small virus scanner for tests. It answers to INSTREAM on a real socket, as clamd does."""

import contextlib
import socketserver
import struct
import threading

# A file with this text is infected.
MALWARE = b"harmful software"
SIGNATURE = "Test.Harmful.Software"


class Request(socketserver.StreamRequestHandler):
    """One connection with one file."""

    def handle(self):
        """Read a file, and answer."""
        with contextlib.suppress(ConnectionError):
            self.wfile.write(self.answer_to(self.read_file()))

    def read_file(self):
        """Return the file, or nothing if it is too large."""
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            if len(content) + length > self.server.max_size:
                return None
            content += self.rfile.read(length)
        return content

    def answer_to(self, content):
        """Return what clamd says of a file."""
        if self.server.is_silent:
            self.server.ended.wait()
        if content is None:
            return b"INSTREAM size limit exceeded. ERROR\0"
        self.server.scanned.append(content)
        return f"stream: {SIGNATURE} FOUND\0".encode() if MALWARE in content else b"stream: OK\0"


class Scanner(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """The server. `scanned` has the files that it scanned."""

    daemon_threads = True
    max_size = 25 * 1024 * 1024
    is_silent = False

    def __init__(self, address):
        self.scanned, self.ended = [], threading.Event()
        super().__init__(address, Request)


class LocalScanner(Scanner):
    """The same on a Unix socket."""

    address_family = socketserver.UnixStreamServer.address_family


@contextlib.contextmanager
def scanner(address):
    """Run a scanner at the path of a socket, or at a host and port."""
    kind = LocalScanner if isinstance(address, str) else Scanner
    with kind(address) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
