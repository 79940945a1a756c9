"""A mail server that accepts all messages, and logs when and over which connection they came.

python -m benchmarks.sink PORT FILE SECONDS

SECONDS is how long it takes to answer each message, as servers do that are far away.
"""

import asyncio
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP


class Noting:
    """Writes a line for each message: the time, and the client's port."""

    def __init__(self, notes, seconds):
        self.notes = notes
        self.seconds = seconds

    async def handle_DATA(self, _server, session, _envelope):  # noqa: N802
        """Accept a message without reading or storing it."""
        if self.seconds:
            await asyncio.sleep(self.seconds)
        self.notes.write(f"{time.time()} {session.peer[1]}\n")
        return "250 2.0.0 Ok"


async def serve(port, path, seconds):
    """Accept messages until the process ends."""
    with Path(path).open("w", buffering=1) as notes:
        handler = Noting(notes, seconds)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(handler, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
        )
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
