"""Two concurrent calls about the public page of a member, or two about one address."""

from functools import partial
from pathlib import Path

from django.conf import settings

from members.models import (
    FocalPoint,
    GrantedRole,
    Member,
    MemberStatus,
    PublicProfile,
    TimelineEntry,
)
from members.services.decisions import admit_to_focus_area, withdraw
from members.services.public_profile import (
    ProfileConflict,
    publish_profile,
    take_back_profile,
)
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    PublicProfileFactory,
    UserFactory,
)
from tests.members.pictures import a_logo
from tests.sweeps.races.race import Race, own

MEMBER, PROFILE = "members_member", "members_publicprofile"


def listed(**facts):
    return FocalPointFactory(
        member__status=MemberStatus.ADMITTED, member__publication_consent=True, **facts
    )


def read(person):
    """Return a focal point as another process reads it."""
    return FocalPoint.objects.select_related("member").get(pk=person.pk)


def publishing(person, colour="teal", version=0):
    by = read(person)
    return partial(
        publish_profile,
        member=by.member,
        about=f"We are {colour}.",
        language="en",
        website="",
        logo=a_logo(colour),
        by=by,
        at=NOON,
        version=version,
    )


def taking_back(person):
    by = read(person)
    return partial(take_back_profile, member=by.member, by=by, at=NOON)


def first_stays():
    folder = Path(settings.MEDIA_ROOT)
    kept = [f"logos/{path.name}" for path in folder.rglob("*") if path.is_file()]
    profile = PublicProfile.objects.get()
    return (profile.about, [profile.logo.name]) == ("We are teal.", kept)


def two_publish():
    person = listed()
    other = FocalPointFactory(member=person.member, is_alternate=True)
    return publishing(person), publishing(other, "navy"), first_stays


def withdrawn_and_published():
    person = listed()
    withdrawing = partial(withdraw, member=own(person.member), by=UserFactory(), at=NOON)
    return withdrawing, publishing(person)


def two_take_back():
    person = listed()
    PublicProfileFactory(member=person.member, published_by=person)
    return taking_back(person), taking_back(person)


def two_of_one_name():
    members = [
        MemberFactory(organisation_name=name, publication_consent=True, slug="")
        for name in ("Acme", "ACME")
    ]
    area = FocusAreaFactory()

    def admitting(member):
        return partial(
            admit_to_focus_area,
            member=own(member),
            focus_area=area,
            role=GrantedRole.PARTICIPANT,
            by=UserFactory(),
            at=NOON,
            message=None,
        )

    def each_has_its_address():
        return set(Member.objects.values_list("slug", flat=True)) == {"acme", "acme-2"}

    return *map(admitting, members), each_has_its_address


RACES = {
    "publish": Race(
        two_publish,
        PROFILE,
        (PublicProfile, ProfileConflict),
        {PublicProfile: 1, TimelineEntry: 1},
    ),
    "withdraw, and publish": Race(
        withdrawn_and_published,
        MEMBER,
        (TimelineEntry, "not_admitted"),
        {PublicProfile: 0, TimelineEntry: 1},
    ),
    "take back": Race(two_take_back, PROFILE, (PublicProfile, "not_published"), {TimelineEntry: 1}),
    "admit two of one name": Race(
        two_of_one_name,
        f"after {MEMBER}",
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2},
        needs_lock=False,
    ),
}
