from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from core.conflicts import Refused
from core.personal_data import ERASED_TEXT
from members.models import MemberStatus
from members.services.corrections import correct_answers
from members.services.decisions import reopen
from members.services.letters.resend import CannotResend, resend
from members.services.response_times import day_in_geneva
from outbox.models import MessageStatus
from privacy.models import RetentionHold, RetentionKind, RetentionPeriod
from privacy.services.emptying import empty_members
from privacy.services.retention_periods import (
    keep_longer,
)
from tests.factories import (
    NOON,
    FocalPointFactory,
    LetterDraftFactory,
    MemberFactory,
    MessageFactory,
    RetentionHoldFactory,
    RetentionRunFactory,
    UserFactory,
)
from tests.triage.staff import address, desk_manager, observer, read, signed_in

pytestmark = pytest.mark.django_db

OVERVIEW = "/admin/privacy/retentionperiod/"
TODAY = NOON.date()


def period_of(kind):
    return RetentionPeriod.objects.get(kind=kind)


def page_of(name, *args):
    return reverse(f"admin:privacy_retentionperiod_{name}", args=args)


def test_overview_shows_what_is_due_held_and_deleted(django_assert_num_queries):
    at = now()
    drafts = [LetterDraftFactory(saved_at=at - timedelta(days=days)) for days in (400, 340, 10)]
    held = MemberFactory(organisation_name="Analytical Engines")
    RetentionHoldFactory(record=held.pk, reason="A complaint.", until=at + timedelta(days=30))
    RetentionRunFactory(kind=RetentionKind.MESSAGES, number=4711)

    text = read(signed_in(observer()).get(OVERVIEW))

    oldest = f"{drafts[0].saved_at.astimezone():%-d %B %Y}"
    numbers = '<td class="num"> 365 </td> <td class="num">1</td> <td class="num">2</td>'
    assert f"{numbers} <td>{oldest}</td>" in text
    assert "Analytical Engines" in text
    assert "A complaint." in text
    assert "4711" in text or "4,711" in text
    # A period that code sets.
    assert "Drafts of expressions of interest, with the address for their link" in text


def test_due_page_names_what_is_deleted_next_and_on_which_day():
    member = MemberFactory(organisation_name="Analytical Engines")
    saved_at = now() - timedelta(days=350)
    draft = LetterDraftFactory(member=member, saved_at=saved_at)
    LetterDraftFactory(saved_at=now() - timedelta(days=300))

    text = read(signed_in(observer()).get(page_of("due", period_of(RetentionKind.DRAFTS).pk)))

    day = day_in_geneva(saved_at) + timedelta(days=366)
    assert f"{member.reference} · {draft.get_kind_display()}" in text
    assert f"{day:%-d %B %Y}" in text
    assert "1 record is deleted within 30 days." in text
    assert "Keep longer" not in text
    assert "Change the period" not in text


def test_due_page_names_the_reference_of_a_message_once():
    for subject in ("P2C-7K3MQ9: We received it", "Your data"):
        MessageFactory(
            reference="P2C-7K3MQ9",
            subject=subject,
            status=MessageStatus.SENT,
            sent_at=now() - timedelta(days=1080),
        )

    text = read(signed_in(observer()).get(page_of("due", period_of(RetentionKind.MESSAGES).pk)))

    assert "P2C-7K3MQ9 · Your data" in text
    assert text.count("P2C-7K3MQ9") == 2


@pytest.mark.parametrize("number", [1, 3])
def test_due_page_of_histories_makes_the_same_number_of_queries(
    number, django_assert_max_num_queries
):
    people = [FocalPointFactory() for _number in range(number)]
    type(people[0]).history.update(history_date=now() - timedelta(days=3000))
    client = signed_in(desk_manager())
    period = period_of(RetentionKind.HISTORIES)
    address = f"{page_of('due', period.pk)}?table=members.HistoricalFocalPoint"

    with django_assert_max_num_queries(100):
        text = read(client.get(address))

    assert f"<bdi>{people[0].full_name}, changed by the portal</bdi>" in text
    # Only tables with such records are named.
    assert f"Focal points ({number})" in text
    assert "Papers (" not in text


def test_shorter_period_waits_for_seven_days_and_the_page_says_so():
    manager = desk_manager(name="Grace Hopper")
    period = period_of(RetentionKind.MESSAGES)

    response = signed_in(manager).post(page_of("change", period.pk), {"days": "400"}, follow=True)

    period.refresh_from_db()
    assert (period.days, period.previous_days) == (400, 1095)
    assert "The shorter period takes effect on" in read(response)
    assert period.history.latest().history_by_name == "Grace Hopper"


def test_days_below_the_minimum_are_refused_beside_the_field():
    period = period_of(RetentionKind.MESSAGES)

    response = signed_in(desk_manager()).post(page_of("change", period.pk), {"days": "179"})

    assert "Enter a number of days from 180 to 7300." in read(response)
    period.refresh_from_db()
    assert period.days == 1095


def test_keep_a_record_longer():
    member = MemberFactory(status=MemberStatus.DECLINED)
    client = signed_in(desk_manager(name="Grace Hopper"))
    last_day = day_in_geneva(now()) + timedelta(days=90)
    keep = page_of("keep", "members.Member", member.pk)

    assert member.reference in read(client.get(keep))
    client.post(keep, {"last_day": last_day.isoformat(), "reason": "A complaint."})

    hold = RetentionHold.objects.get()
    assert (hold.record, hold.reason, hold.placed_by_name) == (
        member.pk,
        "A complaint.",
        "Grace Hopper",
    )
    assert day_in_geneva(hold.until) == last_day + timedelta(days=1)


@pytest.mark.parametrize("address", ["members.Member/0/", "members.SearchEntry/1/", "nothing/1/"])
def test_what_is_in_no_table_cannot_be_kept(address):
    response = signed_in(desk_manager()).get(f"{OVERVIEW}keep/{address}")

    assert response.status_code == 404


def test_a_hold_lasts_at_least_for_the_notice_period():
    facts = {"model": "members.Member", "record": 1, "reason": "A complaint.", "at": NOON}
    facts["by"] = UserFactory()

    with pytest.raises(Refused, match="from Monday 1 November 2021"):
        keep_longer(last_day=TODAY + timedelta(days=6), **facts)
    assert not RetentionHold.objects.exists()
    keep_longer(last_day=TODAY + timedelta(days=60), **facts)
    keep_longer(last_day=TODAY + timedelta(days=7), **facts)

    hold = RetentionHold.objects.get()
    assert day_in_geneva(hold.until) == TODAY + timedelta(days=8)
    assert hold.history.count() == 2


def emptied_member(**facts):
    member = MemberFactory(status=MemberStatus.DECLINED, **facts)
    FocalPointFactory(member=member)
    FocalPointFactory(member=member, is_alternate=True, phone="+41227305111")
    message = MessageFactory(
        topic=f"{member.reference}/declined/entry-1/focal-point-1",
        reference=member.reference,
        status=MessageStatus.SENT,
        sent_at=NOON,
    )
    empty_members([member.pk], NOON)
    member.refresh_from_db()
    message.refresh_from_db()
    return member, message


def test_staff_pages_of_an_emptied_member_say_when_its_data_was_deleted():
    member, message = emptied_member(organisation_name="Analytical Engines")
    client = signed_in(desk_manager())

    text = read(client.get(address("change", member)))

    assert "was deleted on 25 October 2021" in text
    assert "Engines" not in text
    assert "Originally submitted" not in text
    assert "Correct answers" not in text
    for page in (
        address("history", member),
        f"/admin/outbox/message/{message.pk}/change/",
        f"/admin/members/member/?q={member.reference}",
        "/admin/audit/",
    ):
        response = client.get(page)
        assert response.status_code == 200
        assert "Analytical" not in response.text


def test_an_emptied_member_is_not_reopened_corrected_or_written_to():
    member, message = emptied_member()
    officer = UserFactory()

    with pytest.raises(Refused, match="was deleted on Monday 25 October 2021"):
        reopen(member=member, by=officer, at=NOON)
    with pytest.raises(Refused, match="was deleted on"):
        correct_answers(
            member=member, facts={"about": "New"}, focal_points={}, reason="", by=officer, at=NOON
        )
    with pytest.raises(CannotResend):
        resend(message=message, times=0, by=officer, at=NOON)

    member.refresh_from_db()
    assert (member.status, member.about) == (MemberStatus.DECLINED, "")


def test_emptied_members_are_not_the_same_organisation():
    one, other = emptied_member()[0], emptied_member()[0]

    assert list(one.others_of_the_organisation()) == []
    assert other.organisation_name == ERASED_TEXT
