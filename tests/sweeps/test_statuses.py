"""Everything that must handle each status does so."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from core.templatetags.chips import chip
from eoi.services.application_status import application_status
from framework.models import AnswerKind
from mailings.models import MailingStatus, RecipientOutcome
from members.models import UNDECIDED_STATUSES, Member, MemberStatus
from members.services.exceptions import STATUS_SENTENCES
from outbox.models import MessageStatus
from tests.eoi.own import address_of, own_person
from tests.factories import NOON, FocalPointFactory, MemberFactory, MessageFactory
from tests.triage.staff import QUEUE, observer, signed_in
from triage.desk.admin.filters import StatusFilter
from triage.desk.admin.queue import SHORT_STATUSES
from triage.desk.services.work_queue import VIEWS

STYLES = (Path(settings.BASE_DIR) / "static" / "css" / "components.css").read_text()
MEMBER_STATUSES = [status.value for status in MemberStatus]
MESSAGE_STATUSES = [status.value for status in MessageStatus]
MAILING_STATUSES = sorted(
    {*MailingStatus.values, *RecipientOutcome.values} - {*MEMBER_STATUSES, *MESSAGE_STATUSES}
)


def test_queue_offers_every_status_to_be_narrowed_to():
    desk = admin.site.get_model_admin(Member)

    offered = StatusFilter(RequestFactory().get(QUEUE), {}, Member, desk).lookup_choices
    narrowed = [value for value, _words in offered]

    # The views have those that are undecided.
    assert narrowed == [each for each in MEMBER_STATUSES if each not in UNDECIDED_STATUSES]
    in_views = [view.statuses for view in VIEWS.values() if view.has_one_status]
    assert {(status,) for status in UNDECIDED_STATUSES} <= set(in_views)


@pytest.mark.parametrize("status", MEMBER_STATUSES)
def test_queue_and_file_name_every_status_and_list_what_is_in_it(status):
    member = FocalPointFactory(member=MemberFactory(status=status)).member
    client = signed_in(observer())
    words = MemberStatus(status).label

    queue = client.get(QUEUE, {"status": status})
    file = client.get(reverse("admin:members_member_change", args=[member.pk]))

    assert list(queue.context["cl"].result_list) == [member]
    short = SHORT_STATUSES.get(MemberStatus(status), words)
    assert f'<span class="chip {chip(status)}">{short}</span>' in queue.content.decode()
    assert f'<span class="chip {chip(status)}">{words}</span>' in file.content.decode()


@pytest.mark.parametrize(
    "status", [*MEMBER_STATUSES, *MESSAGE_STATUSES, *MAILING_STATUSES, *AnswerKind.values]
)
def test_every_status_has_a_shape_beside_its_colour(status):
    look = chip(status)

    assert not look or re.search(rf'\.chip\.{look}::before {{ content: "."', STYLES)


def test_every_status_has_a_sentence_for_who_comes_too_late():
    assert {str(status) for status in STATUS_SENTENCES} == set(MEMBER_STATUSES)
    assert all(str(sentence) for sentence in STATUS_SENTENCES.values())


@pytest.mark.parametrize("status", MEMBER_STATUSES)
def test_every_status_has_words_for_the_organisation(client, status):
    person = own_person(status)
    member = person.member

    step = application_status(member, member.timeline.all(), zone="UTC").now
    page = client.get(address_of(person)).content.decode()

    assert step.name in page


@pytest.mark.parametrize("status", MEMBER_STATUSES)
def test_every_status_has_its_row_on_the_page_of_the_lifecycle(status):
    page = (Path(settings.BASE_DIR) / "docs" / "lifecycle.md").read_text()

    assert len(re.findall(rf"^\| `{status}` \|", page, re.MULTILINE)) == 1


@pytest.mark.parametrize("status", ["queued", "failed", "cancelled", "sent"])
def test_queue_has_a_word_for_every_message(status):
    member = MemberFactory()
    MessageFactory(
        reference=member.reference, status=status, sent_at=NOON if status == "sent" else None
    )

    page = signed_in(observer()).get(QUEUE).content.decode()

    look = "muted" if status == "sent" else f"chip {chip(status)}"
    assert f'<span class="{look}">email {status}</span>' in page
