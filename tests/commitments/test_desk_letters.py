"""The letters of the desk: whole in six languages, whatever a title or a name contains."""

import pytest
from django.conf import settings

from commitments.services import desk_letters, desk_types
from members.services.letters.composing import addressee
from outbox.services.letters import render_letter
from tests.commitments.desk import TOMORROW, S, sent

LANGUAGES = settings.MODELTRANSLATION_LANGUAGES
REASON = {"reason": "**Not** [this](https://example.org)\n\n- one"}
DRAFTS = {
    desk_types.QUESTION: (desk_letters.draft_question, {"question": REASON["reason"]}),
    desk_types.APPROVED: (
        desk_letters.draft_approval,
        {"announce_at": TOMORROW, "event": "WTDC (Baku)"},
    ),
    desk_types.APPROVAL_TAKEN_BACK: (desk_letters.draft_taking_back, REASON),
    desk_types.PUBLISHED: (desk_letters.draft_publication, {}),
    desk_types.DECLINED: (desk_letters.draft_decline, REASON),
    desk_types.CHANGE_ACCEPTED: (desk_letters.draft_change_accepted, REASON),
    desk_types.CHANGE_DECLINED: (desk_letters.draft_change_declined, REASON),
    desk_types.TEXT_CORRECTED: (desk_letters.draft_text_corrected, REASON),
    desk_types.WITHDRAWN: (desk_letters.draft_withdrawal, REASON),
    desk_types.SUPERSEDED: (desk_letters.draft_superseding, {}),
}


def test_every_kind_to_the_lead_has_a_draft():
    kinds = {kind.name for kind in desk_types.TEMPLATE_TYPES}

    assert kinds - set(DRAFTS) == {desk_types.PUBLISHED_TO_PARTNER}


def test_approval_names_the_time_where_its_reader_is_with_geneva_beside_it():
    commitment = sent(S.ANSWERED)
    [person] = desk_letters.readers_of(commitment)
    person.time_zone = "Africa/Nairobi"

    letter = desk_letters.draft_approval(
        commitment=commitment, focal_point=person, announce_at=TOMORROW
    )

    assert "Tuesday 26 October 2021, 15:00 Nairobi (14:00 Geneva)" in letter.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_is_in_the_language_of_its_reader_and_shows_what_was_typed_as_it_was_typed(language):
    commitment = sent(
        S.PUBLISHED,
        languages=(language,),
        title="(X) *a* {b} [c](https://example.org)",
    )
    commitment.lead.organisation_name = "(Y)"
    [person] = desk_letters.readers_of(commitment)
    shown = {}

    for kind, (draft, values) in DRAFTS.items():
        more = {"other": commitment} if kind == desk_types.SUPERSEDED else {}
        letter = draft(commitment=commitment, focal_point=person, **values, **more)
        shown[kind] = render_letter(addressee(person), letter)

    assert {letter.language for letter in shown.values()} == {language}
    for kind, letter in shown.items():
        assert letter.text.count("(X) *a* {b}") >= 1, kind
        assert "<strong>" in letter.html, kind
        assert 'href="https://example.org' not in letter.html, kind
        # The rest may be cut off.
        assert "(X) *a* {b" in letter.subject, kind
        page = f"/{language}/" if "<a" in letter.html else ""
        assert page in letter.html, kind
    for kind in (desk_types.DECLINED, desk_types.QUESTION):
        assert "**Not** [this]" in shown[kind].text
    assert "WTDC (Baku)" in shown[desk_types.APPROVED].text
