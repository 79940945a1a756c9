"""What staff write about calls and reasons in each of the six languages.

History is registered here, after the columns per language are there, so that it has them too.
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
    """What staff tick, and what letters say; English is required."""

    fields = ("label", "snippet")
    required_languages = ("en",)


@register(ReasonGiven)
class ReasonGivenTranslation(TranslationOptions):
    """What an organisation was told; English is always there."""

    fields = ("text",)
    required_languages = ("en",)


register_history(Call)
register_history(Reason)
