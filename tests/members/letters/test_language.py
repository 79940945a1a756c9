"""Staff are warned if a letter is not in its recipient's language."""

import pytest

from outbox.models import MessageTemplate
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory, UserFactory
from tests.triage.decisions.decisions import a_file_for, address
from tests.triage.staff import officer, signed_in


def words(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def nothing_in_russian():
    MessageTemplate.objects.filter(language="ru").delete()


def reviewed(kind):
    by = UserFactory(name="Grace Hopper")
    MessageTemplate.objects.filter(template_type=kind).update(
        reviewed_at=NOON, reviewed_by=by, reviewed_by_name=by.name
    )


@pytest.mark.parametrize("is_reviewed", [True, False])
def test_decision_page_says_beside_whom_a_letter_is_not_in_their_language_or_not_reviewed(
    nothing_in_russian, is_reviewed
):
    member = a_file_for("admit")
    FocalPointFactory(member=member, is_alternate=True, language="ru")
    if is_reviewed:
        reviewed("admitted")

    response = signed_in(officer()).get(address("admit", member))

    first, alternate = response.context["letter"].recipients
    assert (first.wanted, alternate.wanted) == (None, "ru")
    sentence = "– part of this letter is missing in Russian, the preferred language"
    assert words(response).count(sentence) == 1
    assert ("text not reviewed" in words(response)) == (not is_reviewed)


def test_file_and_message_say_in_which_language_a_message_was_written_instead():
    member = MemberFactory(reference="P2C-AAAAAA")
    FocalPointFactory(member=member, language="ru")
    facts = {"reference": "P2C-AAAAAA", "language": "en"}
    message = MessageFactory(preferred_language="ru", **facts)
    MessageFactory(**facts)
    client = signed_in(officer())

    pages = [
        words(client.get(page))
        for page in (
            f"/admin/members/member/{member.pk}/change/",
            f"/admin/outbox/message/{message.pk}/change/",
        )
    ]

    sentence = "Written in English. Preferred language of the recipient: Russian."
    assert [page.count(sentence) for page in pages] == [1, 1]
