"""The question about a flag, which comes before an admission."""

import pytest

from members.models import GrantedRole, Member, MemberStatus, SpamSignal
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, MemberFactory, PossibleDuplicateFactory
from tests.triage.decisions.decisions import as_shown, nothing_happened
from tests.triage.staff import address, officer, signed_in
from triage.duplicates.services.matching import dismiss_duplicate


def waiting(**facts):
    return FocalPointFactory(member=MemberFactory(**facts)).member


def choice_for(member):
    return {"focus_area": member.first_choice.pk, "role": GrantedRole.PARTICIPANT}


def test_member_page_asks_first_whether_possible_spam_is_genuine_and_then_offers_the_admission():
    member, client = waiting(spam_signal=SpamSignal.TOO_FAST), signed_in(officer())
    sent = {"version": member.version, "decide": 1}

    page = client.get(address("change", member))
    admit_page = client.get(address("admit", member))
    answered = client.post(address("clear_suspicion", member), sent, follow=True)

    assert page.context["flag"] == "spam"
    assert "Is this expression of interest genuine?" in page.text
    assert f'action="{address("clear_suspicion", member)}"' in page.text
    assert f'href="{address("close", member)}?reason=not_genuine#decide-heading"' in page.text
    assert 'name="decide" value="next"' not in page.text
    assert (admit_page.status_code, admit_page.url) == (302, address("change", member))
    assert "flag" not in answered.context
    assert answered.context["decision"].name == "admit"
    assert 'name="decide" value="next"' in answered.text


def test_member_page_asks_first_about_possible_duplicates_and_names_them_once():
    member, client = waiting(), signed_in(officer())
    pair = PossibleDuplicateFactory(earlier=member, same_name=True)
    # Those that ended ask nothing.
    for status in (MemberStatus.DECLINED, MemberStatus.CLOSED):
        PossibleDuplicateFactory(earlier=member, later__status=status)

    page = client.get(address("change", member))
    admit_page = client.get(address("admit", member))
    dismiss_duplicate(possible_duplicate=pair, by=officer(), at=NOON)
    answered = client.get(address("change", member))

    assert page.context["flag"] == "duplicate"
    assert "Is this member a duplicate?" in page.text
    assert page.text.count(f"Not a duplicate: {pair.later.reference}") == 1
    assert (admit_page.status_code, admit_page.url) == (302, address("change", member))
    assert answered.context["decision"].name == "admit"
    assert "flag" not in answered.context


def flag_as_spam(member):
    Member.objects.filter(pk=member.pk).update(spam_signal=SpamSignal.HONEYPOT)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        (flag_as_spam, "This member is marked as possible spam."),
        (
            lambda member: PossibleDuplicateFactory(earlier=member),
            "This member may be a duplicate.",
        ),
    ],
)
def test_admission_is_refused_for_a_flag_that_came_later_and_what_was_typed_stays(flag, words):
    member, client = waiting(), signed_in(officer())
    before = member.version, member.status
    sent = as_shown(client, "admit", member, **choice_for(member))
    flag(member)

    typed = {"subject": "Mine", "body": "Own words.", "leave_link_out": "on", "decide": 1}
    refused = client.post(address("admit", member), {**sent, **typed})

    assert refused.status_code == 409
    assert words in refused.text
    assert refused.context["letter"]["body"].value() == "Own words."
    assert nothing_happened(member, before)
    assert not Message.objects.exists()
