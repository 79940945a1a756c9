"""Translated fields of calls and reasons, in the six languages.

History is registered here, after the translated columns exist, so that it has them too.
"""

from modeltranslation.translator import TranslationOptions, register

from core.history import register_history
from members.models import Call, Reason, ReasonGiven


@register(Call)
class CallTranslation(TranslationOptions):
    """The title of a call; English is required."""

    fields = ("title",)
    required_languages = ("en",)


@register(Reason)
class ReasonTranslation(TranslationOptions):
    """The label that staff tick and the text in letters; English is required."""

    fields = ("label", "snippet")
    required_languages = ("en",)


@register(ReasonGiven)
class ReasonGivenTranslation(TranslationOptions):
    """The reason as the organisation was given it; English is required."""

    fields = ("text",)
    required_languages = ("en",)


register_history(Call)
register_history(Reason)
