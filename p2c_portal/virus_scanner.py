"""Reads the address of the virus scanner from the settings (decision 23)."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# A path of a Unix socket, or host and port.
Address = str | tuple[str, int]


def clamd_address(url: str) -> Address | None:
    """Return the address of clamd, or None if no files are scanned.

    Raises ImproperlyConfigured.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
            return parts.path
        if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise ImproperlyConfigured("CLAMD is unix:/run/clamav/clamd.ctl or tcp://host:3310.")
