"""A tag that shows on a staff page which permissions the reader lacks, and who has them."""

from collections.abc import Mapping
from typing import Any

from django import template

from accounts.services.permissions import lacking

register = template.Library()


@register.inclusion_tag("admin/_lacking.html", takes_context=True)
def say_what_is_lacking(context: Mapping[str, Any], *permissions: str) -> dict[str, Any]:
    """Show which of the given permissions the reader lacks; show nothing if they have them all."""
    return {"lacking": lacking(context["user"], *permissions)}
