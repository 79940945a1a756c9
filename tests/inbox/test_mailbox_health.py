"""What the front page and the monitors say about the mailbox."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.timezone import now

from accounts.services.staff_roles import DESK_MANAGERS, TRIAGE_OFFICERS
from inbox.models import Source
from inbox.services.mailbox_health import SMTP_BACKEND, are_bounces_unread, check_mailbox
from tests.factories import (
    NOON,
    IncomingMailFactory,
    MailboxReadingFactory,
    MailHoldFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def mailbox(settings):
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"


@pytest.fixture
def sending(settings):
    settings.MAIL_BACKEND = SMTP_BACKEND


def front_page(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return " ".join(client.get(reverse("admin:index")).text.split())


@pytest.mark.usefixtures("mailbox")
def test_a_copy_has_no_mailbox(settings):
    MailboxReadingFactory()

    assert check_mailbox(at=NOON).read_at == NOON
    settings.MAIL_ALLOWLIST = ["p2c.example"]
    assert check_mailbox(at=NOON) is None
    settings.MAIL_ALLOWLIST = None
    MailHoldFactory(released_at=None)
    assert check_mailbox(at=NOON) is None


@pytest.mark.usefixtures("mailbox")
def test_mailbox_that_was_never_read_is_not_silent():
    assert check_mailbox(at=NOON).silent_since is None


@pytest.mark.usefixtures("sending")
def test_bounces_are_read_by_mailbox_or_pipe_or_the_provider(settings):
    assert are_bounces_unread()
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"
    # Nothing comes back to it.
    assert are_bounces_unread()
    settings.MAIL_RETURN_DOMAIN = "return.example"
    assert not are_bounces_unread()
    settings.MAILBOX_URL = ""
    assert are_bounces_unread()
    IncomingMailFactory(source=Source.PIPE)
    assert not are_bounces_unread()
    settings.MAIL_RETURN_DOMAIN = ""
    assert are_bounces_unread()
    settings.MAIL_PROVIDER = "brevo"
    assert not are_bounces_unread()


def test_portal_that_sends_nothing_misses_no_bounce(settings):
    assert not are_bounces_unread()
    settings.MAIL_BACKEND = SMTP_BACKEND
    settings.MAIL_ALLOWLIST = ["p2c.example"]
    assert not are_bounces_unread()


@pytest.mark.usefixtures("mailbox")
def test_front_page_says_when_the_mailbox_was_last_read(client):
    assert "bounces has not been read yet" in front_page(client, TRIAGE_OFFICERS)
    reading = MailboxReadingFactory(read_at=now() - timedelta(minutes=3))
    assert "was last read 3 minutes ago" in front_page(client, TRIAGE_OFFICERS).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    reading.read_at = reading.failing_since = now() - HOUR
    reading.trouble = "MailboxLoginError"
    reading.save()
    page = front_page(client, TRIAGE_OFFICERS).replace("\N{NO-BREAK SPACE}", " ")
    assert "The mailbox has not been read for 1 hour." in page
    assert "secret" not in page


@pytest.mark.usefixtures("sending")
def test_front_page_tells_managers_that_bounces_are_not_read(client):
    sentence = "Bounces and replies are not read"

    assert sentence in front_page(client, DESK_MANAGERS)
    assert sentence not in front_page(client, TRIAGE_OFFICERS)


def test_front_page_says_nothing_without_a_mailbox(client):
    MailboxReadingFactory(read_at=now() - HOUR)

    assert "mailbox" not in front_page(client, DESK_MANAGERS)
