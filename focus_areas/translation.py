"""What staff write about focus areas and links in each of the six languages.

History is registered here, after the columns per language are there, so that it has them too.
"""

from modeltranslation.translator import TranslationOptions, register

from core.history import register_history
from focus_areas.models import FocusArea, Link


@register(FocusArea)
class FocusAreaTranslation(TranslationOptions):
    """The texts of a focus area's page; English is required."""

    fields = ("summary", "description")
    required_languages = ("en",)


@register(Link)
class LinkTranslation(TranslationOptions):
    """The words of a link; English is required."""

    fields = ("title", "description")
    required_languages = {"en": ("title",)}


register_history(FocusArea, m2m_fields=["coordinators"])
register_history(Link)
