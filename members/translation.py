"""What staff write about a call in each of the six languages.

History is registered here, after the columns per language are there, so that it has them too.
"""

import simple_history
from modeltranslation.translator import TranslationOptions, register

from members.models import Call


@register(Call)
class CallTranslation(TranslationOptions):
    """The title of a call; English is required."""

    fields = ("title",)
    required_languages = ("en",)


simple_history.register(Call)
