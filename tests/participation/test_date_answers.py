"""Members answer which dates suit, by a private link or signed in, until a date is taken."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.conflicts import NothingChanged, Refused
from core.models import AttemptCount
from members.services.focal_points import revoke_links
from members.services.private_links import LinkPurpose, token_about_poll
from outbox.models import Message
from participation.models import DateAnswer, DateReply
from participation.services.date_answers import (
    DateCounts,
    NotAsked,
    PollOver,
    answer_date_poll,
    current_replies,
    date_counts,
    dates_to_come,
    my_polls,
)
from participation.services.date_polls import close_date_poll, take_date
from participation.views.date_polls import MAX_ANSWERS_PER_HOUR
from tests.factories import NOON, UserFactory
from tests.participation.date_polls import (
    DAY,
    HOUR,
    IF_NEED_BE,
    NO,
    STARTS,
    YES,
    answered,
    asked_for_a_date,
    choices_in,
    later,
)
from tests.participation.people import focal_point_in, handed_over, signed_in_as, withdrawn
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
# From the times of the tests to those of pages, in whole days.
NOW = timedelta(days=(timezone.now() - NOON).days + 1)


@pytest.fixture
def poll(area, focal_point):
    return asked_for_a_date(area)


@pytest.fixture
def open_now(area, focal_point):
    """A poll that pages show as open."""
    return asked_for_a_date(area, **later(NOW))


def link_for(person, poll):
    return f"/en/date-poll/{token_about_poll(person, LinkPurpose.DATE_POLL, poll=poll.uid)}/"


def page_of(poll):
    return f"/en/my/date-polls/{poll.uid}/"


def typed(poll, *choices, **others):
    dates = poll.proposals.order_by("starts_at")
    return {f"date-{date.pk}": choice for date, choice in zip(dates, choices, strict=True)} | others


def stored():
    return [
        (reply.focal_point_id, choices_in(reply), reply.word)
        for reply in DateReply.objects.order_by("pk")
    ]


def words_of(response):
    return " ".join(response.text.split())


def test_answers_are_kept_with_a_word_and_can_be_changed(poll, focal_point):
    reply = answered(poll, focal_point, YES, IF_NEED_BE, NO, word="Not on Fridays.")

    assert (reply.poll, reply.focal_point, reply.replied_at) == (poll, focal_point, NOON)
    assert stored() == [(focal_point.pk, [YES, IF_NEED_BE, NO], "Not on Fridays.")]

    answered(poll, focal_point, NO, IF_NEED_BE, NO, at=NOON + DAY)

    assert stored() == [(focal_point.pk, [NO, IF_NEED_BE, NO], "")]
    assert DateReply.objects.get().replied_at == NOON + DAY


def test_same_answers_are_refused(poll, focal_point):
    answered(poll, focal_point, YES, YES, NO, word="Thanks.")

    with pytest.raises(NothingChanged):
        answered(poll, focal_point, YES, YES, NO, word="Thanks.", at=NOON + DAY)

    assert DateReply.objects.get().replied_at == NOON
    answered(poll, focal_point, YES, YES, NO, word="Another word.", at=NOON + DAY)
    assert stored() == [(focal_point.pk, [YES, YES, NO], "Another word.")]


def test_answers_after_the_deadline_count_and_dates_that_have_passed_do_not(poll, focal_point):
    after = STARTS[0] + HOUR

    answered(poll, focal_point, YES, NO, at=after)

    assert choices_in(DateReply.objects.get()) == [YES, NO]
    assert not DateAnswer.objects.filter(proposal__starts_at=STARTS[0]).exists()


def test_each_date_needs_an_answer(poll, focal_point):
    first, *_others = dates_to_come(poll, at=NOON)

    with pytest.raises(Refused) as refused:
        answer_date_poll(poll=poll, choices={first.pk: YES}, word="", by=focal_point, at=NOON)

    assert refused.value.code == "dates_missing"
    assert stored() == []


def test_people_who_are_not_asked_are_refused(area, other_area, poll, focal_point):
    elsewhere, gone = focal_point_in(other_area), focal_point_in(area)
    withdrawn(gone)
    handed_over(focal_point)

    for person in (elsewhere, gone, focal_point):
        with pytest.raises(NotAsked):
            answered(poll, person)

    assert stored() == []


@pytest.mark.parametrize("end", ["taken", "closed", "passed"])
def test_poll_that_has_ended_takes_no_answer(poll, focal_point, end):
    answered(poll, focal_point, YES, NO, NO)
    at = NOON + DAY
    choices = dict.fromkeys((date.pk for date in poll.proposals.all()), YES)
    if end == "taken":
        take_date(proposal=poll.proposals.first(), by=UserFactory(), at=at)
    elif end == "closed":
        close_date_poll(poll=poll, by=UserFactory(), at=at)
    else:
        at = STARTS[-1]

    with pytest.raises(PollOver):
        answer_date_poll(poll=poll, choices=choices, word="", by=focal_point, at=at)

    assert stored() == [(focal_point.pk, [YES, NO, NO], "")]


def test_counts_leave_out_former_holders_and_former_members(area, other_area, poll, focal_point):
    other, former, moved = (focal_point_in(area, name) for name in ("Agency", "Bank", "Court"))
    answered(poll, focal_point, YES, YES, NO)
    answered(poll, other, YES, IF_NEED_BE, NO, word="Hello.")
    for person in (former, moved):
        answered(poll, person, NO, NO, NO)
    handed_over(former)
    moved.member.focus_area = other_area
    moved.member.save()

    counts = date_counts([poll])

    assert [counts[date.pk] for date in dates_to_come(poll, at=NOON)] == [
        DateCounts(yes=2),
        DateCounts(yes=1, if_need_be=1),
        DateCounts(no=2),
    ]
    assert [reply.focal_point for reply in current_replies(poll)] == [other, focal_point]
    successor = former.__class__.objects.select_related("member").get(pk=former.pk)
    answered(poll, successor, YES, YES, YES)
    assert date_counts([poll])[dates_to_come(poll, at=NOON)[0].pk] == DateCounts(yes=3)


def test_polls_of_a_person_are_those_of_their_groups_with_a_date_to_come(
    area, other_area, poll, focal_point
):
    focal_point_in(other_area)
    asked_for_a_date(other_area)
    closed = asked_for_a_date(area, title="Closed")
    close_date_poll(poll=closed, by=UserFactory(), at=NOON)
    admitted_since = focal_point_in(area, "Agency")
    answered(poll, focal_point)

    [mine], [theirs] = (
        my_polls([person], at=NOON + DAY) for person in (focal_point, admitted_since)
    )

    assert (mine.poll, mine.person, mine.is_answered) == (poll, focal_point, True)
    assert (theirs.poll, theirs.is_answered) == (poll, False)
    assert my_polls([focal_point], at=STARTS[-1]) == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner_that_opens_the_link_changes_nothing(client, open_now, focal_point, method):
    response = getattr(client, method)(link_for(focal_point, open_now))

    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert stored() == []
    assert not AttemptCount.objects.exists()


def test_page_shows_the_dates_for_the_reader_with_geneva_nights_and_counts(
    area, open_now, focal_point
):
    for number in range(3):
        other = focal_point_in(area, f"Agency {number}", time_zone="Asia/Tokyo")
    answered(open_now, other, YES, IF_NEED_BE, NO, at=NOON + NOW)

    words = words_of(Client().get(link_for(focal_point, open_now)))

    assert 'Find a date: <bdi lang="en">Power for schools</bdi>' in words
    assert "1 h, online." in words
    assert "Please answer until <strong>" in words
    assert "Times are for Nairobi." in words
    assert ", 15:00 <span" in words
    assert " Geneva</span>" in words
    assert "So far: 1 yes, 0 if need be, 0 no" in words
    assert words.count("Fewest at night") == 1
    assert "Night for 4 of 4, you too: " in words
    assert "For <bdi>Wanjiku Kamau</bdi>, <bdi>Ministry of Somewhere</bdi>." in words
    assert "No password is needed" in words
    assert other.full_name not in words


def test_answer_by_link_is_saved_shown_and_changed(open_now, focal_point):
    client, path = Client(), link_for(focal_point, open_now)

    response = client.post(path, typed(open_now, YES, IF_NEED_BE, NO, word="Thanks."))

    assert (response.status_code, response["Location"]) == (302, path)
    assert stored() == [(focal_point.pk, [YES, IF_NEED_BE, NO], "Thanks.")]
    again = client.post(path, typed(open_now, YES, IF_NEED_BE, NO, word="Thanks."))
    assert again.status_code == 302
    words = words_of(client.get(path))
    assert "Your answers were saved on" in words
    assert words.count(" checked") == 3
    assert "Thanks.</textarea>" in words
    client.post(path, typed(open_now, YES, NO, NO, word="Thanks."))
    assert stored() == [(focal_point.pk, [YES, NO, NO], "Thanks.")]


def test_none_of_these_declines_all_and_keeps_the_word(open_now, focal_point):
    path = link_for(focal_point, open_now)

    Client().post(path, {"none": "1", "word": "Only in February."})

    assert stored() == [(focal_point.pk, [NO, NO, NO], "Only in February.")]


def test_missing_and_unknown_answers_are_named_and_nothing_is_lost(open_now, focal_point):
    path, (first, second, third) = link_for(focal_point, open_now), open_now.proposals.all()
    sent = {f"date-{first.pk}": "yes", f"date-{second.pk}": "perhaps", "word": "Hello."}

    response = Client().post(path, sent)

    assert response.status_code == 422
    words = words_of(response)
    assert "There are 2 errors" in words
    assert words.count("Choose an answer for ") == 4
    assert ", 23:00.</a>" in words
    assert f'href="#id_date-{third.pk}"' in words
    assert f'<fieldset id="id_date-{third.pk}"' in words
    assert "Hello.</textarea>" in words
    assert words.count(" checked") == 1
    assert stored() == []


def test_too_long_a_word_is_refused_and_stays(open_now, focal_point):
    response = Client().post(
        link_for(focal_point, open_now), typed(open_now, YES, YES, YES, word="x" * 501)
    )

    assert response.status_code == 422
    assert "x" * 501 in response.text
    assert stored() == []


def test_link_ends_with_the_role_and_with_the_group(area, other_area, open_now, focal_point):
    other = focal_point_in(area)
    paths = [link_for(person, open_now) for person in (focal_point, other)]
    revoke_links(
        focal_point=focal_point,
        link_version=focal_point.link_version,
        by=UserFactory(),
        at=NOON,
    )
    other.member.focus_area = other_area
    other.member.save()

    for path in (*paths, "/en/date-poll/x/"):
        response = Client().post(path, typed(open_now, YES, YES, YES))
        assert response.status_code == 404
        assert "This link no longer works" in response.text

    assert stored() == []


def test_answers_by_link_are_limited(open_now, focal_point):
    path = link_for(focal_point, open_now)
    for number in range(MAX_ANSWERS_PER_HOUR):
        Client().post(path, typed(open_now, YES, YES, YES, word=str(number)))

    response = Client().post(path, typed(open_now, NO, NO, NO))

    assert response.status_code == 429
    assert stored() == [(focal_point.pk, [YES, YES, YES], str(MAX_ANSWERS_PER_HOUR - 1))]


def test_signed_in_member_answers_on_their_own_page(open_now, focal_point, mine):
    page = page_of(open_now)
    assert "No password is needed" not in mine.get(page).text

    response = mine.post(page, typed(open_now, NO, YES, NO, word=""))

    assert (response.status_code, response["Location"]) == (302, page)
    assert stored() == [(focal_point.pk, [NO, YES, NO], "")]


def test_person_with_two_organisations_answers_for_each(area, open_now, focal_point, mine):
    other = focal_point_in(area, "Agency", email=focal_point.email)
    page = page_of(open_now)
    assert f'href="?for={other.pk}"' in mine.get(page).text

    mine.post(f"{page}?for={other.pk}", typed(open_now, NO, NO, YES, word=""))

    assert stored() == [(other.pk, [NO, NO, YES], "")]
    assert mine.get(f"{page}?for=0").status_code == 404


def test_poll_of_another_group_does_not_exist(other_area, open_now, focal_point):
    stranger = signed_in_as(focal_point_in(other_area))

    assert stranger.get(page_of(open_now)).status_code == 404
    assert stranger.post(page_of(open_now), {"none": "1"}).status_code == 404
    assert stored() == []


@pytest.mark.parametrize(
    ("end", "words"),
    [("taken", "A date was taken: <strong>"), ("closed", "have ended the search for a date")],
)
def test_page_says_how_a_poll_ended(open_now, focal_point, mine, end, words):
    sent = typed(open_now, YES, YES, YES)
    if end == "taken":
        proposal = open_now.proposals.first()
        take_date(proposal=proposal, by=UserFactory(), at=NOON + NOW)
    else:
        close_date_poll(poll=open_now, by=UserFactory(), at=NOON + NOW)

    for client, page in ((mine, page_of(open_now)), (Client(), link_for(focal_point, open_now))):
        shown = client.get(page)
        assert words in words_of(shown)
        assert "poll-form" not in shown.text
        refused = client.post(page, sent)
        assert refused.status_code == 409
        assert "The search for a date has ended in the meantime." in refused.text
    assert stored() == []


def test_my_page_asks_until_the_answer_is_given(area, open_now, focal_point, mine):
    asked = words_of(mine.get("/en/my/"))

    assert "1 thing needs your answer" in asked
    assert f'href="{page_of(open_now)}' in asked

    answered(open_now, focal_point, at=NOON + NOW)
    told = words_of(mine.get("/en/my/"))
    assert "needs your answer" not in told.replace("Needs your answer", "")
    assert f'href="{page_of(open_now)}' in told
    close_date_poll(poll=open_now, by=UserFactory(), at=NOON + NOW)
    assert page_of(open_now) not in mine.get("/en/my/").text


def test_member_admitted_since_sees_the_poll_without_a_letter(area, open_now):
    before = Message.objects.count()
    newcomer = signed_in_as(focal_point_in(area, "Agency"))

    assert page_of(open_now) in newcomer.get("/en/my/").text
    assert newcomer.post(page_of(open_now), {"none": "1"}).status_code == 302
    assert Message.objects.count() == before


def test_page_needs_as_many_queries_with_eighty_members(area, open_now, focal_point, mine):
    few = queries_of(mine, page_of(open_now))
    for number in range(80):
        other = focal_point_in(area, f"Agency {number}", time_zone="Asia/Tokyo")
        answered(open_now, other, at=NOON + NOW)

    assert queries_of(mine, page_of(open_now)) == few
    assert "So far: 80 yes" in words_of(mine.get(page_of(open_now)))
