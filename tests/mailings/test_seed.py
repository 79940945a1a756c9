from mailings.services.template_types import BULLETIN_ENDING, TEMPLATE_TYPES, TEXTS
from outbox.models import MessageTemplate
from outbox.models.template_types import get_template_type
from outbox.services.default_templates import read_texts
from outbox.services.template_rendering import validate_text


def test_ending_of_bulletins_is_declared_shipped_and_fit_in_each_language():
    assert get_template_type("bulletin_ending") is BULLETIN_ENDING
    stored = MessageTemplate.objects.filter(template_type="bulletin_ending")
    assert set(stored.values_list("language", flat=True)) == {
        "ar",
        "en",
        "es",
        "fr",
        "ru",
        "zh-hans",
    }
    assert [
        validate_text(BULLETIN_ENDING, subject=text.subject, body=text.body)
        for text in read_texts(TEXTS, TEMPLATE_TYPES)
    ] == [{}] * 6
