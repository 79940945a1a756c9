"""Where somebody may be sent on to: pages of the portal, and nowhere else."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def is_ours(address: str, request: HttpRequest) -> bool:
    """Tell whether an address that came with a request is a page of the portal."""
    is_here = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    # Without a slash, `redirect` would take it for the name of a page.
    return is_here and urlsplit(address).path.startswith("/")
