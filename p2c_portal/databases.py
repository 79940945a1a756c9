"""Options for connections to PostgreSQL."""

from collections.abc import Mapping
from typing import Any, Final

# Seconds to wait for a server that accepts a connection but does not answer.
CONNECT_TIMEOUT: Final = 5


def postgresql_options(given: Mapping[str, Any], *, server_options: str) -> dict[str, Any]:
    """Return the OPTIONS of a database: those from its URL and the portal's own.

    `server_options` are sent to the server when connecting, as `psql` sends PGOPTIONS. The options
    from the URL come after them and take precedence.
    """
    options = {"connect_timeout": CONNECT_TIMEOUT, **given}
    if in_turn := [each for each in (server_options, given.get("options")) if each]:
        options["options"] = " ".join(in_turn)
    return options
