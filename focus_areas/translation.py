"""The fields of focus areas, pillars and links that are translated into the six languages.

History is registered here, after the fields for each language exist, so that it includes them.
"""

from modeltranslation.translator import TranslationOptions, register

from core.history import register_history
from focus_areas.models import FocusArea, Link, Pillar


@register(FocusArea)
class FocusAreaTranslation(TranslationOptions):
    """The texts of a focus area's page. English is required."""

    fields = ("summary", "description")
    required_languages = ("en",)


@register(Pillar)
class PillarTranslation(TranslationOptions):
    """The texts of a pillar. English is required."""

    fields = ("name", "summary")
    required_languages = {"en": ("name",)}


@register(Link)
class LinkTranslation(TranslationOptions):
    """The texts of a link. English is required."""

    fields = ("title", "description")
    required_languages = {"en": ("title",)}


register_history(FocusArea, m2m_fields=["coordinators"])
register_history(Pillar)
register_history(Link)
