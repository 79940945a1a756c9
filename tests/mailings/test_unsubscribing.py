"""Staff unsubscribe a person who asks from bulletins."""

import pytest
from django.urls import reverse

from core.conflicts import Refused
from focus_areas.models import FocusArea
from mailings.models import MailingKind, Unsubscription
from mailings.services.subscriptions import (
    AlreadyUnsubscribed,
    unsubscribe,
    unsubscribe_on_request,
)
from members.models import TimelineEntry, TimelineKind
from outbox.models import Message
from tests.factories import NOON
from tests.mailings.mailings import deliver, going, person
from tests.participation.people import handed_over
from tests.triage.staff import coordinator, observer, officer, signed_in, told

PAGE = "/admin/mailings/mailing/unsubscribe/"
ASKED = {"asked_by": "Ada, by email on 3 May"}
NOTE = "Unsubscribed from bulletins: ada@example.org. Who asked: Ada, by email on 3 May"


def asked(address="Ada@example.org", by=None):
    by = by or officer(name="Amina Diallo")
    return unsubscribe_on_request(address=address, **ASKED, by=by, at=NOON)


def unsubscribed():
    return list(Unsubscription.objects.order_by("pk").values_list("address", flat=True))


def notes():
    """The members, the texts and the authors of the internal notes."""
    rows = TimelineEntry.objects.filter(kind=TimelineKind.NOTE_ADDED).order_by("member_id")
    return list(rows.values_list("member_id", "note", "by_name"))


def test_person_who_asks_gets_no_more_bulletins_and_each_of_their_members_a_note():
    ada, again = person(email="ada@example.org"), person(email="Ada@example.org")
    person(email="other@example.org")
    going(ada, again, kind=MailingKind.BULLETIN)

    made = asked()

    assert (made.address, made.at) == ("ada@example.org", NOON)
    assert unsubscribed() == ["ada@example.org"]
    assert notes() == [(each.member_id, NOTE, "Amina Diallo") for each in (ada, again)]
    assert Message.objects.get().status == "cancelled"


def test_person_who_passed_the_role_on_is_unsubscribed_and_their_successor_is_not():
    ada = person(email="ada@example.org")
    going(ada, kind=MailingKind.BULLETIN)
    deliver(*Message.objects.all())
    handed_over(ada, email="grace@example.org")

    asked()

    assert unsubscribed() == ["ada@example.org"]
    assert notes() == [(ada.member_id, NOTE, "Amina Diallo")]


@pytest.mark.parametrize("address", ["ada@example.com", "nobody", ""])
def test_address_that_nobody_has_is_refused(address):
    person(email="ada@example.org")

    with pytest.raises(Refused, match="No focal point has this address"):
        asked(address)

    assert (unsubscribed(), notes()) == ([], [])


def test_address_that_got_only_letters_is_not_known_once_the_role_was_passed_on():
    ada = person(email="ada@example.org")
    going(ada)
    deliver(*Message.objects.all())
    handed_over(ada, email="grace@example.org")

    with pytest.raises(Refused, match="No focal point has this address"):
        asked()

    assert unsubscribed() == []


def test_coordinator_unsubscribes_addresses_of_their_own_areas_alone():
    first, second = FocusArea.objects.get(number=1), FocusArea.objects.get(number=2)
    person(email="ada@example.org", focus_area=first)
    person(email="alan@example.org", focus_area=second)
    by = coordinator(first)

    with pytest.raises(Refused, match="No focal point has this address"):
        asked("alan@example.org", by)
    asked("ada@example.org", by)

    assert unsubscribed() == ["ada@example.org"]


def test_address_that_is_unsubscribed_already_is_refused_without_a_note():
    ada = person(email="ada@example.org")
    unsubscribe(address=ada.email, at=NOON)

    with pytest.raises(AlreadyUnsubscribed, match="already unsubscribed"):
        asked()

    assert (unsubscribed(), notes()) == (["ada@example.org"], [])


def test_page_unsubscribes_and_says_so(client_of_officer):
    person(email="ada@example.org")
    assert client_of_officer.get(PAGE).status_code == 200
    assert unsubscribed() == []

    response = client_of_officer.post(PAGE, {"address": "ada@example.org", **ASKED}, follow=True)

    assert told(response) == ["ada@example.org gets no more bulletins."]
    assert unsubscribed() == ["ada@example.org"]
    assert [note for _member, note, _by in notes()] == [NOTE]


def test_page_keeps_what_was_typed_and_says_what_is_wrong(client_of_officer):
    person(email="ada@example.org")

    without = client_of_officer.post(PAGE, {"address": "ada@example.org"})
    unknown = client_of_officer.post(PAGE, {"address": "ada@example.com", **ASKED})

    assert (without.status_code, without.context["form"].errors) == (
        422,
        {"asked_by": ["Enter who asked."]},
    )
    assert unknown.status_code == 409
    assert "No focal point has this address" in unknown.text
    assert "Ada, by email on 3 May" in unknown.text
    assert (unsubscribed(), notes()) == ([], [])


def test_list_leads_to_the_page_for_those_who_may_unsubscribe(client_of_officer):
    mailings = reverse("admin:mailings_mailing_changelist")
    visitor = signed_in(observer())

    assert PAGE in client_of_officer.get(mailings).text
    assert PAGE not in visitor.get(mailings).text
    assert visitor.post(PAGE, {"address": "ada@example.org", **ASKED}).status_code == 403
    assert unsubscribed() == []
