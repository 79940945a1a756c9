"""Every invalid private link gets the same response, so that it reveals nothing."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commitments.models import Acknowledgement, CommitmentStatus
from meetings.models import Meeting
from members.models import Member, MemberStatus, TimelineKind
from members.services.decisions import withdraw
from members.services.focal_points import revoke_links
from members.services.private_links import (
    PAGE_EXPIRES_AFTER,
    InvalidLink,
    LinkPurpose,
    focal_point_of,
    name_of_key,
    token_about_area,
    token_about_commitment,
    token_about_meeting,
    token_about_poll,
    token_for,
    token_for_object,
)
from members.services.timeline import add_entry
from participation.models import DatePoll
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    CommitmentFactory,
    DatePollFactory,
    DateProposalFactory,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    UserFactory,
)
from tests.participation.group import browser_of

PAGE, FEED, EOI = LinkPurpose.WORKING_GROUP, LinkPurpose.FEED, LinkPurpose.EOI
BULLETINS = LinkPurpose.BULLETINS
RSVP, JOIN = ABOUT_A_MEETING = (LinkPurpose.RSVP, LinkPurpose.JOIN)
REPORT, HOST = ABOUT_A_COMMITMENT = (LinkPurpose.REPORT, LinkPurpose.HOST)
OTHER = {PAGE: FEED, FEED: EOI, EOI: BULLETINS, BULLETINS: PAGE, RSVP: JOIN, JOIN: RSVP}
FRAMEWORK = LinkPurpose.FRAMEWORK
OPPORTUNITIES = LinkPurpose.OPPORTUNITIES
DATE_POLL = LinkPurpose.DATE_POLL
OTHER |= {REPORT: HOST, HOST: REPORT, FRAMEWORK: PAGE, OPPORTUNITIES: PAGE, DATE_POLL: RSVP}
ADDRESS = {
    PAGE: "/en/working-group/{}/",
    FEED: "/calendar/private/{}.ics",
    EOI: "/en/expression-of-interest/{}/",
    BULLETINS: "/en/bulletins/{}/",
    RSVP: "/en/reply/no/{}/",
    JOIN: "/en/join/{}/",
    DATE_POLL: "/en/date-poll/{}/",
    REPORT: "/en/commitments/report/{}/",
    HOST: "/en/commitments/host/{}/",
    FRAMEWORK: "/en/framework/{}/",
    OPPORTUNITIES: "/en/opportunities/private/{}/mine/",
}
SOON = timezone.now() + timedelta(days=3)
FORMER_KEY = "the-key-of-before-7d4f0a92c1e84b6f-which-signed-many-links"
# Facts on which the response must not depend.
OWN_TO_EACH = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|csrftoken=\w+'
    r"|/[a-z-]+/(?:working-group|expression-of-interest|bulletins|reply/no|join|date-poll"
    r"|commitments/report|commitments/host|framework|opportunities/private)/"
    r'[^"/]*/(?=(?:mine/)?["?])'
)


def admitted(**facts):
    area = FocusAreaFactory()
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area, **facts)
    return FocalPointFactory(member=member)


def the_meeting():
    """The meeting of the whole coalition that links are about."""
    return Meeting.objects.filter(title="All").first() or MeetingFactory(
        title="All", focus_area=None, starts_at=SOON
    )


def the_poll(focal_point):
    """The open poll of a member's working group."""
    area = focal_point.member.focus_area or FocusAreaFactory()
    found = DatePoll.objects.filter(title="When", focus_area=area).first()
    if found is None:
        found = DatePollFactory(title="When", focus_area=area, answer_by=SOON)
        DateProposalFactory(poll=found, starts_at=SOON + timedelta(days=7))
    return found


def the_commitment(focal_point, purpose):
    """A commitment that the member made, or that it is asked about as a host."""
    member = focal_point.member
    if purpose == REPORT:
        facts = {"lead": member, "status": CommitmentStatus.PUBLISHED}
        return member.commitments.first() or CommitmentFactory(**facts)
    asked = Acknowledgement.objects.filter(member=member).first()
    return (asked or AcknowledgementFactory(member=member)).commitment


def token_of(focal_point, purpose):
    """Return a focal point's token, also about what the purpose names."""
    if purpose in ABOUT_A_COMMITMENT:
        reference = the_commitment(focal_point, purpose).reference
        return token_about_commitment(focal_point, purpose, reference=reference)
    if purpose == FRAMEWORK:
        return token_about_area(focal_point, purpose, number=FocusAreaFactory().number)
    if purpose == DATE_POLL:
        return token_about_poll(focal_point, purpose, poll=the_poll(focal_point).uid)
    if purpose not in ABOUT_A_MEETING:
        return token_for(focal_point, purpose)
    meeting = the_meeting()
    return token_about_meeting(
        focal_point, purpose, meeting=meeting.uid, starts_at=meeting.starts_at
    )


def of_status(status):
    return lambda purpose: token_of(FocalPointFactory(member__status=status), purpose)


def signed(facts, *, key=None, salt="members.services.private_links.{}"):
    """Return a function that creates a token with the given facts."""

    def token(purpose):
        signer = signing.Signer(key=key, salt=salt.format(purpose))
        return signer.sign_object(facts(admitted(), purpose))

    return token


def revoked(purpose):
    focal_point = admitted()
    token = token_of(focal_point, purpose)
    revoke_links(
        focal_point=focal_point, link_version=focal_point.link_version, by=UserFactory(), at=NOON
    )
    return token


def of_a_member_that_withdrew(purpose):
    # It keeps the area that it was admitted to.
    focal_point = admitted()
    withdraw(member=focal_point.member, by=UserFactory(), at=NOON)
    return token_of(focal_point, purpose)


def with_the_others_signature(purpose):
    """Name one focal point, with the signature of another."""
    facts, _, _own = token_of(admitted(), purpose).rpartition(":")
    return f"{facts}:{token_of(admitted(), purpose).rpartition(':')[2]}"


def ours(focal_point, purpose, **other):
    """Return the contents of a focal point's token, with some facts changed."""
    columns = ["pk", "link_version", "link_secret"]
    if purpose is FEED:
        columns += ["feed_version", "feed_secret"]
    facts = [other.get(column, getattr(focal_point, column)) for column in columns]
    if purpose in ABOUT_A_MEETING:
        meeting = the_meeting()
        facts += [meeting.uid.hex, int(meeting.starts_at.timestamp())]
    if purpose == DATE_POLL:
        facts.append(the_poll(focal_point).uid.hex)
    if purpose in ABOUT_A_COMMITMENT:
        facts.append(the_commitment(focal_point, purpose).reference)
    if purpose == FRAMEWORK:
        facts.append(FocusAreaFactory().number)
    return [name_of_key(settings.SECRET_KEY), *facts]


def with_other(**facts):
    return signed(lambda one, purpose: ours(one, purpose, **facts))


def of_a_page_that_ended(status):
    def token(purpose):
        column = "withdrawn_at" if status == MemberStatus.WITHDRAWN else "decided_at"
        member = MemberFactory(status=status, **{column: timezone.now() - PAGE_EXPIRES_AFTER})
        return token_of(FocalPointFactory(member=member), purpose)

    return token


def of_a_draft(purpose):
    return token_for_object(EoiDraftFactory())


REFUSED = {
    "altered": lambda purpose: f"{token_of(admitted(), purpose)[:-2]}--",
    "altered at its beginning": lambda purpose: f"x{token_of(admitted(), purpose)}",
    "truncated": lambda purpose: token_of(admitted(), purpose)[:-6],
    "without signature": lambda purpose: token_of(admitted(), purpose).rpartition(":")[0],
    "in capitals": lambda purpose: token_of(admitted(), purpose).upper(),
    "for another purpose": lambda purpose: token_of(admitted(), OTHER[purpose]),
    "with another's signature": with_the_others_signature,
    "signed by another key": signed(ours, key=FORMER_KEY),
    "signed for something else": signed(ours, salt="eoi.views.expression"),
    "of a version to come": with_other(link_version=2),
    "of nobody": with_other(pk=10**9),
    "with another secret": with_other(link_secret="not-of-this-row!"),
    "without a secret": signed(lambda one, purpose: ours(one, purpose)[:-1]),
    "without the name of a key": signed(lambda one, purpose: ours(one, purpose)[1:]),
    "of a draft": of_a_draft,
    "revoked": revoked,
}
# Everybody who ever got a message may unsubscribe.
LONG_OVER = {
    "declined long ago": of_a_page_that_ended(MemberStatus.DECLINED),
    "closed long ago": of_a_page_that_ended(MemberStatus.CLOSED),
    "withdrawn long ago": of_a_page_that_ended(MemberStatus.WITHDRAWN),
}
# A member that has no working group, or no longer, still has a page of its EOI.
GROUPLESS_TOKENS = {
    "of a pending member": of_status(MemberStatus.PENDING),
    "of a member that was asked something": of_status(MemberStatus.INFORMATION_REQUESTED),
    "of a member that was declined": of_status(MemberStatus.DECLINED),
    "of a member that was closed": of_status(MemberStatus.CLOSED),
    "of a member that withdrew": of_a_member_that_withdrew,
}


def answer_to(client, purpose, token):
    """Return the whole response, except for the parts that differ for each visitor."""
    response = client.get(ADDRESS[purpose].format(token))
    # The time, the request, and the directives of the policy in any order.
    own = ("Expires", "Content-Length", "Content-Security-Policy", "X-Request-ID")
    return (
        response.status_code,
        {name: value for name, value in response.items() if name not in own},
        OWN_TO_EACH.sub("", response.content.decode()),
    )


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_are_all_refused_alike(client, purpose):
    ended = {} if purpose == BULLETINS else LONG_OVER
    without_group = {} if purpose in (EOI, BULLETINS) else GROUPLESS_TOKENS
    refused = {**REFUSED, **ended, **without_group}
    expected = answer_to(client, purpose, "WzEsMV0:nothing-of-ours-nothing-of-ours-nothing")

    answers = {what: answer_to(client, purpose, token(purpose)) for what, token in refused.items()}

    assert expected[0] == 404
    assert answers == dict.fromkeys(refused, expected)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_that_nobody_signed_ask_the_database_nothing(purpose):
    token = REFUSED["altered"](purpose)

    with CaptureQueriesContext(connection) as queries, pytest.raises(InvalidLink):
        focal_point_of(token, purpose)

    assert len(queries) == 0


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_links_are_signed_by_the_present_key_and_name_it(settings, purpose):
    settings.SECRET_KEY_FALLBACKS = [FORMER_KEY]
    focal_point = admitted()

    token = token_of(focal_point, purpose)

    salt = f"members.services.private_links.{purpose}"
    signer = signing.Signer(key=settings.SECRET_KEY, salt=salt, fallback_keys=[])
    assert signer.unsign_object(token) == ours(focal_point, purpose)


def test_link_of_one_eoi_opens_nothing_of_another(client):
    mine = FocalPointFactory(member__organisation_name="Of the first", family_name="Ng’ang’a")
    theirs = FocalPointFactory(member__organisation_name="Of the second", family_name="Lovelace")
    add_entry(theirs.member, TimelineKind.ANSWERED, by=theirs, at=NOON, note="Theirs alone.")

    page = client.get(ADDRESS[EOI].format(token_for(mine, EOI))).content.decode()
    withdrawal = client.post(
        f"{ADDRESS[EOI].format(token_for(mine, EOI))}withdraw/",
        {"version": "1", "member": theirs.member.pk, "reference": theirs.member.reference},
    )

    assert "Of the first" in page
    private = ("Of the second", "Lovelace", "Theirs alone.", theirs.member.reference)
    assert [word for word in private if word in page] == []
    assert withdrawal.status_code == 302
    statuses = Member.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [MemberStatus.WITHDRAWN, MemberStatus.PENDING]


def test_link_of_one_group_opens_nothing_of_another(client):
    first, second = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    members = [
        MemberFactory(status=MemberStatus.ADMITTED, focus_area=area, organisation_name=name)
        for area, name in ((first, "Of the first group"), (second, "Of the second group"))
    ]
    mine, theirs = (FocalPointFactory(member=member, family_name="Ng’ang’a") for member in members)
    theirs.family_name = "Lovelace"
    theirs.save()
    for area, room in ((first, "first-room"), (second, "second-room")):
        MeetingFactory(
            focus_area=area,
            is_public=False,
            title=f"Meeting in the {room}",
            join_link=f"https://meet.example/{room}",
            starts_at=SOON,
            ends_at=SOON + timedelta(hours=1),
        )

    page = browser_of(mine).get("/en/my/").content.decode()
    link = client.get(ADDRESS[PAGE].format(token_for(mine, PAGE))).content.decode()
    feed = client.get(ADDRESS[FEED].format(token_for(mine, FEED))).content.decode()

    assert "Of the first group" in page
    assert "first-room" in page
    assert "first-room" in feed
    private = ("Of the second group", "Lovelace", "second-room")
    assert [word for word in private if word in page + link + feed] == []
