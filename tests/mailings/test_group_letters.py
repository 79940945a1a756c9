"""Co-leads write to their working group, and coordinators release or return their letters."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.conflicts import NothingChanged, Refused
from mailings.models import (
    GroupLetter,
    GroupLetterStatus,
    Mailing,
    MailingKind,
    MailingStatus,
    Recipient,
)
from mailings.services import group_letters
from mailings.services.exceptions import RecipientCountChanged
from mailings.services.group_letters import (
    LETTERS,
    LetterConflict,
    number_of_recipients,
    release_letter,
    submit_letter,
    whole_text,
)
from mailings.services.sending import send_due_mailings
from members.models import GrantedRole, Member, MemberStatus
from members.services.co_leads import NotCoLead
from members.services.submissions import (
    AlreadySettled,
    AlreadySubmitted,
    change,
    return_to_co_lead,
    withdraw,
)
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, GroupLetterFactory
from tests.language_switch import assert_kept_in_both_directions
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    signed_in_as,
    withdrawn,
)
from tests.participation.proposals import co_lead_of
from tests.triage.staff import coordinator, observer, signed_in

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
TEXT = {
    "language": "en",
    "subject": "Your comments",
    "body": "Please comment, {name}.",
    "shows_address": False,
}


@pytest.fixture
def co_lead(area):
    return co_lead_of(area, given_name="Wanjiku", family_name="Kamau", email="wanjiku@example.org")


@pytest.fixture
def letter(co_lead):
    return submitted(co_lead)


def submitted(person, **facts):
    by = {"by": account_of(person), "at": NOON}
    return submit_letter(person=person, **{**TEXT, **by, **facts})


def changed(letter, person, **facts):
    by = facts.pop("by", None) or account_of(person)
    seen = {"version": letter.version, "person": person, "by": by, "at": LATER}
    change(letter, LETTERS, facts={**TEXT, **facts}, **seen)


def withdrawn_by(person, letter, by=None):
    withdraw(letter, LETTERS, person=person, by=by or account_of(person), at=LATER)


def released(letter, by, **facts):
    shown = {"version": letter.version, "number": 1, "by": by, "at": LATER}
    return release_letter(**{"letter": letter, **shown, **facts})


def returned(letter, by, **facts):
    shown = {"version": letter.version, "reason": "Too long.", "by": by, "at": LATER}
    return_to_co_lead(letter, LETTERS, **{**shown, **facts})


def nothing_was_sent():
    return not (Mailing.objects.exists() or Recipient.objects.exists() or Message.objects.exists())


def test_letter_waits_and_the_coordinators_of_the_area_are_told(area, other_area, co_lead):
    own = coordinator(area)
    coordinator(other_area)

    letter = submitted(co_lead)

    kept = GroupLetter.objects.get()
    assert {name: getattr(kept, name) for name in TEXT} == TEXT
    assert (kept.focus_area, kept.focal_point, kept.status) == (area, co_lead, "waiting")
    assert (kept.written_by_name, kept.organisation_name) == (
        "Wanjiku Kamau",
        "Ministry of Somewhere",
    )
    message = Message.objects.get()
    assert message.recipient == own.email
    assert message.subject == "Letter of a co-lead waits: Your comments"
    assert f"/admin/mailings/mailing/group-letters/{letter.pk}/" in message.body
    assert not Mailing.objects.exists()


def test_same_subject_waits_once_and_the_number_of_letters_is_limited(
    area, other_area, co_lead, letter, monkeypatch
):
    monkeypatch.setattr(group_letters, "LETTERS", replace(LETTERS, max_waiting=2))
    GroupLetterFactory(focus_area=other_area)
    coordinator(area)

    with pytest.raises(AlreadySubmitted):
        submitted(co_lead_of(area, email="other@example.org"))
    submitted(co_lead, subject="Second")
    Message.objects.all().delete()
    with pytest.raises(Refused, match="2 letters to your working group"):
        submitted(co_lead, subject="Third")

    assert GroupLetter.objects.filter(focus_area=area).count() == 2
    assert not Message.objects.exists()


@pytest.mark.parametrize("end", [withdrawn, handed_over])
def test_every_step_is_refused_to_who_was_a_co_lead(co_lead, letter, end):
    account = account_of(co_lead)
    end(co_lead)

    for step in (
        lambda: submitted(co_lead, by=account, subject="Second"),
        lambda: changed(letter, co_lead, by=account, subject="Second"),
        lambda: withdrawn_by(co_lead, letter, by=account),
    ):
        with pytest.raises(NotCoLead):
            step()

    kept = GroupLetter.objects.get()
    assert (kept.subject, kept.status) == ("Your comments", "waiting")


def test_writing_is_refused_to_a_participant(area):
    participant = focal_point_in(area)

    with pytest.raises(NotCoLead):
        submitted(participant)

    assert not GroupLetter.objects.exists()


def test_changed_letter_is_a_new_version_and_coordinators_are_told_again(area, co_lead, letter):
    coordinator(area)

    changed(letter, co_lead, subject="Your *comments*")

    kept = GroupLetter.objects.get()
    assert (kept.subject, kept.version, kept.submitted_at) == ("Your *comments*", 2, LATER)
    assert Message.objects.count() == 1


def test_letter_is_changed_and_withdrawn_by_its_own_organisation_alone(area, co_lead, letter):
    other = co_lead_of(area, email="other@example.org")

    with pytest.raises(Refused, match="Only the organisation that wrote the letter"):
        changed(letter, other, subject="Mine")
    with pytest.raises(Refused, match="Only the organisation that wrote the letter"):
        withdrawn_by(other, letter)
    with pytest.raises(NothingChanged):
        changed(letter, co_lead)
    withdrawn_by(co_lead, letter)

    letter.refresh_from_db()
    assert (letter.status, letter.subject) == (GroupLetterStatus.WITHDRAWN, "Your comments")


def test_released_letter_goes_to_all_focal_points_of_the_group(area, other_area, co_lead, letter):
    participant = focal_point_in(area, email="reader@example.org", given_name="Li")
    FocalPointFactory(member=participant.member, is_alternate=True, email="alternate@example.org")
    focal_point_in(area, "Shares an address", email="READER@example.org")
    focal_point_in(other_area, email="elsewhere@example.org")
    by = coordinator(area)

    mailing = released(letter, by, number=3)
    queued = send_due_mailings(at=LATER)

    assert (mailing.kind, mailing.status) == (MailingKind.LETTER, MailingStatus.SCHEDULED)
    assert (mailing.created_by, mailing.confirmed_by, mailing.recipient_count) == (by, by, 3)
    letter.refresh_from_db()
    assert (letter.status, letter.mailing, letter.decided_by) == ("released", mailing, by)
    assert queued == 3
    [told] = Message.objects.exclude(subject="Your comments")
    assert (told.recipient, told.subject) == (
        co_lead.email,
        "Your letter was released: Your comments",
    )
    sent = Message.objects.filter(subject="Your comments")
    assert sorted(sent.values_list("recipient", flat=True)) == [
        "alternate@example.org",
        "reader@example.org",
        "wanjiku@example.org",
    ]
    body = sent.get(recipient="reader@example.org").body
    assert f"Please comment, {participant.full_name}." in body
    assert "from Wanjiku Kamau, Ministry of Somewhere, co-lead of" in body


def test_co_lead_is_told_why_a_letter_is_returned_and_submits_it_again(area, co_lead, letter):
    returned(letter, coordinator(area))

    message = Message.objects.get()
    assert message.subject == "Your letter was returned: Your comments"
    assert "Too long." in message.body
    assert not Mailing.objects.exists()
    changed(letter, co_lead)
    kept = GroupLetter.objects.get()
    assert (kept.status, kept.reason, kept.decided_by) == ("waiting", "", None)


def test_release_needs_no_second_person_because_the_co_lead_wrote_the_letter(
    area, letter, settings
):
    settings.MAILING_SECOND_PERSON_ABOVE = 0

    mailing = released(letter, coordinator(area))

    assert (mailing.status, mailing.recipient_count) == (MailingStatus.SCHEDULED, 1)


def test_letter_that_is_not_as_it_was_read_is_not_released(area, co_lead, letter):
    by, version = coordinator(area), letter.version
    changed(letter, co_lead, body="Something else.")
    Message.objects.all().delete()

    with pytest.raises(LetterConflict):
        released(letter, by, version=version)
    with pytest.raises(LetterConflict):
        returned(letter, by, version=version)

    assert nothing_was_sent()
    assert GroupLetter.objects.get().is_waiting


def test_letter_with_a_faulty_text_is_not_released(area, co_lead, letter):
    by = coordinator(area)
    changed(letter, co_lead, body="Your page: [private-page]]")
    Message.objects.all().delete()

    with pytest.raises(Refused, match=r"\[private-page\]\] is not replaced by a private link"):
        released(letter, by)

    assert nothing_was_sent()
    assert GroupLetter.objects.get().is_waiting


def test_letter_is_not_released_to_another_number_than_was_shown(area, co_lead, letter):
    by = coordinator(area)
    focal_point_in(area)

    with pytest.raises(RecipientCountChanged):
        released(letter, by)

    assert nothing_was_sent()
    assert GroupLetter.objects.get().is_waiting


def test_settled_letter_is_not_settled_again(area, co_lead, letter):
    by = coordinator(area, name="Kofi Mensah")
    released(letter, by)
    before = Message.objects.count()

    for again in (
        lambda: released(letter, by),
        lambda: returned(letter, by),
        lambda: changed(letter, co_lead, subject="Other"),
        lambda: withdrawn_by(co_lead, letter),
    ):
        with pytest.raises(AlreadySettled, match=r"Kofi Mensah has settled.*Released"):
            again()

    assert (Mailing.objects.count(), Message.objects.count()) == (1, before)
    assert GroupLetter.objects.get().subject == "Your comments"


def test_letter_is_not_released_if_its_author_left(area, co_lead, letter):
    other = co_lead_of(area, email="other@example.org")
    second = submitted(other, subject="Second")
    by = coordinator(area)
    handed_over(co_lead, email="new@example.org")
    Member.objects.filter(pk=other.member_id).update(granted_role=GrantedRole.PARTICIPANT)
    Message.objects.all().delete()

    for each in (letter, second):
        with pytest.raises(Refused, match="no longer acts for a co-lead"):
            released(each, by, number=2)

    assert nothing_was_sent()
    returned(letter, by)
    assert Message.objects.get().recipient == "new@example.org"


def test_text_says_where_answers_go_and_shows_an_address_only_if_agreed(area, co_lead):
    silent = submitted(co_lead)
    open_one = submitted(co_lead, subject="Second", shows_address=True)

    texts = [whole_text(each) for each in (silent, open_one)]

    assert ["wanjiku@example.org" in text for text in texts] == [False, True]
    assert ["goes to the secretariat" in text for text in texts] == [True, True]


def test_braces_and_stars_in_names_are_read_as_they_are(area):
    person = co_lead_of(area, "The {name} *Ministry*")
    letter = submitted(person)

    released(letter, coordinator(area))
    send_due_mailings(at=LATER)

    body = Message.objects.get(subject="Your comments").body
    assert "The {name} \\*Ministry\\*" in body


def test_number_counts_addresses_once(area, co_lead, letter):
    focal_point_in(area, email="wanjiku@example.org")
    focal_point_in(None, email="pending@example.org", member__status=MemberStatus.PENDING)

    assert number_of_recipients(letter, by=coordinator(area), at=LATER) == 1


# The pages of co-leads ---------------------------------------------------------------------------


def page_of(area):
    return f"/en/my/groups/{area.slug}/letters/"


def sent(**facts):
    return {"language": "en", "subject": "Your comments", "body": "Please comment.", **facts}


def test_letter_is_submitted_on_the_page_once(area, co_lead):
    client, page = signed_in_as(co_lead), page_of(area)

    first, second = (client.post(f"{page}write/", sent(), follow=True) for _time in range(2))

    assert first.redirect_chain == second.redirect_chain == [(page, 302)]
    assert "Submitted. The coordinators were told" in first.text
    assert "is already waiting" in second.text
    assert GroupLetter.objects.get().body == "Please comment."


def test_page_says_what_is_wrong_and_keeps_what_was_typed(area, co_lead):
    response = signed_in_as(co_lead).post(
        f"{page_of(area)}write/", sent(subject="", body="Dear {nobody}")
    )

    assert response.status_code == 422
    assert "There are 2 errors" in response.text
    assert "Dear {nobody}" in response.text
    assert not GroupLetter.objects.exists()


def test_returned_letter_shows_the_reason_and_is_changed_on_its_page(area, co_lead, letter):
    returned(letter, coordinator(area))
    client, page = signed_in_as(co_lead), f"{page_of(area)}{letter.pk}/"

    text = client.get(page).text
    response = client.post(page, sent(version=letter.version, body="Shorter."))

    assert "Too long." in text
    assert response.status_code == 302
    assert GroupLetter.objects.get().body == "Shorter."


def test_text_is_kept_if_a_colleague_changed_the_letter_meanwhile(area, co_lead, letter):
    client, page = signed_in_as(co_lead), f"{page_of(area)}{letter.pk}/"
    changed(letter, co_lead, body="By a colleague.")

    response = client.post(page, sent(version=1, body="By me."))

    assert response.status_code == 409
    assert "By me." in response.text
    assert 'name="version" value="2"' in response.text
    assert GroupLetter.objects.get().body == "By a colleague."


def test_released_letter_has_no_form_and_refuses_a_late_change(area, co_lead, letter):
    released(letter, coordinator(area))
    client, page = signed_in_as(co_lead), f"{page_of(area)}{letter.pk}/"

    text = client.get(page).text
    answers = [
        client.post(page, data).status_code
        for data in (sent(version=1, body="Late."), {"withdraw": "1"})
    ]

    assert "Released; it is being sent" in text
    assert "<textarea" not in text
    assert answers == [409, 409]


def test_language_switch_keeps_what_was_typed_into_a_returned_letter(area, co_lead, letter):
    returned(letter, coordinator(area))
    client, page = signed_in_as(co_lead), f"{page_of(area)}{letter.pk}/"

    assert_kept_in_both_directions(client, client.get(page))

    assert GroupLetter.objects.get().body == TEXT["body"]


def test_letter_is_withdrawn_on_its_page(area, co_lead, letter):
    response = signed_in_as(co_lead).post(f"{page_of(area)}{letter.pk}/", {"withdraw": "1"})

    assert response.status_code == 302
    assert GroupLetter.objects.get().status == GroupLetterStatus.WITHDRAWN


# The pages of staff ------------------------------------------------------------------------------

LIST = "/admin/mailings/mailing/group-letters/"


def test_desk_counts_and_lists_the_letters_of_its_own_areas(area, other_area, letter):
    GroupLetterFactory(focus_area=other_area, subject="Elsewhere")
    client = signed_in(coordinator(area))

    assert "1 letter of a co-lead waits" in client.get("/admin/mailings/mailing/").text
    text = client.get(LIST).text
    assert "Your comments" in text
    assert "Elsewhere" not in text


def test_desk_releases_a_letter_to_the_number_that_it_shows(area, letter):
    client, page = signed_in(coordinator(area)), f"{LIST}{letter.pk}/"

    text = client.get(page).text
    stale, done, again = (
        client.post(page, {"release": "1", "version": 1, "number": number}) for number in (5, 1, 1)
    )

    assert "Release to 1 person" in text
    assert [each.status_code for each in (stale, done, again)] == [409, 302, 409]
    assert done["Location"] == f"/admin/mailings/mailing/{Mailing.objects.get().pk}/change/"


def test_returning_needs_a_reason(area, letter):
    client, page = signed_in(coordinator(area)), f"{LIST}{letter.pk}/"
    assert "Reason:" not in client.get(page).text

    answers = [
        client.post(page, {"version": 1, "reason": reason}).status_code
        for reason in (" ", "Too long.")
    ]

    assert answers == [422, 302]
    assert GroupLetter.objects.get().reason == "Too long."


def test_observers_read_a_letter_without_buttons(letter):
    text = signed_in(observer()).get(f"{LIST}{letter.pk}/").text

    assert "Please comment" in text
    assert 'name="release"' not in text
