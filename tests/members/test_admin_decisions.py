import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from focus_areas.models import FocusArea
from members import triage
from members.models import Category, Member, MemberStatus, Suspicion, TimelineEntry, TimelineKind
from outbox.models import Message, MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MeetingFactory,
    MemberFactory,
    MessageFactory,
    ReasonFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.desk import may, observer, officer, reasons, signed_in

PENDING, ASKED = MemberStatus.PENDING, MemberStatus.INFORMATION_REQUESTED
ADMITTED, DECLINED = MemberStatus.ADMITTED, MemberStatus.DECLINED
CLOSED, WITHDRAWN = MemberStatus.CLOSED, MemberStatus.WITHDRAWN

# Each page: where a file may stand, what is chosen there, and where the file stands then.
PAGES = {
    "take": (PENDING, {}, PENDING, TimelineKind.TAKEN),
    "release": (PENDING, {}, PENDING, TimelineKind.RELEASED),
    "hand_to": (PENDING, {"to": "colleague"}, PENDING, TimelineKind.HANDED_OVER),
    "clear_suspicion": (PENDING, {}, PENDING, TimelineKind.SUSPICION_CLEARED),
    "admit": (PENDING, {"focus_area": "2", "role": "co_lead"}, ADMITTED, TimelineKind.ADMITTED),
    "move": (ADMITTED, {"focus_area": "2", "role": "co_lead"}, ADMITTED, TimelineKind.MOVED),
    "decline": (PENDING, {"reasons": ["not-authorised"]}, DECLINED, TimelineKind.DECLINED),
    "request_information": (
        PENDING,
        {"missing": "Who signs for you?"},
        ASKED,
        TimelineKind.INFORMATION_REQUESTED,
    ),
    "record_answer": (ASKED, {"answer": "The minister."}, PENDING, TimelineKind.ANSWERED),
    "close": (PENDING, {"reason": "abandoned"}, CLOSED, TimelineKind.CLOSED),
    "withdraw": (PENDING, {"note": "By phone."}, WITHDRAWN, TimelineKind.WITHDRAWN),
    "reopen": (DECLINED, {"note": "They wrote."}, PENDING, TimelineKind.REOPENED),
}
WITH_A_LETTER = ("admit", "move", "decline", "request_information")
# Not edited: the acknowledgement, which has waited.
WRITES = (*WITH_A_LETTER, "clear_suspicion")


def address(page, member):
    return reverse(f"admin:members_member_{page}", args=[member.pk])


def a_file_for(page, **facts):
    focal_point = FocalPointFactory(
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.org",
        member=MemberFactory(status=PAGES[page][0], suspicion=Suspicion.TRAP, **facts),
    )
    return focal_point.member


def ticked(*keys):
    return [reason.pk for reason in reasons(*keys)]


def chosen(page):
    """Return what a person chooses on a page, with the rows that it names."""
    choice = dict(PAGES[page][1])
    if "focus_area" in choice:
        choice["focus_area"] = FocusArea.objects.get(number=choice["focus_area"]).pk
    if "reasons" in choice:
        choice["reasons"] = ticked(*choice["reasons"])
    if "to" in choice:
        choice["to"] = officer(name="Grace").pk
    return choice


def as_shown(client, page, member, **choice):
    """Return what the page's form would send after a choice, letter included."""
    sent = {"version": member.version, **choice}
    shown = client.post(address(page, member), {**sent, "show_letter": 1})
    letter = shown.context["letter"]
    if letter:
        sent |= {name: letter[name].value() or "" for name in ("subject", "body", "composed")}
    return sent


def nothing_happened(member, before):
    member.refresh_from_db()
    return (
        (member.version, member.status) == before
        and list(TimelineEntry.objects.filter(member=member)) == []
        and list(Message.objects.all()) == []
    )


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_changes_nothing_when_it_is_opened(page):
    assignee = officer() if page == "release" else None
    member = a_file_for(page, assignee=assignee)
    before = (member.version, member.status)

    response = signed_in(officer()).get(address(page, member))

    assert response.status_code == 200
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_and_shows_the_file(page):
    me = officer(name="Ada")
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))

    response = client.post(address(page, member), {**sent, "decide": 1})

    _from, _choice, status, kind = PAGES[page]
    member.refresh_from_db()
    entry = TimelineEntry.objects.get(member=member)
    assert (member.status, entry.kind, entry.by_user) == (status, kind, me)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("admin:members_member_change", args=[member.pk]),
    )
    written = [message.recipient for message in Message.objects.all()]
    assert written == (["ada@example.org"] if page in WRITES else [])


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_refuses_a_file_that_changed(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))
    Member.objects.filter(pk=member.pk).update(version=7)
    TimelineEntryFactory(member=a_file_for(page), kind=TimelineKind.TAKEN)
    before = (7, member.status)

    response = client.post(address(page, member), {**sent, "decide": 1})

    assert response.status_code == 409
    assert "The file has changed since you opened it." in response.content.decode()
    assert response.context["form"]["version"].value() == str(member.version)
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_decides_once_the_person_has_seen_the_change(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=me if page == "release" else None)
    sent = as_shown(client, page, member, **chosen(page))
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address(page, member), {**sent, "seen_version": 7, "decide": 1})

    assert response.status_code == 302
    assert TimelineEntry.objects.get(member=member).kind == PAGES[page][3]


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_refuses_an_observer(page):
    member = a_file_for(page)
    before = (member.version, member.status)
    client = signed_in(observer())

    opened = client.get(address(page, member))
    decided = client.post(
        address(page, member), {"version": member.version, **chosen(page), "decide": 1}
    )

    assert (opened.status_code, decided.status_code) == (403, 403)
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_sends_a_stranger_to_sign_in(client, page):
    member = a_file_for(page)
    before = (member.version, member.status)

    opened = client.get(address(page, member))
    decided = client.post(address(page, member), {"version": member.version, "decide": 1})

    assert [response["Location"] for response in (opened, decided)] == [
        f"/admin/login/?next={address(page, member)}"
    ] * 2
    assert nothing_happened(member, before)


@pytest.mark.parametrize("page", [page for page in PAGES if PAGES[page][0] != DECLINED])
def test_page_of_a_decision_on_a_decided_file_leads_back_to_it(page):
    member = FocalPointFactory(member=MemberFactory(status=DECLINED)).member

    response = signed_in(officer()).get(address(page, member), follow=True)

    assert response.redirect_chain == [
        (reverse("admin:members_member_change", args=[member.pk]), 302)
    ]
    assert [str(message) for message in response.context["messages"]] == [
        "This member was declined."
    ]


@pytest.mark.parametrize("page", PAGES)
def test_page_of_a_decision_asks_the_same_queries_whatever_the_file_holds(page):
    client = signed_in(officer())
    member = a_file_for(page, assignee=UserFactory())
    client.get(address(page, member))

    with CaptureQueriesContext(connection) as for_one:
        client.get(address(page, member))
    FocalPointFactory(member=member, is_alternate=True)
    for _number in range(3):
        TimelineEntryFactory(member=member)
        MemberFactory()
        officer()
        ReasonFactory()
        ReasonFactory(used_for="request_information")
    with CaptureQueriesContext(connection) as for_three:
        client.get(address(page, member))

    assert len(for_three) == len(for_one)


def test_refused_page_says_who_decided_and_keeps_what_was_typed():
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for("decline")
    sent = as_shown(client, "decline", member, **chosen("decline"))
    edited = {**sent, "subject": "My subject", "body": "My own words."}
    triage.close(member=member, reason="not_genuine", by=colleague, at=NOON)

    response = client.post(address("decline", member), {**edited, "decide": 1})

    page = response.content.decode()
    member.refresh_from_db()
    assert response.status_code == 409
    assert "This file was closed. Closed without a letter: Grace Hopper" in page
    assert "25 October 2021, 14:00" in page
    assert "My subject" in page
    assert "My own words." in page
    assert (member.status, member.decided_by) == (CLOSED, colleague)
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("page", WITH_A_LETTER)
@pytest.mark.parametrize("button", ["decide", "show_letter"])
def test_refusal_is_told_before_the_letter_is_read(page, button):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    opened = client.get(address(page, member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}
    triage.withdraw(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {**sent, **chosen(page), "version": 1, button: 1})

    assert response.status_code == 409
    assert "This member was withdrawn. Withdrawn: Grace Hopper" in response.content.decode()
    assert "25 October 2021, 14:00" in response.content.decode()
    assert response.context["letter"]["body"].value() != sent["body"]


@pytest.mark.parametrize("page", ["decline", "request_information", "close", "hand_to"])
def test_change_is_told_beside_what_is_missing(page):
    me, colleague = officer(), officer(name="Grace Hopper")
    client = signed_in(me)
    member = a_file_for(page)
    triage.take(member=member, by=colleague, at=NOON)

    response = client.post(address(page, member), {"version": 1, "decide": 1})

    assert response.status_code == 409
    assert "The file has changed since you opened it. Taken: Grace Hopper" in (
        response.content.decode()
    )
    assert response.context["form"].errors != {}


def test_change_that_was_seen_stays_seen_when_something_is_missing():
    client = signed_in(officer())
    member = a_file_for("close")
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address("close", member), {"version": 1, "seen_version": 7, "decide": 1})

    assert response.status_code == 422
    assert '<input type="hidden" name="seen_version" value="7"' in response.content.decode()


def test_decided_file_is_not_said_to_be_taken_over():
    grace = officer(name="Grace Hopper")
    client = signed_in(officer())
    member = a_file_for("admit")
    sent = as_shown(client, "admit", member, **chosen("admit"))
    triage.decline(member=member, by=grace, at=NOON, message=None)

    response = client.post(address("admit", member), {**sent, "decide": 1})

    assert "This member was declined. Declined: Grace Hopper" in response.content.decode()
    assert "you take it over" not in response.content.decode()


@pytest.mark.parametrize(
    "page", ["admit", "decline", "request_information", "record_answer", "close", "withdraw"]
)
def test_decision_on_a_colleagues_file_names_the_colleague_and_takes_it_over(page):
    me = officer()
    client = signed_in(me)
    member = a_file_for(page, assignee=UserFactory(name="Grace Hopper"))

    shown = client.get(address(page, member))
    sent = as_shown(client, page, member, **chosen(page))
    client.post(address(page, member), {**sent, "decide": 1})

    text = " ".join(shown.content.decode().split())
    assert "Grace Hopper has taken this file. If you decide, you take it over." in text
    member.refresh_from_db()
    assert (member.status, member.assignee) == (PAGES[page][2], me)


def test_admit_proposes_the_first_choice_and_the_role_sought():
    three = FocusArea.objects.get(number=3)
    member = a_file_for("admit", first_choice=three, role="lead")

    form = signed_in(officer()).get(address("admit", member)).context["form"]

    assert (form["focus_area"].value(), form["role"].value()) == (three.pk, "co_lead")


def test_admit_shows_to_whom_the_letter_goes_and_in_which_language():
    member = a_file_for("admit")
    FocalPointFactory(
        member=member,
        is_alternate=True,
        given_name="Émilie",
        family_name="du Châtelet",
        email="emilie@example.org",
        language="fr",
    )

    response = signed_in(officer()).get(address("admit", member))

    recipients = response.context["letter"].recipients
    assert [
        (recipient.focal_point.email, recipient.language.value, recipient.translation is None)
        for recipient in recipients
    ] == [("ada@example.org", "en", True), ("emilie@example.org", "fr", False)]
    assert "Dear Ada Lovelace," in response.content.decode()


def test_letter_runs_as_its_language_does_whatever_it_begins_with():
    member = MemberFactory()
    FocalPointFactory(member=member, given_name="ليلى", family_name="حداد", language="fr")
    FocalPointFactory(member=member, is_alternate=True, email="alternate@example.org")
    client = signed_in(officer())

    response = client.post(
        address("request_information", member), {"missing": "ليلى: who signs?", "show_letter": 1}
    )

    letter = response.context["letter"]
    page = response.content.decode()
    assert [letter[name].field.widget.attrs["lang"] for name in ("subject", "body")] == ["fr"] * 2
    assert [letter[name].field.widget.attrs["dir"] for name in ("subject", "body")] == ["ltr"] * 2
    assert page.count('class="typed" lang="fr" dir="ltr"') == 2
    assert page.count('<div lang="en" dir="ltr">') == 1


def test_admit_writes_the_standard_letter_to_each_in_their_language():
    client = signed_in(officer())
    member = a_file_for("admit")
    FocalPointFactory(member=member, is_alternate=True, email="emilie@example.org", language="fr")
    sent = as_shown(client, "admit", member, **chosen("admit"))

    client.post(address("admit", member), {**sent, "decide": 1})

    written = Message.objects.order_by("pk").values_list("recipient", "language")
    assert list(written) == [("ada@example.org", "en"), ("emilie@example.org", "fr")]


def test_admit_writes_the_text_as_edited():
    client = signed_in(officer())
    member = a_file_for("admit")
    sent = as_shown(client, "admit", member, **chosen("admit"))

    client.post(
        address("admit", member),
        {**sent, "subject": "You are in", "body": "My own\r\nwords.", "decide": 1},
    )

    message = Message.objects.get()
    assert message.subject == f"{member.reference}: You are in"
    assert "\n\nMy own\nwords.\n\n" in message.body.replace("\r\n", "\n")


@pytest.mark.parametrize("page", WITH_A_LETTER)
def test_do_not_write_decides_without_a_letter(page):
    client = signed_in(officer())
    member = a_file_for(page)
    sent = as_shown(client, page, member, **chosen(page))

    response = client.post(address(page, member), {**sent, "do_not_write": "on", "decide": 1})

    assert response.status_code == 302
    assert TimelineEntry.objects.get(member=member).kind == PAGES[page][3]
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("page", WITH_A_LETTER)
def test_letter_for_another_choice_is_shown_before_anything_is_decided(page):
    client = signed_in(officer())
    member = a_file_for(page)
    before = (member.version, member.status)
    opened = client.get(address(page, member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}

    response = client.post(
        address(page, member),
        {**sent, **chosen(page), "version": member.version, "decide": 1},
    )

    letter = response.context["letter"]
    assert response.status_code == 422
    assert letter.non_field_errors() == [
        "This is the letter for what you chose. Read it, then decide."
    ]
    assert letter["body"].value() != sent["body"]
    assert nothing_happened(member, before)


def test_letter_that_was_edited_is_kept_when_the_choice_changes():
    client = signed_in(officer())
    member = a_file_for("decline")
    before = (member.version, member.status)
    sent = as_shown(client, "decline", member, reasons=ticked("not-authorised"))
    edited = {**sent, "body": "My own words.", "reasons": ticked("principles")}

    first = client.post(address("decline", member), {**edited, "decide": 1})
    was_kept = nothing_happened(member, before)
    again = {**edited, "composed": first.context["letter"]["composed"].value()}
    second = client.post(address("decline", member), {**again, "decide": 1})

    assert (first.status_code, was_kept) == (422, True)
    assert first.context["letter"]["body"].value() == "My own words."
    assert second.status_code == 302
    assert "My own words." in Message.objects.get().body


def test_show_the_letter_composes_the_reasons_into_the_text():
    client = signed_in(officer())
    member = a_file_for("decline")
    opened = client.get(address("decline", member)).context["letter"]
    sent = {name: opened[name].value() for name in ("subject", "body", "composed")}

    response = client.post(
        address("decline", member),
        {**sent, "version": 1, "reasons": ticked("not-authorised", "principles"), "show_letter": 1},
    )

    text = response.context["letter"]["body"].value()
    assert response.status_code == 200
    assert "did not confirm" in text
    assert "principles of the coalition" in text


@pytest.mark.parametrize("field", ["subject", "body"])
def test_letter_needs_a_subject_and_a_text(field):
    client = signed_in(officer())
    member = a_file_for("admit")
    before = (member.version, member.status)
    sent = as_shown(client, "admit", member, **chosen("admit"))

    response = client.post(address("admit", member), {**sent, field: " ", "decide": 1})

    assert response.status_code == 422
    assert response.context["letter"].errors == {
        field: ["Write something here, or choose not to write to them."]
    }
    assert nothing_happened(member, before)


def test_letter_is_shown_again_when_a_meeting_in_it_has_changed():
    client = signed_in(officer())
    member = a_file_for("admit")
    area = FocusArea.objects.get(number=2)
    sent = as_shown(client, "admit", member, **chosen("admit"))
    far = NOON.replace(year=2999)
    MeetingFactory(focus_area=area, title="A new one", starts_at=far, ends_at=far.replace(hour=13))

    response = client.post(address("admit", member), {**sent, "decide": 1})

    assert response.status_code == 422
    assert "A new one" in response.context["letter"]["body"].value()


@pytest.mark.parametrize(
    ("page", "field", "choice"),
    [
        ("hand_to", "to", {}),
        ("admit", "focus_area", {"role": "participant"}),
        ("admit", "role", {"focus_area": "999", "role": "chair"}),
        ("decline", "reasons", {}),
        ("request_information", "missing", {"missing": " "}),
        ("record_answer", "answer", {"answer": ""}),
        ("close", "reason", {}),
        ("close", "duplicate_of", {"reason": "duplicate"}),
        ("close", "duplicate_of", {"reason": "duplicate", "duplicate_of": "P2C-NOBODY"}),
    ],
)
def test_page_of_a_decision_says_what_is_missing(page, field, choice):
    member = a_file_for(page)
    before = (member.version, member.status)

    response = signed_in(officer()).post(
        address(page, member), {"version": 1, **choice, "decide": 1}
    )

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert nothing_happened(member, before)


def test_close_as_a_duplicate_names_the_other_file():
    other = MemberFactory(reference="P2C-7K3MQ9")
    member = a_file_for("close")

    signed_in(officer()).post(
        address("close", member),
        {"version": 1, "reason": "duplicate", "duplicate_of": " p2c-7k3mq9 ", "decide": 1},
    )

    member.refresh_from_db()
    assert (member.status, member.duplicate_of) == (CLOSED, other)


def test_close_refuses_a_duplicate_of_itself():
    member = a_file_for("close")

    response = signed_in(officer()).post(
        address("close", member),
        {"version": 1, "reason": "duplicate", "duplicate_of": member.reference, "decide": 1},
    )

    assert response.context["form"].errors == {
        "duplicate_of": ["This is the file itself: name the other one."]
    }


@pytest.mark.parametrize("reason", ["abandoned", "not_genuine"])
def test_close_refuses_another_file_for_what_is_no_duplicate(reason):
    MemberFactory(reference="P2C-7K3MQ9")
    member = a_file_for("close")
    before = (member.version, member.status)

    response = signed_in(officer()).post(
        address("close", member),
        {"version": 1, "reason": reason, "duplicate_of": "P2C-7K3MQ9", "decide": 1},
    )

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "duplicate_of": [
            "Only a duplicate names another file: choose that reason, or empty this field."
        ]
    }
    assert nothing_happened(member, before)


@pytest.mark.parametrize(
    ("topic", "status", "is_told"),
    [
        ("P2C-7K3MQ9/admitted/entry-1/focal-point-1", MessageStatus.QUEUED, True),
        ("P2C-7K3MQ9/moved/entry-1/focal-point-1/again-1", MessageStatus.QUEUED, True),
        ("P2C-7K3MQ9/received/entry-1/focal-point-1", MessageStatus.QUEUED, False),
        ("P2C-7K3MQ9/admitted/entry-1/focal-point-1", MessageStatus.CANCELLED, False),
        ("P2C-OTHERS/admitted/entry-1/focal-point-1", MessageStatus.QUEUED, False),
    ],
)
def test_move_says_that_it_cancels_a_letter_that_has_not_gone_out(topic, status, is_told):
    member = a_file_for("move", reference="P2C-7K3MQ9")
    MessageFactory(topic=topic, reference=topic.split("/")[0], status=status)

    page = signed_in(officer()).get(address("move", member)).content.decode()

    told = "that letter is cancelled: without a new one, nobody is told."
    assert (told in page) == is_told


def test_hand_to_offers_those_who_may_take_files():
    me, grace = officer(name="Me"), officer(name="Grace")
    UserFactory(name="No permission")
    observer(name="Observer")
    officer(name="Gone", is_active=False)
    officer(name="No staff", is_staff=False)
    boss = UserFactory(name="Boss", is_superuser=True)
    member = a_file_for("hand_to", assignee=officer(name="Has it"))

    form = signed_in(me).get(address("hand_to", member)).context["form"]

    assert list(form.fields["to"].queryset) == [boss, grace, me]


def test_member_state_is_declined_with_the_permission_on_a_page_that_names_it():
    client = signed_in(may(officer(), "decline_member_state"))
    member = a_file_for("decline", category=Category.MEMBER_STATE, country="NP")

    shown = " ".join(client.get(address("decline", member)).content.decode().split())
    sent = as_shown(client, "decline", member, **chosen("decline"))
    client.post(address("decline", member), {**sent, "decide": 1})

    member.refresh_from_db()
    assert "Decline a Member State, Nepal" in shown
    assert member.status == DECLINED


def test_member_state_is_not_declined_without_the_permission():
    client = signed_in(officer())
    member = a_file_for("decline", category=Category.MEMBER_STATE)
    before = (member.version, member.status)

    opened = client.get(address("decline", member))
    decided = client.post(
        address("decline", member), {"version": 1, "reasons": ticked("principles"), "decide": 1}
    )

    assert (opened.status_code, decided.status_code) == (403, 403)
    assert nothing_happened(member, before)


@pytest.mark.parametrize("method", ["get", "post"])
def test_clear_suspicion_shows_the_file_where_a_colleague_cleared_it(method):
    client = signed_in(officer())
    member = a_file_for("clear_suspicion")
    triage.clear_suspicion(member=member, by=officer(), at=NOON)

    response = getattr(client, method)(
        address("clear_suspicion", member), {"version": 1, "decide": 1}, follow=True
    )

    assert response.redirect_chain == [(address("change", member), 302)]
    assert "This file is not marked as suspected." in response.content.decode()
    assert member.timeline.filter(kind=TimelineKind.SUSPICION_CLEARED).count() == 1
