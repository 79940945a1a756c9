"""Service functions for the public profile of a member. No other code changes it."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock
from core.dates import GENEVA, format_datetime
from core.history import set_history_actor
from members.models import FocalPoint, Member, MemberStatus, PublicProfile, TimelineKind
from members.services.corrections import change_publication_consent
from members.services.logos import Logo, logo_content, stored_logo
from members.services.private_links import check_unrevoked
from members.services.timeline import add_entry
from papers.services.stored_files import delete_stored_file


class ProfileConflict(Conflict):
    """Another focal point changed the profile after the person opened it."""

    def __init__(self, profile: PublicProfile) -> None:
        # Ordered by ID, because the clocks of servers may differ.
        latest = profile.history.latest("history_id")
        super().__init__(
            _(
                "%(name)s changed this profile on %(when)s, after you opened it. Your changes were "
                "not published."
            )
            % {
                "name": latest.history_by_name,
                "when": format_datetime(latest.history_date, GENEVA),
            }
        )


def publish_profile(
    *,
    member: Member,
    about: str,
    language: str,
    website: str,
    logo: Logo | None = None,
    removes_logo: bool = False,
    agrees_to_listing: bool = False,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
) -> PublicProfile:
    """Show a profile on the public page of a member, which a focal point agreed to.

    Without a `logo`, the present one is kept unless `removes_logo`. `agrees_to_listing` also lists
    the member, if it is not listed yet. `version` is the one that the form showed; 0 if there was
    no profile. The file of a replaced logo is deleted after the commit.

    Raises Refused (not_admitted, not_listed), NothingChanged, ProfileConflict, NotStored, and
    InvalidLink if the role was handed over meanwhile.
    """
    # The file is stored before the transaction: storing may be slow, and no row is locked then.
    with stored_logo(logo) as logo_name, transaction.atomic():
        profile = _lock_profile(member, by)
        if not (member.publication_consent or agrees_to_listing):
            raise Refused(
                _(
                    "Agree that the organisation is listed publicly, "
                    "otherwise it has no public page."
                ),
                code="not_listed",
            )
        facts = {"about": about, "language": language if about else "", "website": website}
        if _is_public_as(profile, facts, logo, removes_logo=removes_logo):
            raise NothingChanged
        check_version(profile, version, ProfileConflict)

        if not member.publication_consent:
            change_publication_consent(member=member, consent=True, by=by, at=at)
        for name, value in facts.items():
            setattr(profile, name, value)
        if logo or removes_logo:
            _replace_logo(profile, logo_name, logo)
        profile.published_at, profile.published_by = at, by
        _save(profile, by=by, at=at)

        add_entry(member, TimelineKind.PROFILE_PUBLISHED, by=by, at=at)
        return profile


@transaction.atomic
def take_back_profile(
    *,
    member: Member,
    unlists: bool = False,
    by: FocalPoint,
    at: datetime,
    version: int | None = None,
) -> PublicProfile:
    """Hide a profile, so that the public page shows only the listed facts.

    `unlists` also takes the member off the public list, so that it has no page at all.

    Raises Refused (not_admitted, not_published), ProfileConflict, and InvalidLink if the role was
    handed over meanwhile.
    """
    profile = _lock_profile(member, by)
    is_listed = unlists and member.publication_consent
    if not (profile.is_published or is_listed):
        raise Refused(
            _("The profile is not public. There is nothing to take back."), code="not_published"
        )
    check_version(profile, version, ProfileConflict)

    if is_listed:
        change_publication_consent(member=member, consent=False, by=by, at=at)
    if profile.is_published:
        profile.published_at = profile.published_by = None
        _save(profile, by=by, at=at)
        add_entry(member, TimelineKind.PROFILE_TAKEN_BACK, by=by, at=at)
    return profile


def profile_of(member: Member) -> PublicProfile:
    """Return the profile of a member, or a new one that is not saved."""
    profile = PublicProfile.objects.filter(member=member).first() or PublicProfile()
    profile.member = member
    return profile


def _lock_profile(member: Member, by: FocalPoint) -> PublicProfile:
    """Lock an admitted member, and return its profile; only its focal points may change it.

    The member is locked because there may be no profile yet.
    """
    lock(member)
    check_unrevoked(by)
    if member.status != MemberStatus.ADMITTED:
        raise Refused(_("Only members have a public page."), code="not_admitted")
    return profile_of(member)


def _is_public_as(
    profile: PublicProfile, facts: dict[str, str], logo: Logo | None, *, removes_logo: bool
) -> bool:
    """Return whether the public page shows these facts and this logo already."""
    if not (profile.is_published and profile.member.publication_consent):
        return False
    if any(getattr(profile, name) != value for name, value in facts.items()):
        return False
    if logo:
        return logo_content(profile) == logo.content
    return not (removes_logo and profile.logo)


def _replace_logo(profile: PublicProfile, name: str, logo: Logo | None) -> None:
    """Set or remove the logo, and delete the file of the present one after the commit."""
    if profile.logo:
        transaction.on_commit(partial(delete_stored_file, str(profile.logo.name)))
    profile.logo = name
    profile.logo_width, profile.logo_height = (logo.width, logo.height) if logo else (0, 0)


def _save(profile: PublicProfile, *, by: FocalPoint, at: datetime) -> None:
    """Save a profile, which may be new, as its next version."""
    profile.version += 1
    set_history_actor(profile, by, at)
    profile.save()
