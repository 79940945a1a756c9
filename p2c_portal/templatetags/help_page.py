"""Template tags for the page with questions and answers, and for links to it."""

from django import template
from django.http import HttpRequest

from p2c_portal.help_page.contents import QUESTIONS, Question
from p2c_portal.help_page.figures import figures
from p2c_portal.help_page.places import PLACES

register = template.Library()


@register.filter
def answer(question: Question) -> str:
    """Return the answer to a question, with its numbers and labels."""
    return str(question.answer) % figures()


@register.inclusion_tag("p2c_portal/_help_link.html", takes_context=True)
def help_link(context: template.Context, anchor: str = "") -> dict[str, object]:
    """Link to a question: the one with the anchor, or the one that belongs to the page.

    Shows nothing on a page without a question.
    """
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    if not anchor and match:
        anchor = PLACES.get(match.view_name, "")
    return {"question": QUESTIONS[anchor] if anchor else None}
