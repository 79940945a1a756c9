import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import (
    ClosingReason,
    Member,
    MemberStatus,
    SpamSignal,
    TimelineEntry,
)
from members.services import assignment, decisions
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.duplicates.duplicates import an_eoi
from tests.triage.staff import coordinator, may, observer, officer, reasons, run, signed_in, told
from triage.duplicates.services.matching import match_new_members


def test_take_takes_each_file_that_nobody_has():
    me = officer()
    free = MemberFactory()
    taken = MemberFactory(assignee=UserFactory(name="Ada"))

    response = run(signed_in(me), "take", [free, taken])

    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.assignee, taken.assignee.name) == (me, "Ada")
    assert told(response) == [f"{taken}: Ada has this file already.", "You have taken 1 file."]


def test_release_several_gives_each_file_back_and_tells_of_each():
    client = signed_in(officer())
    held = MemberFactory(assignee=officer(name="Grace Hopper"))
    free = MemberFactory()
    page = reverse("admin:members_member_release_several")

    shown = client.get(page, {"file": [held.pk, free.pk]})
    response = client.post(page, {"file": [held.pk, free.pk]})

    held.refresh_from_db()
    assert "Grace Hopper" in shown.content.decode()
    assert held.assignee is None
    assert [outcome.refusal for outcome in response.context["outcomes"]] == [
        "",
        "Nobody has this file.",
    ]


def test_release_in_the_queue_leaves_what_a_colleague_was_handed_since():
    me, grace = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    mine = MemberFactory(assignee=me)
    opened = run(client, "release", [mine])
    sent = {"file": [mine.pk], f"version-{mine.pk}": opened.context["rows"][0].version}
    assignment.reassign(member=mine, to=grace, by=me, at=NOON)

    response = client.post(reverse("admin:members_member_release_several"), sent)

    mine.refresh_from_db()
    assert mine.assignee == grace
    assert "The file has changed since you opened it." in response.content.decode()


@pytest.mark.parametrize(
    ("action", "page"),
    [
        ("admit_to_first_choice", "admit_several"),
        ("hand_to", "hand_several"),
        ("release", "release_several"),
        ("request_information", "request_information_several"),
        ("close_as_not_genuine", "close_several"),
    ],
)
def test_actions_on_several_lead_to_a_page_and_change_nothing(action, page):
    member = FocalPointFactory().member

    response = run(signed_in(officer()), action, [member])

    assert response.redirect_chain == [
        (f"{reverse(f'admin:members_member_{page}')}?file={member.pk}", 302)
    ]
    member.refresh_from_db()
    assert (member.status, member.assignee) == (MemberStatus.PENDING, None)


def test_actions_on_several_refuse_more_than_a_page_can_do():
    members = MemberFactory.create_batch(101)

    response = run(signed_in(officer()), "admit_to_first_choice", members)

    assert told(response) == ["Choose at most 100 files at once."]


def test_take_refuses_all_of_more_files_than_may_be_chosen():
    members = MemberFactory.create_batch(101)

    response = run(signed_in(officer()), "take", members[:1], select_across=1)

    assert told(response) == ["Choose at most 100 files at once."]
    assert Member.objects.exclude(assignee=None).count() == 0
    assert list(TimelineEntry.objects.all()) == []


def test_admit_several_refuses_all_of_more_files_than_may_be_chosen():
    members = [focal_point.member for focal_point in FocalPointFactory.create_batch(101)]
    page = reverse("admin:members_member_admit_several")

    response = signed_in(officer()).post(
        page, sent_for(members, letter_shown=["en.participant"], decide="1"), follow=True
    )

    assert told(response) == ["Choose at most 100 files at once."]
    assert Member.objects.exclude(status=MemberStatus.PENDING).count() == 0
    assert list(Message.objects.all()) == []


ADMIT = "/admin/members/member/admit-several/"


def a_file(role, language="en", **facts):
    """A file that waits for a decision, of which one focal point is written to."""
    member = MemberFactory(role=role, **facts)
    return FocalPointFactory(member=member, language=language).member


def roles_shown(response):
    """The role that is chosen on the page for each file, by its key."""
    return {
        row.member.pk: row.role.value() if row.role else None for row in response.context["rows"]
    }


def sent_for(members, **more):
    """What the page sends: each file in its version, in the role that is preset or given."""
    preset = {"participant": "participant", "observer": "observer", "lead": ""}
    sent = {"file": [member.pk for member in members]}
    for member in members:
        sent[f"version-{member.pk}"] = member.version
        sent[f"role-{member.pk}"] = preset[member.role]
    return {**sent, **more}


def admit(client, members, **more):
    """Admit files as an officer does: have the letters shown, then say so."""
    sent = sent_for(members, **more)
    shown = client.post(ADMIT, {**sent, "preview": "1"})
    words = shown.context["letters"].words
    return client.post(ADMIT, {**sent, "letter_shown": words, "decide": "1"})


def test_admit_several_shows_what_will_happen_and_does_nothing():
    member = FocalPointFactory(email="ada@example.org").member

    response = signed_in(officer()).get(ADMIT, {"file": member.pk})

    assert "ada@example.org" in response.content.decode()
    member.refresh_from_db()
    assert member.status == MemberStatus.PENDING


def test_admit_several_presets_the_role_sought_but_never_co_lead():
    sought = [a_file(role) for role in ("participant", "observer", "lead")]
    decided = a_file("lead", status=MemberStatus.DECLINED)

    response = signed_in(officer()).get(
        ADMIT, {"file": [member.pk for member in [*sought, decided]]}
    )

    assert list(roles_shown(response).values()) == ["participant", "observer", None, None]
    words = " ".join(response.content.decode().split())
    assert words.count("</span> Willing to lead") == 2
    assert words.count(">Choose a role</option>") == 1
    assert 'value="co_lead" selected' not in words


def test_admit_several_asks_for_the_role_of_who_would_lead_and_admits_nobody():
    members = [a_file("participant"), a_file("lead")]

    for button in ("preview", "decide"):
        response = signed_in(officer()).post(
            ADMIT, sent_for(members, letter_shown=["en.participant"], **{button: "1"})
        )

        assert response.status_code == 422
        assert response.context["form"].errors == {f"role-{members[1].pk}": ["Choose a role."]}
    assert Member.objects.exclude(status=MemberStatus.PENDING).count() == 0
    assert list(Message.objects.all()) == []


def test_admit_several_shows_one_letter_for_each_language_and_role_and_sends_none():
    members = [
        a_file("participant"),
        a_file("participant"),
        a_file("participant", language="fr"),
        a_file("observer"),
        a_file("lead"),
    ]
    FocalPointFactory(member=members[0], is_alternate=True, language="fr")

    response = signed_in(officer()).post(
        ADMIT, sent_for(members, preview="1", **{f"role-{members[4].pk}": "co_lead"})
    )

    shown = [
        (sample.letter.language, str(sample.role), sample.number)
        for sample, _preview in response.context["letters"].shown
    ]
    assert response.status_code == 200
    assert shown == [
        ("en", "co_lead", 1),
        ("en", "observer", 1),
        ("en", "participant", 2),
        ("fr", "participant", 2),
    ]
    letters = response.content.decode()
    assert "Co-lead" in letters
    assert letters.count("<iframe") == 4
    assert Member.objects.exclude(status=MemberStatus.PENDING).count() == 0
    assert list(Message.objects.all()) == []


def test_admit_several_frames_each_letter_as_its_recipient_reads_it():
    member = a_file("observer", language="fr", organisation_name="Ministère des Postes")
    client = signed_in(officer())

    response = client.post(ADMIT, sent_for([member], preview="1"))

    [(_sample, preview)] = response.context["letters"].shown
    address = reverse(
        "admin:members_member_letter_preview", args=[member.pk, preview.key, preview.number]
    )
    assert address in response.content.decode()
    assert "Observateur" in client.get(address).content.decode()
    assert "frame-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("shown", [[], ["en.participant"]])
def test_admit_several_admits_nobody_before_the_letters_of_all_roles_were_shown(shown):
    members = [a_file("participant"), a_file("observer")]

    response = signed_in(officer()).post(ADMIT, sent_for(members, letter_shown=shown, decide="1"))

    assert response.status_code == 422
    assert "the roles call for letters that this page had not shown" in response.content.decode()
    assert response.context["letters"].words == ["en.observer", "en.participant"]
    assert Member.objects.exclude(status=MemberStatus.PENDING).count() == 0
    assert list(Message.objects.all()) == []


def test_admit_several_grants_each_the_role_of_its_row_and_says_how_many():
    me = officer()
    two = FocusArea.objects.get(number=2)
    members = [a_file(role, first_choice=two) for role in ("participant", "observer", "lead")]
    chosen = a_file("lead", first_choice=two)

    response = admit(
        signed_in(me),
        [*members, chosen],
        **{f"role-{members[2].pk}": "participant", f"role-{chosen.pk}": "co_lead"},
    )

    granted = list(Member.objects.order_by("pk").values_list("granted_role", flat=True))
    assert granted == ["participant", "observer", "participant", "co_lead"]
    assert {
        (member.status, member.focus_area, member.decided_by) for member in Member.objects.all()
    } == {(MemberStatus.ADMITTED, two, me)}
    words = " ".join(response.content.decode().split())
    assert "4 organisations were admitted." in words
    assert "refused" not in words
    assert "Co-lead in Empowering Communities" in words
    bodies = {message.reference: message.body for message in Message.objects.all()}
    assert "Observer" in bodies[members[1].reference]
    assert "Co-lead" in bodies[chosen.reference]
    assert "Co-lead" not in bodies[members[2].reference]


def test_admit_several_admits_each_and_says_what_was_refused_and_why():
    good, stale, decided = (a_file("participant") for _number in range(3))
    client, grace = signed_in(officer()), officer(name="Grace Hopper")
    sent = sent_for([good, stale, decided])
    shown = client.post(ADMIT, {**sent, "preview": "1"})
    assignment.assign_to_self(member=Member.objects.get(pk=stale.pk), by=grace, at=NOON)
    decisions.decline(member=Member.objects.get(pk=decided.pk), by=grace, at=NOON, message=None)

    response = client.post(
        ADMIT, {**sent, "letter_shown": shown.context["letters"].words, "decide": "1"}
    )

    statuses = {member.pk: member.status for member in Member.objects.all()}
    assert statuses == {
        good.pk: MemberStatus.ADMITTED,
        stale.pk: MemberStatus.PENDING,
        decided.pk: MemberStatus.DECLINED,
    }
    why = {outcome.member.pk: outcome.refusal for outcome in response.context["refused"]}
    assert set(why) == {stale.pk, decided.pk}
    assert "The file has changed since you opened it. Taken: Grace Hopper" in why[stale.pk]
    assert why[decided.pk].startswith("This member was declined. Declined: Grace Hopper")
    words = " ".join(response.content.decode().split())
    assert words.index("1 organisation was admitted.") < words.index("2 files were refused")
    assert [message.reference for message in Message.objects.all()] == [good.reference]


def test_admit_several_keeps_the_version_first_seen_while_the_letters_are_shown():
    member = a_file("participant")
    client, sent = signed_in(officer()), sent_for([member])
    assignment.assign_to_self(member=Member.objects.get(pk=member.pk), by=officer(), at=NOON)

    response = client.post(ADMIT, {**sent, "preview": "1"})

    assert [row.version for row in response.context["rows"]] == [member.version]
    assert f'name="version-{member.pk}" value="{member.version}"' in response.content.decode()


def test_rows_of_several_show_suspicion_and_the_likest_possible_duplicates():
    first = an_eoi("Ministry of Posts", spam_signal=SpamSignal.HONEYPOT)
    others = [an_eoi("Ministry of Posts") for _number in range(4)]
    apart = an_eoi("Another")
    while match_new_members(at=NOON):
        pass
    closed = others.pop()
    decisions.close_without_letter(
        member=closed, reason=ClosingReason.NOT_GENUINE, by=officer(), at=NOON
    )

    response = signed_in(officer()).get(ADMIT, {"file": [first.pk, apart.pk]})

    rows = {row.member: row for row in response.context["rows"]}
    assert {pair.other for pair in rows[first].duplicates} == set(others)
    assert rows[apart].duplicates == []
    words = " ".join(response.content.decode().split())
    assert "suspected: hidden field filled in" in words
    assert words.count("possible duplicate") == 1
    for other in others:
        assert reverse("admin:members_member_compare", args=[first.pk, other.pk]) in words
    assert "(same name or acronym)" in words


def test_admit_several_asks_the_same_queries_to_show_one_file_and_three():
    client = signed_in(officer())
    members = [a_file("participant") for _number in range(3)]
    for other in members:
        PossibleDuplicateFactory(earlier=other, later=a_file("participant"))
    client.get(ADMIT, {"file": members[0].pk})

    def queries_of(ask, chosen):
        with CaptureQueriesContext(connection) as queries:
            ask(chosen)
        return len(queries)

    for ask in (
        lambda chosen: client.get(ADMIT, {"file": [member.pk for member in chosen]}),
        lambda chosen: client.post(ADMIT, sent_for(chosen, preview="1")),
    ):
        ask(members[:1])
        assert queries_of(ask, members) == queries_of(ask, members[:1])


def test_hand_several_hands_each_to_the_colleague():
    colleague = officer(name="Ada")
    members = [MemberFactory(), MemberFactory()]

    response = signed_in(officer()).post(
        reverse("admin:members_member_hand_several"),
        {"file": [member.pk for member in members], "to": colleague.pk},
    )

    assert [member.assignee for member in Member.objects.all()] == [colleague, colleague]
    assert response.status_code == 200


def test_hand_several_asks_for_a_colleague():
    member = MemberFactory()

    response = signed_in(officer()).post(
        reverse("admin:members_member_hand_several"), {"file": member.pk}
    )

    assert response.status_code == 422
    assert "Choose a colleague." in response.content.decode()
    assert list(TimelineEntry.objects.all()) == []


def test_close_several_closes_each_as_not_genuine_and_writes_to_nobody():
    me = officer()
    robots = [FocalPointFactory(member__spam_signal=SpamSignal.HONEYPOT).member for _n in range(2)]
    decided = FocalPointFactory(member__status=MemberStatus.ADMITTED).member
    page = reverse("admin:members_member_close_several")
    shown = signed_in(me).get(page, {"file": [robot.pk for robot in robots]})

    response = signed_in(me).post(page, {"file": [each.pk for each in [*robots, decided]]})

    assert "Each file will leave the queue as not genuine" in shown.content.decode()
    assert shown.content.decode().count("suspected: hidden field filled in") == 2
    closed = Member.objects.filter(status=MemberStatus.CLOSED).order_by("pk")
    assert list(closed) == robots
    assert {(member.closing_reason, member.decided_by) for member in closed} == {
        (ClosingReason.NOT_GENUINE, me)
    }
    assert [bool(outcome.refusal) for outcome in response.context["outcomes"]] == [
        outcome.member == decided for outcome in response.context["outcomes"]
    ]
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize(
    "page",
    [
        "admit_several",
        "hand_several",
        "release_several",
        "request_information_several",
        "close_several",
    ],
)
def test_pages_of_several_refuse_an_observer(page):
    member = FocalPointFactory().member
    address = reverse(f"admin:members_member_{page}")

    response = signed_in(observer()).post(address, {"file": member.pk, "role": "participant"})

    assert response.status_code == 403
    assert list(TimelineEntry.objects.all()) == []


def test_pages_of_several_without_a_file_lead_back_to_the_queue():
    response = signed_in(officer()).get(reverse("admin:members_member_admit_several"), follow=True)

    assert told(response) == ["Choose at least one file in the queue."]


@pytest.mark.parametrize("version", ["9" * 5000, "-1", "one"])
def test_admit_several_leaves_a_file_whose_version_is_none(version):
    member = a_file("participant")

    response = admit(signed_in(officer()), [member], **{f"version-{member.pk}": version})

    assert response.status_code == 200
    member.refresh_from_db()
    assert member.status == MemberStatus.PENDING


def ask(client, members, **more):
    """Ask some files for the same, each in the version that was shown."""
    page = reverse("admin:members_member_request_information_several")
    versions = {f"version-{member.pk}": member.version for member in members}
    return client.post(page, {"file": [member.pk for member in members], **versions, **more})


def test_request_several_asks_each_in_its_own_language_and_says_what_was_written():
    asked_for = reasons("what-it-does", "which-focus-area")
    english = FocalPointFactory(language="en", email="ada@example.org").member
    french = FocalPointFactory(language="fr", email="zoe@example.org").member
    me = officer()

    response = ask(
        signed_in(me),
        [english, french],
        reasons=[reason.pk for reason in asked_for],
        missing="And the date.",
    )

    letters = {message.recipient: message for message in Message.objects.all()}
    entry = english.timeline.get()
    given = [told.text for told in entry.reasons_given.order_by("position")]
    members = Member.objects.all()
    assert {member.status for member in members} == {MemberStatus.INFORMATION_REQUESTED}
    assert {member.assignee for member in members} == {me}
    assert (entry.note, given) == ("And the date.", [each.snippet for each in asked_for])
    assert asked_for[0].snippet_en in letters["ada@example.org"].body
    assert asked_for[0].snippet_fr in letters["zoe@example.org"].body
    assert "And the date." in letters["zoe@example.org"].body
    written = [outcome.written for outcome in response.context["outcomes"]]
    assert sorted(written, key=str) == sorted([[each] for each in letters.values()], key=str)
    words = " ".join(response.content.decode().split())
    assert "Written in French to" in words
    assert "&lt;<bdi>zoe@example.org</bdi>&gt;" in words


def test_request_several_sent_twice_says_row_by_row_that_it_was_done():
    me = officer(name="Amina Diallo")
    members = [FocalPointFactory().member for _number in range(2)]
    client = signed_in(me)

    first = ask(client, members, missing="The date.")
    second = ask(client, members, missing="The date.")

    assert [outcome.refusal for outcome in first.context["outcomes"]] == ["", ""]
    assert [outcome.refusal.split(",")[0] for outcome in second.context["outcomes"]] == [
        "This member was asked for information. Information requested: Amina Diallo"
    ] * 2
    assert TimelineEntry.objects.count() == 2
    assert Message.objects.count() == 2


def test_hand_several_sent_twice_says_that_the_colleague_has_them():
    grace = officer(name="Grace Hopper")
    member = MemberFactory()
    client = signed_in(officer())
    page = reverse("admin:members_member_hand_several")
    sent = {"file": member.pk, f"version-{member.pk}": 1, "to": grace.pk}

    client.post(page, sent)
    second = client.post(page, sent)

    assert [outcome.refusal for outcome in second.context["outcomes"]] == [
        "Grace Hopper has this file already."
    ]
    assert TimelineEntry.objects.count() == 1


def test_request_several_leaves_what_a_colleague_changed_and_does_the_rest():
    good, stale = (FocalPointFactory().member for _number in range(2))
    assignment.assign_to_self(
        member=Member.objects.get(pk=stale.pk), by=officer(name="Grace Hopper"), at=NOON
    )

    response = ask(signed_in(officer()), [good, stale], missing="The date.")

    statuses = {member.pk: member.status for member in Member.objects.all()}
    assert statuses == {
        good.pk: MemberStatus.INFORMATION_REQUESTED,
        stale.pk: MemberStatus.PENDING,
    }
    assert "The file has changed since you opened it. Taken: Grace Hopper" in (
        response.content.decode()
    )
    assert [message.reference for message in Message.objects.all()] == [good.reference]


def test_request_several_asks_for_something():
    member = FocalPointFactory().member

    response = ask(signed_in(officer()), [member])

    assert response.status_code == 422
    assert "Tick a reason above, or say what is missing." in response.content.decode()
    assert list(TimelineEntry.objects.all()) == []


def test_request_several_tells_before_that_each_letter_is_the_standard_one():
    member = FocalPointFactory().member

    response = signed_in(officer()).get(
        reverse("admin:members_member_request_information_several"), {"file": member.pk}
    )

    assert "an edited letter would fit one language only" in response.content.decode()


def test_results_of_several_are_found_with_the_same_queries_for_one_letter_and_three():
    client = signed_in(officer())

    def queries_of_results(number):
        members = [FocalPointFactory().member for _number in range(number)]
        with CaptureQueriesContext(connection) as queries:
            ask(client, members, missing="The date.")
        return [
            query
            for query in queries.captured_queries
            if query["sql"].startswith("SELECT")
            and '"outbox_message"."reference" IN' in query["sql"]
        ]

    assert len(queries_of_results(1)) == len(queries_of_results(3)) == 1


@pytest.mark.parametrize(
    ("page", "permission"),
    [
        ("admit_several", "admit_member"),
        ("hand_several", "take_member"),
        ("release_several", "take_member"),
        ("request_information_several", "request_information_member"),
        ("close_several", "close_member"),
    ],
)
def test_pages_of_several_have_no_file_beyond_a_persons_reach(page, permission):
    area = FocusArea.objects.get(number=1)
    client = signed_in(may(coordinator(area), permission))
    foreign = FocalPointFactory(member__organisation_name="Foreign").member
    address, before = reverse(f"admin:members_member_{page}"), foreign.history.count()

    shown = client.get(address, {"file": foreign.pk}, follow=True)
    posted = client.post(address, {"file": foreign.pk, "role": "participant"}, follow=True)

    for response in (shown, posted):
        assert told(response) == ["Choose at least one file in the queue."]
        assert "Foreign" not in response.content.decode()
    assert foreign.history.count() == before
