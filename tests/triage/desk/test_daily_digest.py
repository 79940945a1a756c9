"""The daily digest: what waits, and what is new since the last one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from members.models import MemberStatus, SpamSignal, TimelineKind
from outbox.models import Message, MessageStatus
from outbox.services.rendering import as_text
from tests.factories import (
    FocusAreaFactory,
    FollowUpFactory,
    InvitationFactory,
    MemberFactory,
    MessageFactory,
    OpinionRequestFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, coordinator, may, observer, officer
from triage.desk.services.daily_digest import (
    MAX_NAMES,
    is_digest_time,
    news_in_markdown,
    send_daily_digests,
)
from triage.follow_ups.models import FollowUpStep

# Monday, 7:00 in Geneva, in summer.
SEVEN = datetime(2021, 10, 25, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def digests():
    return list(Message.objects.filter(topic__startswith="digest/").order_by("pk"))


def lines_of(message):
    """The lines of the digest, and the list that each one links to."""
    lines = [line for line in as_text(message.body).splitlines() if line.startswith("- ")]
    return [tuple(line.removeprefix("- ").removesuffix(">").split(" <")) for line in lines]


def something_waits():
    MemberFactory(submitted_at=SEVEN - HOUR)


def test_officer_is_told_what_waits_as_the_front_page_counts_it():
    amina = officer(name="Amina Diallo", email="amina@example.org")
    OpinionRequestFactory(asked_of=amina, member__assignee=officer(wants_digest=False))
    long_ago = SEVEN - timedelta(days=60)
    MemberFactory(submitted_at=long_ago)
    MemberFactory(assignee=amina, submitted_at=SEVEN - HOUR, replied_at=SEVEN - HOUR)
    MemberFactory(assignee=amina, submitted_at=SEVEN - HOUR)
    FollowUpFactory(
        step=FollowUpStep.PROPOSE_CLOSING, entry__member__assignee=officer(wants_digest=False)
    )
    failed = MemberFactory(status=MemberStatus.DECLINED)
    MessageFactory(reference=failed.reference, status=MessageStatus.FAILED)

    assert send_daily_digests(at=SEVEN) == 1

    (mail,) = digests()
    assert (mail.topic, mail.recipient, mail.recipient_name, mail.language, mail.reference) == (
        f"digest/user-{amina.pk}/2021-10-25",
        "amina@example.org",
        "Amina Diallo",
        "en",
        "",
    )
    assert mail.expires_at == SEVEN + 5 * HOUR
    assert "Dear Amina Diallo," in mail.body
    assert "http://testserver/accounts/preferences/" in mail.body
    here = f"http://testserver{QUEUE}"
    assert lines_of(mail) == [
        ("1 opinion is asked of you", f"{here}opinions/"),
        ("1 applicant is unassigned", f"{here}?view=unassigned"),
        ("2 applicants are assigned to you", f"{here}?view=mine"),
        ("1 applicant is overdue", f"{here}?view=overdue"),
        ("1 organisation has replied to our request", f"{here}?view=replied"),
        ("Email to 1 organisation failed", f"{here}?view=mail_failed"),
        (
            "Closing is proposed for 1 applicant",
            f"{here}?view=waiting_for_organisation&to_close=yes",
        ),
    ]


def test_digest_comes_once_a_day_from_seven_however_often_it_is_asked_for():
    something_waits()
    officer()

    counts = [send_daily_digests(at=SEVEN + minutes * MINUTE) for minutes in (-1, 0, 0, 10, 200)]

    assert counts == [0, 1, 0, 0, 0]
    assert send_daily_digests(at=SEVEN + 24 * HOUR) == 1


def new(kind, name, at=SEVEN - HOUR, by=None, **facts):
    member = MemberFactory(organisation_name=name, submitted_at=at, **facts)
    TimelineEntryFactory(member=member, kind=kind, at=at, by_user=by, by_name=str(by or ""))
    return member


def news_of(reader, at=SEVEN):
    """The lines of news of a reader's latest digest."""
    send_daily_digests(at=at)
    body = as_text(digests()[-1].body)
    _before, news, after = body.partition("New since ")
    since, _colon, lines = after.partition(":\n")
    found = [line for line in lines.splitlines() if line.startswith("- ")] if news else []
    return since, [line for line in found if "/change/" in line]


def test_digest_names_what_is_new_since_the_last_working_day_and_each_organisation_once():
    amina, kofi = officer(name="Amina"), officer(name="Kofi", wants_digest=False)
    handed, received = TimelineKind.REASSIGNED, TimelineKind.RECEIVED
    friday = SEVEN - 72 * HOUR
    # Monday's digest reaches back to the morning of Friday.
    ours = new(handed, "Given to Amina", friday + MINUTE, by=kofi, assignee=amina)
    TimelineEntryFactory(member=ours, kind=received, at=SEVEN - HOUR)
    new(handed, "Taken by Amina", by=amina, assignee=amina)
    new(handed, "Given to Kofi", by=amina, assignee=kofi)
    new(TimelineKind.ANSWERED, "Replied [1]")
    new(received, "Too old", friday)
    new(received, "Spam", spam_signal=SpamSignal.TOO_FAST)
    new(received, "Decided", status=MemberStatus.DECLINED)
    for number in range(MAX_NAMES + 2):
        new(received, f"New {number}")

    since, lines = news_of(amina)

    assert since == "22 October 2021, 07:00"
    mine, replied, applicants = lines
    link = f"http://testserver{reverse('admin:members_member_change', args=[ours.pk])}"
    assert mine == f"- 1 assigned to you: Given to Amina <{link}>"
    assert replied.startswith("- 1 reply received: Replied [1] <")
    assert applicants.startswith("- 7 new applicants: New 0 <")
    assert applicants.endswith(">, and 2 more")


def test_digest_names_what_is_new_since_the_last_one():
    amina = officer()
    new(TimelineKind.RECEIVED, "Before")
    _since, first = news_of(amina)

    new(TimelineKind.RECEIVED, "After", SEVEN + HOUR)
    since, second = news_of(amina, SEVEN + 24 * HOUR)

    assert [line.split(" <")[0] for line in first] == ["- 1 new applicant: Before"]
    assert since == "25 October 2021, 07:00"
    assert [line.split(" <")[0] for line in second] == ["- 1 new applicant: After"]


def test_digest_has_no_news_if_nothing_is_new_or_nothing_of_it_is_the_readers():
    MemberFactory(submitted_at=SEVEN - 200 * HOUR)
    amina = officer()
    reader = may(coordinator(FocusAreaFactory()), "take_member")
    new(TimelineKind.RECEIVED, "Not theirs")

    assert news_in_markdown(reader, since=SEVEN - 2 * HOUR, at=SEVEN) == ""
    assert news_in_markdown(amina, since=SEVEN - HOUR, at=SEVEN) == ""


def test_digest_comes_from_monday_to_friday():
    user, monday = UserFactory.build(time_zone="UTC"), datetime(2021, 10, 25, 7, tzinfo=UTC)

    days = [is_digest_time(user, monday + number * 24 * HOUR) for number in range(7)]

    assert days == [True] * 5 + [False] * 2


def test_digest_is_for_those_who_are_here_and_want_it_and_may_take_files():
    something_waits()
    for facts in ({"is_active": False}, {"is_staff": False}, {"wants_digest": False}):
        officer(**facts)
    InvitationFactory(user=officer())
    observer()
    # Nothing of what waits is theirs.
    may(coordinator(FocusAreaFactory()), "take_member")
    UserFactory()
    root = UserFactory(is_superuser=True)

    assert send_daily_digests(at=SEVEN) == 1

    assert [mail.recipient for mail in digests()] == [root.email]


@pytest.mark.parametrize(
    ("language", "written_in", "greeting"), [("fr", "fr", "Bonjour"), ("ar", "en", "Dear")]
)
def test_digest_is_in_the_language_of_its_reader_if_pages_have_it(language, written_in, greeting):
    something_waits()
    officer(language=language)

    send_daily_digests(at=SEVEN)

    (mail,) = digests()
    assert (mail.language, mail.preferred_language) == (written_in, "")
    assert greeting in mail.body


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Asia/Kathmandu", datetime(2021, 10, 25, 1, 15, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2021, 10, 25, 1, 30, tzinfo=UTC)),
        ("Pacific/Chatham", datetime(2021, 10, 24, 17, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2021, 10, 24, 17, tzinfo=UTC)),
        ("Pacific/Pago_Pago", datetime(2021, 10, 25, 18, tzinfo=UTC)),
        # The Monday after the clocks went back, and the one after they went forward.
        ("Europe/Zurich", datetime(2021, 11, 1, 6, tzinfo=UTC)),
        ("Europe/Zurich", datetime(2022, 3, 28, 5, tzinfo=UTC)),
        ("America/New_York", datetime(2021, 11, 8, 12, tzinfo=UTC)),
    ],
)
def test_morning_begins_at_seven_on_the_clock_of_each(zone, first):
    user = UserFactory.build(time_zone=zone)

    assert not is_digest_time(user, first - MINUTE)
    assert is_digest_time(user, first)
    assert is_digest_time(user, first + 5 * HOUR - MINUTE)
    assert not is_digest_time(user, first + 5 * HOUR)


def test_day_and_noon_are_those_of_the_reader():
    something_waits()
    reader = officer(time_zone="Pacific/Kiritimati")

    send_daily_digests(at=datetime(2021, 10, 24, 17, tzinfo=UTC))

    (mail,) = digests()
    assert mail.topic == f"digest/user-{reader.pk}/2021-10-25"
    assert mail.expires_at == datetime(2021, 10, 25, 12, tzinfo=ZoneInfo("Pacific/Kiritimati"))


def test_run_costs_the_same_for_each_reader(django_assert_max_num_queries):
    something_waits()
    costs = []
    for number in (0, 1, 3):
        for _n in range(number):
            officer()
        Message.objects.all().delete()
        with django_assert_max_num_queries(200) as asked:
            send_daily_digests(at=SEVEN)
        costs.append(len(asked))

    # Written messages, calls and templates are read once for any number of recipients.
    none, one, four = costs
    assert none == 1
    assert four - one == 3 * (one - none - 3)
    assert one <= 16
