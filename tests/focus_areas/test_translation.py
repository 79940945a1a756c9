import pytest
from django.utils.translation import override

from core.languages import language_shown
from tests.factories import LinkFactory


@pytest.mark.parametrize(
    ("reader", "texts", "shown"),
    [
        ("es", {"es": "Nota", "fr": "Note", "en": "Paper"}, "es"),
        ("es", {"fr": "Note", "en": "Paper"}, "en"),
        ("es", {"fr": "Note"}, "fr"),
        ("es", {"en": "Paper"}, "en"),
        ("en", {"fr": "Note", "en": "Paper"}, "en"),
        ("fr", {}, "en"),
    ],
)
def test_text_is_shown_in_the_readers_language_else_english_else_french(reader, texts, shown):
    link = LinkFactory(**{f"description_{language}": text for language, text in texts.items()})

    with override(reader):
        assert language_shown(link, "description") == shown
        assert link.description == texts.get(shown, "")
