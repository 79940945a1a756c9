"""What staff write about a call in each of the six languages.

History is registered here, after the columns per language are there, so that it has them too.
"""

from modeltranslation.translator import TranslationOptions, register

from accounts.records import keep_history
from members.models import Call


@register(Call)
class CallTranslation(TranslationOptions):
    """The title of a call; English is required."""

    fields = ("title",)
    required_languages = ("en",)


keep_history(Call)
