"""What a connection to PostgreSQL is opened with."""

from collections.abc import Mapping
from typing import Any, Final

# Seconds after which a server that takes a connection and says nothing is as good as away.
CONNECT_TIMEOUT: Final = 5


def postgresql_options(given: Mapping[str, Any], *, server_options: str) -> dict[str, Any]:
    """Return the OPTIONS of a database: those that its address gives, and ours.

    `server_options` are sent to the server as it takes the connection, as `psql` sends PGOPTIONS.
    Those of the address come after them, and win.
    """
    options = {"connect_timeout": CONNECT_TIMEOUT, **given}
    if in_turn := [each for each in (server_options, given.get("options")) if each]:
        options["options"] = " ".join(in_turn)
    return options
