"""The texts that letters take from the catalogues are all translated."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from accounts.services.sign_in_codes import send_code
from meetings.models import Meeting
from members.models import GrantedRole, Title
from members.services.letters.composing import addressee
from members.services.letters.decisions import acknowledge, draft_admission
from outbox.models.template_types import template_types
from outbox.services.delivery import compose
from outbox.services.letters import greeting
from outbox.services.rendering import MARKERS, as_text_and_html
from outbox.services.template_rendering import render_text, sample_values
from tests.catalogues import in_catalogue, record_look_ups
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.every_letter import write_every_letter
from tests.participation.every_notice import write_every_notice
from tests.participation.paper_news import write_news_of_papers

# Letters look up the same texts in each language, and tests/sweeps/test_translations.py compares
# the catalogues.
NOT_ENGLISH = [
    *("ar", "fr"),
    *(pytest.param(language, marks=pytest.mark.long) for language in ("es", "ru", "zh-hans")),
]
DAY = timedelta(days=1)
# Four meetings, two in each working group: in one zone, past midnight, one day, several days.
MEETINGS = [
    {},
    {
        "starts_at": datetime(2021, 11, 2, 20, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 3, 1, tzinfo=UTC),
    },
    {
        "is_all_day": True,
        "starts_at": datetime(2021, 11, 3, 23, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 4, 23, tzinfo=UTC),
    },
    {
        "is_all_day": True,
        "starts_at": datetime(2021, 11, 4, 23, tzinfo=UTC),
        "ends_at": datetime(2021, 11, 6, 23, tzinfo=UTC),
    },
]


@pytest.fixture
def looked_up(monkeypatch):
    return record_look_ups(monkeypatch)


def write_letters(language):
    """Queue every letter, including those to people with each title, in each group, on each day."""
    messages, _theirs = write_every_letter("Ada", language)
    Meeting.objects.all().delete()
    areas = [FocusAreaFactory(number=number) for number in range(1, 5)]
    for number, facts in enumerate(MEETINGS):
        MeetingFactory(focus_area=areas[number % 2], **facts)
    roles = list(GrantedRole)
    for number, title in enumerate(["", *Title]):
        # The week that ends with the first of a month.
        member = MemberFactory(submitted_at=datetime(2021, 10, 26, 12, tzinfo=UTC) + number * DAY)
        person = FocalPointFactory(
            member=member, title=title, language=language, time_zone="Africa/Nairobi"
        )
        entry = TimelineEntryFactory(member=member)
        messages += acknowledge(member, [person], entry)
        draft_admission(
            member=member, focus_area=areas[number % 4], role=roles[number % 3], at=NOON
        )
        greeting(addressee(person), language)
    reader = UserFactory(language=language, is_staff=False)
    send_code(email=reader.email, seed="seed")
    messages += write_every_notice("Ada", language)
    messages += write_news_of_papers("Ada", language)
    for message in messages:
        compose(message)


@pytest.mark.parametrize("language", NOT_ENGLISH)
def test_whatever_letters_look_up_has_a_translation(language, looked_up):
    with override(language):
        for kind in template_types():
            body = "\n\n".join(f"{{{name.name}}}" for name in kind.placeholders)
            filled = render_text(body, sample_values(kind), language=language)
            as_text_and_html("…", f"{filled}\n\n{MARKERS}", language=language)
    write_letters(language)

    texts = {(context, text) for active, context, text in looked_up if active == language}
    assert texts - in_catalogue(language) == set()
