"""The page of a mailing while it is sent: its figures, and the answer that its script asks for."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailings.models import MailingStatus
from outbox.models import Message
from outbox.models.delivery_event import EventKind
from tests.factories import NOON, DeliveryEventFactory, SendRequestFactory, UserFactory
from tests.mailings.desk import page_of
from tests.mailings.mailings import begun, confirmed, deliver, fresh, going, outbox, person, step
from tests.triage.staff import coordinator, observer, signed_in


def progress(client, mailing):
    return client.get(page_of(mailing, "progress")).json()


def link(mailing, of, number):
    return f'<a href="{page_of(mailing, "recipients")}?of={of}">{number}</a>'


def test_figures_of_who_unsubscribed_and_complained_lead_to_these_recipients(client_of_officer):
    mailing = going(*(person() for _n in range(3)))
    deliver(*outbox())
    left, angry, _quiet = mailing.recipients.order_by("pk")
    mailing.recipients.filter(pk=left.pk).update(unsubscribed_at=NOON)
    DeliveryEventFactory(message=angry.message, kind=EventKind.COMPLAINT)

    page = client_of_officer.get(page_of(mailing)).text
    listed = client_of_officer.get(page_of(mailing, "recipients"), {"of": "complained"})

    assert "Unsubscribed with the link in it" in page
    assert link(mailing, "unsubscribed_by_link", 1) in page
    assert link(mailing, "complained", 1) in page
    assert [row for row, _others in listed.context["rows"]] == [angry]
    assert "Reported as spam (1)" in listed.text
    assert "Unsubscribed with the link in it (1)" in listed.text


def test_page_is_followed_while_it_is_sent_and_the_answer_says_when_it_is_done(client_of_officer):
    mailing = going(person(), person())
    first, second = outbox()
    deliver(first)

    page = client_of_officer.get(page_of(mailing)).text
    before = progress(client_of_officer, mailing)
    deliver(second)
    step("stop", fresh(mailing), at=NOON)
    after = progress(client_of_officer, mailing)
    later = client_of_officer.get(page_of(mailing)).text

    assert f'data-progress="{page_of(mailing, "progress")}"' in page
    assert "js/progress" in page
    assert ">Refresh</a>" in page
    assert (before["words"], before["is_finished"]) == ("1 of 2 emails sent.", False)
    assert link(mailing, "sent", 1) in before["html"]
    assert "Pause mailing" in before["html"]
    assert (after["words"], after["is_finished"]) == ("This mailing is paused.", True)
    assert link(mailing, "sent", 2) in after["html"]
    assert "Resume mailing" in after["html"]
    assert "data-progress" not in later
    assert "js/progress" not in later


@pytest.mark.parametrize(
    ("scheduled_for", "is_followed"),
    [(timezone.now() + timezone.timedelta(days=1), False), (None, True)],
)
def test_mailing_is_followed_from_its_time_on(client_of_officer, scheduled_for, is_followed):
    mailing = confirmed(begun(person()), scheduled_for=scheduled_for)

    page = client_of_officer.get(page_of(mailing)).text

    assert ("data-progress" in page) is is_followed
    assert progress(client_of_officer, mailing)["is_finished"] is not is_followed


def test_progress_is_for_those_who_may_see_the_mailing():
    mailing = going(person())
    readers = (observer(), coordinator(), UserFactory(is_staff=True))

    answers = [signed_in(each).get(page_of(mailing, "progress")).status_code for each in readers]

    assert answers == [200, 404, 403]


def test_answer_has_no_steps_for_an_observer():
    mailing = going(person())

    html = progress(signed_in(observer()), mailing)["html"]

    assert page_of(mailing, "stop") not in html


def test_progress_takes_as_many_queries_for_9_as_for_3(client_of_officer):
    numbers = []
    for number in (3, 9):
        mailing = going(*(person() for _n in range(number)))
        SendRequestFactory(mailing=mailing)
        for message in Message.objects.all():
            DeliveryEventFactory(message=message, kind=EventKind.COMPLAINT)
        progress(client_of_officer, mailing)
        with CaptureQueriesContext(connection) as queries:
            progress(client_of_officer, mailing)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]
    assert numbers[0] <= 12
    assert fresh(mailing).status == MailingStatus.SENDING


def test_the_answer_repeats_no_subject_below_the_heading_of_the_page(client_of_officer):
    mailing = going(person())

    page = client_of_officer.get(page_of(mailing)).text
    answer = progress(client_of_officer, mailing)

    assert "<dt>Recipients</dt>" in answer["html"]
    assert ("<dt>Subject</dt>" in page, "<dt>Subject</dt>" in answer["html"]) == (False, False)
