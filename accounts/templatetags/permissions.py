"""Says in a page of the desk what its reader may not do there, and who may."""

from collections.abc import Mapping
from typing import Any

from django import template

from accounts.services.permissions import lacking

register = template.Library()


@register.inclusion_tag("admin/_lacking.html", takes_context=True)
def say_what_is_lacking(context: Mapping[str, Any], *permissions: str) -> dict[str, Any]:
    """Show what the reader lacks of some permissions; nothing where they have them all."""
    return {"lacking": lacking(context["user"], *permissions)}
