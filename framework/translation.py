"""The fields of the framework that are translated into the six languages.

History is registered here, after the fields for each language exist, so that it includes them.
"""

from modeltranslation.translator import TranslationOptions, register

from core.history import register_history
from framework.models import Wording


@register(Wording)
class WordingTranslation(TranslationOptions):
    """The text of a paragraph. English is drafted; the others follow when it is adopted."""

    fields = ("text",)
    required_languages = ("en",)


register_history(Wording)
