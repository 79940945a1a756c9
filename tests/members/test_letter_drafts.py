"""Drafts of letters: stored as typed, shown to colleagues, previewed, and deleted."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import (
    UNDECIDED_STATUSES,
    LetterDraft,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services import assignment
from members.services.letter_drafts import (
    LetterDraftConflict,
    discard_letter_draft,
    save_letter_draft,
)
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    LetterDraftFactory,
    ReasonFactory,
    UserFactory,
)
from tests.members.decisions.files import admit, close, decline, request_information, withdraw
from tests.triage.staff import officer, reasons, signed_in

CHANGED_SINCE = "The organisation has changed since you saved this draft."


@pytest.fixture
def member():
    return FocalPointFactory(
        given_name="Ada", family_name="King", email="ada@example.org", language="en"
    ).member


@pytest.fixture
def me():
    return officer(name="Amina Diallo")


def address(member, page="decline"):
    return reverse(f"admin:members_member_{page}", args=[member.pk])


def typed_for(member, **more):
    return {
        **chosen_for(member),
        "subject": "My subject",
        "body": "My own\nwords.",
        "composed": "of something else",
        "draft_shown": 0,
        **more,
    }


def chosen_for(member):
    return {"version": member.version, "reasons": [reason.pk for reason in reasons("principles")]}


def unchanged(member):
    member.refresh_from_db()
    return (
        (member.status, member.version) == (MemberStatus.PENDING, 1)
        and list(TimelineEntry.objects.all()) == []
        and list(Message.objects.all()) == []
    )


def save(member, by, form_data, *, in_place_of=0, at=NOON):
    return save_letter_draft(
        row=member,
        kind=TimelineKind.DECLINED,
        from_statuses=UNDECIDED_STATUSES,
        form_data=form_data,
        in_place_of=in_place_of,
        by=by,
        at=at,
    )


def test_draft_is_kept_in_place_of_the_version_that_was_seen(member):
    by = UserFactory()
    first = save(member, by, "body=1")

    again = save(member, by, "body=1")
    second = save(member, by, "body=2", in_place_of=first.version)

    assert (again.pk, again.version) == (first.pk, first.version)
    assert (second.pk, second.version, second.form_data) == (first.pk, first.version + 1, "body=2")


@pytest.mark.parametrize("is_discarded", [False, True])
def test_draft_of_another_window_is_refused_and_the_saved_one_stays(member, is_discarded):
    by, seen, at = UserFactory(), 0, NOON
    if is_discarded:
        # The other window shows a draft that was discarded before this one was begun.
        seen, at = save(member, by, "body=0").version, NOON + timedelta(minutes=1)
        discard_letter_draft(row=member, kind=TimelineKind.DECLINED, by=by)
    save(member, by, "body=1", at=at)

    with pytest.raises(LetterDraftConflict, match=f"Monday 25 October 2021, 14:0{at.minute}"):
        save(member, by, "body=2", in_place_of=seen, at=at)

    assert LetterDraft.objects.get().form_data == "body=1"


@pytest.mark.parametrize("decide", [admit, decline, close, withdraw, request_information])
def test_drafts_are_gone_with_the_decision_of_any_colleague(member, decide):
    LetterDraftFactory(member=member, kind=TimelineKind.INFORMATION_REQUESTED)
    to_decline = LetterDraftFactory(member=member)
    elsewhere = LetterDraftFactory()

    decide(member)

    # A request leaves drafts of later decisions.
    left = [to_decline] if decide is request_information else []
    assert list(LetterDraft.objects.order_by("pk")) == [*left, elsewhere]


def test_save_keeps_what_was_typed_shows_it_again_and_decides_nothing(member, me):
    client = signed_in(me)
    form_data = typed_for(member, do_not_write="on")

    response = client.post(address(member), {**form_data, "save_draft": 1})
    shown = client.get(address(member))

    draft = LetterDraft.objects.get()
    assert (response.status_code, response["Location"]) == (302, address(member))
    assert (draft.member, draft.kind, draft.by) == (member, "declined", me)
    assert draft.answers["body"] == "My own\nwords."
    assert "csrfmiddlewaretoken" not in draft.answers
    assert "save_draft" not in draft.answers
    assert unchanged(member)
    form, letter = shown.context["form"], shown.context["letter"]
    assert form["reasons"].value() == [str(reason.pk) for reason in reasons("principles")]
    fields = ("do_not_write", "subject", "body", "draft_shown")
    shown_again = [True, "My subject", "My own\nwords.", draft.version]
    assert [letter[name].value() for name in fields] == shown_again
    assert "It is shown below as you saved it." in shown.content.decode()
    assert "notice is-error" not in shown.content.decode()


def test_restored_page_decides_what_it_shows(member, me):
    client = signed_in(me)
    first = client.post(address(member), {**typed_for(member), "show_letter": 1})
    composed = first.context["letter"]["composed"].value()
    client.post(address(member), {**typed_for(member, composed=composed), "save_draft": 1})
    shown = client.get(address(member))
    sent = {name: shown.context["letter"][name].value() for name in ("subject", "body", "composed")}
    sent |= {name: shown.context["form"][name].value() for name in ("version", "reasons")}
    sent["leave_link_out"] = "on"

    response = client.post(address(member), {**sent, "decide": 1})

    assert response.status_code == 302
    assert "My own\nwords." in Message.objects.get().body
    assert list(LetterDraft.objects.all()) == []


def test_draft_is_restored_with_the_version_that_it_was_written_for(member, me):
    client = signed_in(me)
    client.post(address(member), {**typed_for(member), "save_draft": 1})
    assignment.assign_to_self(member=member, by=officer(name="Grace Hopper"), at=NOON)

    shown = client.get(address(member))
    sent = {"version": shown.context["form"]["version"].value(), "do_not_write": "on"}
    refused = client.post(address(member), {**typed_for(member), **sent, "decide": 1})

    assert CHANGED_SINCE in shown.text
    assert "<ins><bdi>Grace Hopper</bdi></ins>" in shown.text
    assert (shown.status_code, refused.status_code) == (200, 409)
    assert Member.objects.get().status == MemberStatus.PENDING


def test_draft_of_the_proposed_decision_is_on_the_page_of_the_member(member, me):
    client = signed_in(me)
    draft = LetterDraftFactory(
        member=member, by=me, kind=TimelineKind.ADMITTED, form_data="version=1&body=My+own+words."
    )

    shown = client.get(address(member, "change"))
    assignment.assign_to_self(member=member, by=officer(name="Grace Hopper"), at=NOON)
    outdated = client.get(address(member, "change"))

    assert shown.context["form"].kept == draft
    assert shown.context["refused"] is None
    assert CHANGED_SINCE in outdated.text
    assert "<ins><bdi>Grace Hopper</bdi></ins>" in outdated.text


def test_colleague_is_told_who_has_a_draft_and_does_not_read_it(member, me):
    LetterDraftFactory(
        member=member, by=officer(name="Grace Hopper"), form_data="body=Secret+words"
    )

    shown = " ".join(signed_in(me).get(address(member)).content.decode().split())
    elsewhere = signed_in(me).get(address(member, "admit")).content.decode()

    assert "Grace Hopper has a draft of this letter, saved on 25 October 2021, 14:00." in shown
    assert "Secret words" not in shown
    assert "Grace Hopper" not in elsewhere


def test_draft_is_thrown_away_by_a_button_of_its_officer(member, me):
    LetterDraftFactory(member=member, by=me)
    of_a_colleague = LetterDraftFactory(member=member)

    response = signed_in(me).post(address(member), {"version": 1, "throw_away": 1}, follow=True)

    assert list(LetterDraft.objects.all()) == [of_a_colleague]
    assert "Draft discarded." in response.content.decode()
    assert unchanged(member)


def test_save_in_a_second_window_asks_before_it_replaces_the_first(member, me):
    client = signed_in(me)
    client.post(address(member), {**typed_for(member), "save_draft": 1})
    second = typed_for(member, body="Other words.")

    refused = client.post(address(member), {**second, "save_draft": 1})
    kept = LetterDraft.objects.get()
    again = {**second, "draft_seen": kept.version, "save_draft": 1}
    replaced = client.post(address(member), again)

    assert (refused.status_code, kept.answers["body"]) == (409, "My own\nwords.")
    assert "you saved another draft of this letter" in refused.content.decode()
    assert refused.context["letter"]["body"].value() == "Other words."
    assert replaced.status_code == 302
    assert LetterDraft.objects.get().answers["body"] == "Other words."


def shown_letter(client, member, **more):
    """Choose something on the page, and return the page with the letter for it."""
    return client.post(address(member), {**chosen_for(member), "show_letter": 1, **more})


def test_letter_is_shown_to_each_recipient_in_their_language_and_sends_nothing(member, me):
    FocalPointFactory(member=member, is_alternate=True, email="zoe@example.org", language="fr")
    client = signed_in(me)

    response = shown_letter(client, member)
    member.focal_points.update(language="fr")
    in_french = shown_letter(client, member)

    first, second = response.context["letter"].recipients
    assert response.status_code == 200
    assert [each.letter.language for each in (first, second)] == ["en", "fr"]
    assert {each.letter.subject.split(":")[0] for each in (first, second)} == {member.reference}
    assert "(the recipient&#x27;s private link)" in first.letter.html.replace("'", "&#x27;")
    assert "are not in keeping with the principles" in first.letter.html
    # In English only if no recipient reads it in English, and without the note on changes.
    assert response.context["letter"].in_english is None
    assert "Dear Ada King," in in_french.context["letter"].in_english.text
    assert "Your changes are not translated." not in in_french.text
    assert unchanged(member)
    assert list(LetterDraft.objects.all()) == []


def test_letter_is_shown_edited_from_right_to_left_and_unedited_in_english(member, me):
    member.focal_points.update(language="ar")
    FocalPointFactory(member=member, is_alternate=True, email="zoe@example.org", language="fr")
    reason = ReasonFactory(snippet_en="Why.", snippet_ar="لماذا")

    response = shown_letter(
        signed_in(me), member, reasons=reason.pk, subject="S", body="كلماتي <b>", composed="of more"
    )

    letter, page = response.context["letter"], response.text
    # An edited letter is for all recipients.
    for recipient in letter.recipients:
        assert (recipient.letter.language, recipient.direction) == ("ar", "rtl")
        assert "كلماتي &lt;b&gt;" in recipient.letter.html
    assert len(letter.recipients) == 2
    assert 'lang="ar" dir="rtl"' in page
    assert letter["body"].value() == "كلماتي <b>"
    assert "Why." in letter.in_english.html
    assert "كلماتي" not in letter.in_english.html
    assert "Your changes are not translated." in page


@pytest.mark.parametrize("more", [{"do_not_write": "on"}, {"reasons": []}])
def test_page_shows_no_letter_if_none_is_sent_and_no_error_of_a_choice_not_made_yet(
    member, me, more
):
    response = shown_letter(signed_in(me), member, **more)

    is_sent = "do_not_write" not in more
    assert response.status_code == 200
    assert ("No email is sent." in response.text) == (not is_sent)
    assert ("letter-text" in response.text) == is_sent
    assert "Choose at least one reason." not in response.text
    assert "notice is-error" not in response.text


def test_script_gets_the_letter_alone_also_if_the_member_has_changed(member, me):
    assignment.assign_to_self(member=member, by=officer(name="Grace Hopper"), at=NOON)

    response = shown_letter(signed_in(me), member, version=1, show_letter="alone")

    assert response.status_code == 200
    assert "are not in keeping with the principles" in response.text
    assert "<h1" not in response.text
    assert response.text.count("<textarea") == 1
