"""Creates every letter of the portal, in one language and with given names."""

from copy import copy
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.services.invitations import invitation_url
from eoi.services.call_alerts import (
    alert_address,
    queue_announcements,
    send_confirmation_link,
)
from eoi.services.draft_links import draft_address
from eoi.services.letters import (
    notify_of_moved_deadline,
    resend_draft_link,
    send_confirmation_notice,
    send_deadline_reminder,
    send_draft_link,
    send_eoi_link_again,
    send_expiry_warning,
    send_late_acceptance,
    send_late_refusal,
    send_submission_notice,
)
from inbox.services.replies import notify_assignee_of_reply
from meetings.models import Meeting
from members.models import (
    KINDS_WITH_EDITABLE_LETTER,
    GrantedRole,
    Member,
    MemberStatus,
    TimelineKind,
)
from members.services.assignment import take_over
from members.services.bulk_assignment import reassign_all
from members.services.letters.composing import DEFAULT_LETTER, queue_letter
from members.services.letters.decisions import (
    acknowledge,
    confirm_withdrawal,
    notify_former_address,
)
from members.services.letters.officers import notify_officer
from members.services.letters.opinions import notify_of_opinion, send_opinion_request
from members.services.letters.reminders import (
    notify_officer_of_no_reply,
    remind_of_request,
    remind_to_confirm,
)
from members.services.letters.repeat_expressions import (
    send_repeat_address_notice,
    send_repeat_expression_notice,
)
from members.services.letters.role_transfers import (
    notify_of_new_focal_point,
    notify_transfer_ended,
    send_role_transfer_request,
    welcome_alternate,
)
from members.services.mentions import tell_named
from members.services.private_links import (
    role_transfer_url,
    status_page_url,
    working_group_url,
)
from outbox.models import Message
from tests.factories import (
    NOON,
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    FocusAreaFactory,
    IncomingMailFactory,
    InvitationFactory,
    LateRequestFactory,
    LinkRequestFactory,
    MeetingFactory,
    MemberFactory,
    OpinionRequestFactory,
    RoleTransferFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.decisions.decisions import chosen
from triage.decisions.admin.specs import DECISIONS
from triage.desk.services.daily_digest import send_daily_digests
from triage.desk.services.work_queue import WAITING, list_url
from triage.staff_accounts.services.changes import queue_invitation, queue_second_factor_reset

DAY = timedelta(days=1)
# On the morning of the Monday of NOON.
SEVEN = NOON.replace(hour=7)
# The number of letters, to two focal points and their possible successors.
NUMBER = 53 + 2 * len(KINDS_WITH_EDITABLE_LETTER)
# A call that is open, closed or upcoming at noon after a change of its dates, with its earlier end.
MOVES = [
    ({}, NOON - 7 * DAY),
    ({}, NOON + DAY),
    ({}, NOON + 9 * DAY),
    ({"closes_at": NOON - DAY}, NOON + DAY),
    ({"opens_at": NOON + DAY}, NOON + DAY),
]


def write_every_letter(called, language):
    """Queue every letter to and about people and an organisation with given names.

    Return the messages, and the private links and pages that they may contain.
    """
    area = FocusAreaFactory(number=2)
    Meeting.objects.all().delete()
    MeetingFactory(focus_area=area, title=called[:200], starts_at=timezone.now() + DAY)
    member = MemberFactory(organisation_name=called[:200])
    people = [
        FocalPointFactory(
            member=member,
            is_alternate=is_alternate,
            given_name=called[:100],
            family_name=called[:100],
            language=language,
        )
        for is_alternate in (False, True)
    ]
    about_the_eoi(member, people, called)
    about_decisions(member)
    about_silence(member, people, called, language)
    replied = about_a_reply_by_mail(member, called)
    opinion_page = about_opinions(member, called, language)
    invitation = about_staff(called, language)
    unfinished = about_drafts(language)
    alert = about_the_next_call(language)
    successors = about_roles(member, people, called, language, area)
    theirs = {
        address
        for person in people
        for address in (
            status_page_url(person, language),
            working_group_url(person, language),
        )
    }
    theirs |= {draft_address(draft) for draft in unfinished}
    theirs |= {alert_address(alert), invitation_url(invitation)}
    theirs |= {role_transfer_url(role_transfer, language) for role_transfer in successors}
    for file in (member, replied):
        theirs.add(settings.SITE_URL + reverse("admin:members_member_change", args=[file.pk]))
    theirs |= {settings.SITE_URL + opinion_page}
    theirs |= {settings.SITE_URL + list_url(waiting) for waiting in WAITING.values()}
    theirs.add(settings.SITE_URL + reverse("accounts:preferences"))
    theirs.add(settings.SITE_URL + reverse("admin:members_member_workload"))
    with override(language):
        theirs |= {
            settings.SITE_URL + reverse(name)
            for name in (
                "eoi:confirmation_code",
                "eoi:recover_link",
                "eoi:create",
                "participation:my_feed",
            )
        }
    return list(Message.objects.order_by("pk")), theirs


def about_the_eoi(member, people, called):
    """Queue the letters about receipt, answers, withdrawal and other events of an EOI."""
    acknowledge(member, people, TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED))
    corrected = TimelineEntryFactory(member=member, kind=TimelineKind.CORRECTED)
    notify_former_address(people[0], "former@example.org", corrected)
    member.assignee = UserFactory(name=called[:200])
    for kind in (TimelineKind.ANSWERED, TimelineKind.WITHDRAWN):
        entry = TimelineEntryFactory(
            member=member, kind=kind, by_focal_point=people[0], by_name=called[:200]
        )
        notify_officer(member, entry)
    confirm_withdrawal(member, entry)
    asked = LinkRequestFactory()
    for person in people:
        send_eoi_link_again(person, asked, at=NOON)
    another = TimelineEntryFactory(member=member, kind=TimelineKind.SAME_ORGANISATION)
    send_repeat_expression_notice(member, MemberFactory(organisation_name=called[:200]), another)
    later = MemberFactory(organisation_name="Another organisation", call=member.call)
    FocalPointFactory(member=later, email=people[0].email)
    send_repeat_address_notice(later, at=NOON)


def about_decisions(member):
    """Queue the letters of all decisions that have one."""
    for decision in DECISIONS:
        if decision.letter:
            chosen_there = {"version": member.version, **chosen(decision.name)}
            draft = partial(decision.letter, **decision.form(chosen_there, row=member).choice)
            entry = TimelineEntryFactory(member=member, kind=decision.kind)
            queue_letter(member, entry, DEFAULT_LETTER, draft)


def about_silence(member, people, called, language):
    """Queue the automatic letters if nobody answers or confirms, and those to staff."""
    asked = TimelineEntryFactory(
        member=member, kind=TimelineKind.INFORMATION_REQUESTED, note="The letter of your ministry."
    )
    remind_of_request(member, asked, at=NOON)
    for person in people:
        remind_to_confirm(person, at=NOON)
    notify_officer_of_no_reply(member, asked, at=NOON)
    taker = UserFactory(name=called[:200], time_zone="UTC", language=language)
    taker.groups.add(Group.objects.get(name="Triage officers"))
    MemberFactory(organisation_name=called[:200], assignee=taker)
    send_daily_digests(at=SEVEN)
    held = MemberFactory(assignee=taker)
    reassign_all(
        members=[held.pk],
        assignee=taker,
        to=None,
        reason=called,
        by=UserFactory(name=called[:200]),
        at=NOON,
    )
    colleague = UserFactory(name=called[:200], language=language)
    Member.objects.filter(pk=member.pk).update(assignee=colleague)
    take_over(member=Member.objects.get(pk=member.pk), by=taker, at=NOON)


def about_a_reply_by_mail(member, called):
    """Queue the letter to the assignee of a member that replied by mail, and return the member."""
    waiting = MemberFactory(
        organisation_name=called[:200],
        assignee=member.assignee,
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    TimelineEntryFactory(member=waiting, kind=TimelineKind.INFORMATION_REQUESTED, at=NOON)
    # Its sender types the address, too.
    mail = IncomingMailFactory(sender=called[:250], reference=waiting.reference, received_at=NOON)
    notify_assignee_of_reply(mail)
    return waiting


def about_opinions(member, called, language):
    """Queue the emails about a note and an opinion; return the page on which that is given."""
    people = {
        who: UserFactory(name=called[:200], language=language) for who in ("asked_of", "asked_by")
    }
    opinion = OpinionRequestFactory(member=member, question=called, **people)
    send_opinion_request(opinion)
    notify_of_opinion(opinion, at=NOON)
    note = TimelineEntryFactory(
        member=member,
        kind=TimelineKind.NOTE_ADDED,
        by_user=people["asked_by"],
        by_name=called[:200],
    )
    tell_named([people["asked_of"]], row=member, entry=note)
    return reverse("admin:members_member_opinion", args=[opinion.pk])


def about_staff(called, language):
    """Queue every letter about an account of staff, and return the invitation."""
    invitation = InvitationFactory(user__name=called[:200], user__language=language)
    by = UserFactory(name=called[:200])
    queue_invitation(invitation, by=by, at=NOON)
    queue_second_factor_reset(invitation.user, by=by, at=NOON)
    return invitation


def about_drafts(language):
    """Queue every letter about a draft, and return the drafts."""
    unfinished = EoiDraftFactory(language=language)
    send_draft_link(unfinished, at=NOON)
    resend_draft_link(unfinished, LinkRequestFactory(), at=NOON)
    send_expiry_warning(unfinished, at=NOON)
    send_confirmation_notice(unfinished, at=NOON)
    send_submission_notice(unfinished, MemberFactory(), at=NOON)
    send_deadline_reminder(unfinished, closes_at=unfinished.call.closes_at, at=NOON)
    over = CallFactory(closes_at=NOON - DAY, grace_ends_at=NOON - DAY)
    too_late = EoiDraftFactory(language=language, call=over)
    send_expiry_warning(too_late, at=NOON)
    late = LateRequestFactory(
        draft=too_late, accepted_until=NOON + DAY, decided_at=NOON, decided_by=UserFactory()
    )
    send_late_acceptance(late, at=NOON)
    late.refusal = "The working groups have begun their work."
    send_late_refusal(late, at=NOON + DAY)
    moved = []
    for facts, before in MOVES:
        call = CallFactory(grace_ends_at=facts.get("closes_at", NOON + 7 * DAY), **facts)
        moved.append(EoiDraftFactory(language=language, call=call))
        notify_of_moved_deadline(moved[-1:], before=before, call=call, change=1, at=NOON)
    return [unfinished, too_late, *moved]


def about_the_next_call(language):
    """Queue the letters about the next call, and return the alert."""
    alert = CallAlertFactory(language=language)
    send_confirmation_link(alert, at=NOON)
    queue_announcements([alert], CallFactory(), at=NOON)
    return alert


def about_roles(member, people, called, language, area):
    """Queue every letter about role transfers, and return the successors."""
    names = {"given_name": called[:100], "family_name": called[:100], "language": language}
    successors = [
        RoleTransferFactory(focal_point=person, named_by=people[0], position=called[:200], **names)
        for person in people
    ]
    member.status, member.focus_area = MemberStatus.ADMITTED, area
    member.granted_role = GrantedRole.PARTICIPANT

    def entry(kind):
        return TimelineEntryFactory(member=member, kind=kind)

    welcome_alternate(member, entry(TimelineKind.CORRECTED), by=people[0])
    for role_transfer in successors:
        send_role_transfer_request(role_transfer, entry(TimelineKind.ROLE_TRANSFER_REQUESTED))
    for has_declined in (True, False):
        notify_transfer_ended(
            successors[0], entry(TimelineKind.ROLE_TRANSFER_ENDED), has_declined=has_declined
        )
    notify_of_new_focal_point(people[0], copy(people[0]), entry(TimelineKind.ROLE_TAKEN_OVER))
    return successors
