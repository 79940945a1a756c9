"""The template type of the digest of papers, and its placeholders.

The default texts are in `participation/data/letters/`.
"""

from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.languages import page_url
from members.services.template_types import CLOSING, REASON_FOCAL_POINT, sample_greeting
from outbox.models.template_types import Placeholder, PlaceholderType, TemplateType
from papers.models import Paper, PaperKind
from participation.services.paper_digest_text import NewPaper, new_papers_text
from participation.services.template_types import PREFERENCES

NEW_PAPERS: Final = "new_papers"


def _news() -> str:
    draft = Paper(title="Framework, chapter 2", kind=PaperKind.ACTION_FRAMEWORK)
    return new_papers_text([NewPaper(draft, 2, ["en", "fr"])])


TEMPLATE_TYPES: Final = (
    TemplateType(
        NEW_PAPERS,
        _("New papers"),
        _("Papers were added for a working group since the previous day."),
        (
            Placeholder(
                "papers",
                _("the new papers, each with its version and languages"),
                _news,
                PlaceholderType.BLOCK,
                is_required=True,
            ),
            Placeholder(
                "papers_page",
                _("the page with all papers (requires sign-in)"),
                lambda: page_url("participation:my_papers", get_language() or "en"),
                PlaceholderType.ADDRESS,
                is_required=True,
            ),
            PREFERENCES,
        ),
        opening=sample_greeting,
        ending=CLOSING,
        reason=REASON_FOCAL_POINT,
    ),
)
