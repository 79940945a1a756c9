"""An invitation goes out by SMTP, is accepted by a calendar program, and comes back by IMAP."""

import contextlib
import smtplib

import pytest
from django.utils.timezone import now
from icalendar import Calendar

from focus_areas.models import FocusArea
from inbox.models import IncomingKind, IncomingMail
from meetings.services.meetings import cancel_meeting
from participation.models import Rsvp, RsvpChoice
from participation.services.notices import mark_all_as_announced
from tests.participation.invitations import invited, mail_with, reply_to
from tests.participation.people import LINK, SOON, account_of, focal_point_in, meeting_of
from tests.portal import beat, worker
from tests.processes import PATIENCE, eventually
from tests.relay import RETURN_DOMAIN, Dovecot, Relay, folder_of_mail
from tests.system.conftest import unless_missing

pytestmark = [pytest.mark.long, pytest.mark.patient, pytest.mark.django_db(transaction=True)]


@pytest.mark.timeout(400)
def test_invitation_is_accepted_and_then_cancelled_through_real_servers(
    given, own_sink, own_mail_port, settings, tmp_path
):
    settings.MEDIA_ROOT, settings.MAIL_RETURN_DOMAIN = str(tmp_path / "files"), RETURN_DOMAIN
    mark_all_as_announced(at=now())
    guest = focal_point_in(FocusArea.objects.get(number=2), email="guest@program.example")
    organiser = invited(guest)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(folder_of_mail())
        with unless_missing():
            relay = stack.enter_context(Relay(folder, onward=own_mail_port))
            mailbox = stack.enter_context(Dovecot(folder))
        given |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{relay.port}",
            "MAIL_RETURN_DOMAIN": RETURN_DOMAIN,
            "MAILBOX_URL": mailbox.url,
            "MEDIA_ROOT": settings.MEDIA_ROOT,
        }
        # Nothing that the officer changes within the last hour waits.
        meeting = meeting_of(
            FocusArea.objects.get(number=2), starts_at=SOON, changed_at=now().replace(year=2021)
        )
        stack.enter_context(worker(given, tmp_path))
        stack.enter_context(beat(given, tmp_path))

        def invitations():
            return [mail for to, mail in own_sink.arrived if to == [guest.email]]

        assert eventually(lambda: len(invitations()) == 1, within=PATIENCE)
        [mail] = invitations()
        part = [each for each in mail.walk() if not each.is_multipart()][-1]
        assert (part.get_content_type(), part["Content-Type"].params["method"]) == (
            "text/calendar",
            "REQUEST",
        )
        [event] = Calendar.from_ical(part.get_content()).events
        assert str(event["ORGANIZER"]) == f"mailto:{organiser}"
        assert LINK not in part.get_content()
        with smtplib.SMTP("127.0.0.1", relay.port) as connection:
            connection.send_message(mail_with(reply_to(event, "ACCEPTED"), organiser))
        assert eventually(Rsvp.objects.exists, within=120)
        assert eventually(lambda: mailbox.count("Done") == 1, within=PATIENCE)
        cancel_meeting(meeting=meeting, by=None, at=now().replace(year=2022))
        assert eventually(lambda: len(invitations()) == 2, within=PATIENCE)

    [rsvp] = Rsvp.objects.all()
    assert (rsvp.focal_point, rsvp.choice, rsvp.by) == (guest, RsvpChoice.REMOTE, account_of(guest))
    assert IncomingMail.objects.get().kind == IncomingKind.RSVP
    cancellation = [each for each in invitations()[1].walk() if not each.is_multipart()][-1]
    assert cancellation["Content-Type"].params["method"] == "CANCEL"
    assert f"UID:{meeting.uid}" in cancellation.get_content()
