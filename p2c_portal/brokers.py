"""The options of the connection to the broker, by the kind of broker."""

from typing import Any, Final

from p2c_portal.databases import QuickConnection

EMBEDDED: Final = "sqla+sqlite:///"


def embedded_broker_file(url: str) -> str:
    """Return the SQLite file that is the broker; empty if the broker is a server."""
    return url.removeprefix(EMBEDDED) if url.startswith(EMBEDDED) else ""


def broker_options(url: str, *, key_prefix: str) -> dict[str, Any]:
    """Return Celery's transport options. No visitor waits for a broker that does not answer."""
    if url.startswith(("redis://", "rediss://")):
        return {
            "visibility_timeout": 900,
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
            "health_check_interval": 25,
            "socket_keepalive": True,
            "global_keyprefix": key_prefix,
        }
    if embedded_broker_file(url):
        return {"connect_args": {"factory": QuickConnection, "timeout": 1}}
    return {}
