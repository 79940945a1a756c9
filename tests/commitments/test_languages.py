"""A commitment in any language of CLDR, with an English title and sentence for other readers."""

from dataclasses import replace
from io import BytesIO

import pytest
from django.utils import timezone
from django.utils.translation import override
from lxml import etree

from commitments.forms.commitment import form_for
from commitments.models import Commitment, PartnerAnswer
from commitments.services import publication
from commitments.services.answers import answer
from commitments.services.completeness import FormPart
from commitments.services.content import content_of, write_content
from commitments.services.lead_letters import readers_of
from commitments.services.open_data.iati import write_iati
from commitments.services.register import matching
from core.languages import all_languages, language_choices, language_name
from outbox.models import Message
from tests.commitments.desk import S, sent
from tests.commitments.pages import in_status, page_of
from tests.commitments.register import published
from tests.commitments.writing import a_content, draft_of, own
from tests.factories import NOON, PartnerFactory, UserFactory

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
URDU = "ایک ہزار اساتذہ کی تربیت"
ENGLISH = {"title_en": "Digital skills for teachers", "summary_en": "We train 1,000 teachers."}


def a_commitment(**facts):
    return published(**{"language": "ur", "title": URDU, **ENGLISH, "english_by": "lead", **facts})


def test_every_language_of_cldr_has_a_name_for_each_reader():
    for language in ("en", "ar", "zh-hans"):
        with override(language):
            names = [name for _group, some in language_choices() for _code, name in some]
        assert all(names)
        assert len(names) == len(set(all_languages())) == len(all_languages())
    assert {"ur", "fa", "he", "sw", "pt", "zh-hant", "haw"} <= set(all_languages())
    with override("fr"):
        assert language_name("ur") == "ourdou"
        # A language that French names only in English.
        assert language_name("luo") == "Luo"


def test_lead_writes_in_any_language_and_is_then_asked_for_english(mine, person):
    draft = draft_of(person, what={"language": "ur", "title": URDU}, more=ENGLISH)

    page = mine.get(page_of(draft, "edit/more/"))
    content = form_for(own(draft)).content()
    write_content(draft, content, at=NOON)

    assert "Title in English" in page.text
    assert (content.language, content.title_en) == ("ur", ENGLISH["title_en"])
    assert draft.english_by == "lead"


def test_lead_is_not_asked_for_english_if_the_commitment_is_in_english(mine, person):
    draft = draft_of(person, more=ENGLISH)

    page = mine.get(page_of(draft, "edit/more/"))
    content = form_for(own(draft)).content()

    assert "Title in English" not in page.text
    assert (content.title_en, content.summary_en) == ("", "")
    assert "title_en" not in form_for(own(draft)).parts[FormPart.MORE].fields


def test_english_by_the_desk_stays_the_desk_s_until_the_lead_changes_it(person):
    content = a_content(language="ur", **ENGLISH)
    commitment = in_status(person, S.INFORMATION_REQUESTED, content=content)
    Commitment.objects.update(english_by="desk")

    answer(own(commitment), content_of(commitment), text="Yes.", by=person, at=NOON)
    kept = own(commitment).english_by
    Commitment.objects.update(status=S.INFORMATION_REQUESTED)
    changed = replace(content_of(commitment), title_en="Skills")
    answer(own(commitment), changed, text="No.", by=person, at=NOON)

    assert (kept, own(commitment).english_by) == ("desk", "lead")


@pytest.mark.parametrize(
    ("reader", "language", "is_shown"),
    [("en", "ur", True), ("fr", "ur", True), ("fr", "fr", False), ("ar", "fr", True)],
)
def test_readers_of_another_language_read_the_english(client, reader, language, is_shown):
    commitment = a_commitment(language=language)

    page = client.get(f"/{reader}/commitments/{commitment.reference}/")
    register = client.get(f"/{reader}/commitments/")

    words = f'<bdi lang="en">{ENGLISH["title_en"]}'
    assert (f"{words}</bdi>" in page.text) == is_shown
    assert (ENGLISH["summary_en"] in page.text) == is_shown
    assert (f"{words}</bdi>" in register.text) == is_shown
    assert f'<h1 lang="{language}" dir="auto">' in page.text


def test_page_says_who_wrote_the_english(client):
    commitment = a_commitment(english_by="desk")

    page = client.get(f"/en/commitments/{commitment.reference}/")

    assert "English by the coalition’s desk" in page.text


def test_search_finds_the_english():
    commitment = sent(S.SUBMITTED, language="ur", title=URDU, **ENGLISH, english_by="lead")
    publication.publish(commitment, by=UserFactory(), at=NOON)

    assert matching({"q": "train teachers"}).get() == commitment
    assert matching({"q": "اساتذہ"}).get() == commitment


def activity(commitment):
    file = BytesIO()
    rows = Commitment.objects.filter(pk=commitment.pk)
    write_iati(rows, file, on=timezone.localdate(NOON))
    return etree.fromstring(file.getvalue())[0]


def test_iati_has_a_second_narrative_in_english():
    found = activity(a_commitment())

    for path, texts in {
        "title": (URDU, ENGLISH["title_en"]),
        "description": ("We will train 1,000 teachers by the end of 2028.", ENGLISH["summary_en"]),
    }.items():
        narratives = found.findall(f"{path}/narrative")
        assert [(each.text, each.get(LANG)) for each in narratives] == [
            (texts[0], None),
            (texts[1], "en"),
        ]
    assert found.get(LANG) == "ur"


@pytest.mark.parametrize(
    ("language", "code"), [("haw", None), ("zh-hant", "zh"), ("en", "en"), ("ckb", None)]
)
def test_iati_names_only_languages_of_its_code_list(language, code):
    found = activity(a_commitment(language=language, title_en="", summary_en="", english_by=""))

    assert found.get(LANG) == code


def test_contact_of_a_partner_reads_english_if_no_letter_is_in_the_language():
    commitment = sent(S.SUBMITTED, language="ur")
    PartnerFactory(
        commitment=commitment,
        contact_email="one@example.org",
        answer=PartnerAnswer.CONFIRMED,
        invited_at=NOON,
        answered_at=NOON,
    )
    [partner] = commitment.partners.all()

    publication.publish(commitment, by=UserFactory(), at=NOON)

    [(reader, _segment)] = readers_of(partner)
    assert reader.language == "en"
    letter = Message.objects.get(recipient="one@example.org")
    assert (letter.language, letter.preferred_language) == ("en", "")
    assert "/en/commitments/" in letter.body
