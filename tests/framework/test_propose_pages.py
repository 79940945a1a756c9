"""The pages on which a member proposes, by a private link or after signing in."""

import pytest
from django.utils import timezone

from framework.models import Amendment, AmendmentKind, AmendmentStatus, Support
from members.models import GrantedRole, MemberStatus
from members.services.focal_points import revoke_links
from tests.factories import (
    AmendmentFactory,
    FocusAreaFactory,
    FrameworkFactory,
    SupportFactory,
    UserFactory,
)
from tests.framework.proposing import (
    AFTER,
    BEFORE,
    a_paragraph,
    a_proposer,
    an_open_draft,
    by_link,
    close,
    fields,
    kept,
    proposing,
    sent,
    signed_in,
)
from tests.participation.people import signed_in_as


@pytest.fixture
def draft():
    return an_open_draft()


@pytest.fixture
def wording(draft):
    return a_paragraph(draft)


@pytest.fixture
def person():
    return a_proposer(organisation_name="Ministry of Somewhere")


@pytest.fixture
def path(person, wording):
    return by_link(person, proposing(wording))


# Change


def test_change_begins_with_the_text_of_the_draft_and_shows_what_is_changed(client, path):
    page = client.get(path)
    typed = fields(show="1", reason="")
    del typed["send"]
    shown = client.post(path, typed, follow=True)

    assert page.status_code == 200
    assert page.context["form"]["text"].value() == BEFORE
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert [(each.what, each.words) for each in shown.context["parts"]] == [
        ("same", "Connect every school by "),
        ("gone", "2030"),
        ("new", "2027"),
        ("same", "."),
    ]
    assert shown.context["form"].errors == {}
    assert not Amendment.objects.sent().exists()


def test_change_is_sent_in_the_name_of_the_organisation(client, person, path, wording):
    answer = client.post(path, fields(reason="Notre loi le demande.", language="fr"))

    key = wording.paragraph.key
    assert answer["Location"] == by_link(person, f"?open={key}#{key}")
    amendment = sent()
    assert (amendment.kind, amendment.text, amendment.member) == ("change", AFTER, person.member)
    assert (amendment.reason, amendment.language) == ("Notre loi le demande.", "fr")
    assert (amendment.sent_by, amendment.typed) == (person, {})
    page = client.get(path)
    assert "sent this proposal on" in page.text
    assert page.context["form"]["text"].value() == AFTER


def test_signed_in_focal_point_proposes_as_by_the_link(person, wording):
    browser = signed_in_as(person)
    address = signed_in(proposing(wording))

    opened, answer = browser.get(address), browser.post(address, fields())

    assert "You send it in the name of" in opened.text
    assert answer["Location"].startswith(signed_in("?open="))
    assert sent().sent_by == person


@pytest.mark.parametrize("kind", ["delete", "keep", "comment"])
def test_other_kinds_ask_for_a_reason_only(client, person, wording, kind):
    path = by_link(person, proposing(wording, kind))
    typed = fields()
    del typed["text"]

    page, answer = client.get(path), client.post(path, typed)

    assert [field.name for field in page.context["form"].visible_fields()] == ["reason", "language"]
    assert BEFORE in page.text
    assert answer.status_code == 302
    assert (sent().kind, sent().text) == (kind, "")


@pytest.mark.parametrize("has_key", [True, False])
def test_paragraph_is_added_after_another_one_or_at_the_beginning(client, person, wording, has_key):
    path = by_link(
        person, f"proposals/add/{wording.paragraph.key}/" if has_key else "proposals/add/"
    )

    page, answer = client.get(path), client.post(path, fields(added_kind="text"))

    assert ("It would stand after this paragraph" in page.text) == has_key
    assert page.context["form"]["added_kind"].value() == "action"
    assert answer.status_code == 302
    assert (sent().kind, sent().added_kind) == (AmendmentKind.ADD, "text")
    assert sent().paragraph == (wording.paragraph if has_key else None)


def test_second_click_and_back_send_once(client, person, wording, path):
    adding = by_link(person, f"proposals/add/{wording.paragraph.key}/")
    for address, more in ((path, {}), (adding, {"added_kind": "action"})):
        answers = [client.post(address, fields(**more)).status_code for _click in range(2)]
        assert answers == [302, 302]

    assert Amendment.objects.count() == 2


def test_sent_amendment_is_changed_and_those_who_supported_it_see_so(client, wording, path):
    client.post(path, fields())
    support = SupportFactory(amendment=sent())
    page = client.get(path)
    version = page.context["form"]["draft_version"].value()

    client.post(path, fields(text="Connect every school now.", draft_version=version))

    assert "1 organisation supports it." in page.text
    assert sent().text == "Connect every school now."
    theirs = client.get(by_link(support.by, proposing(wording)).replace("/fr/", "/en/")).text
    assert "Your organisation supported an earlier wording." in theirs


def test_page_of_a_sent_amendment_changes_it(client, person, wording):
    addition = AmendmentFactory(
        draft=wording.draft,
        paragraph=wording.paragraph,
        kind=AmendmentKind.ADD,
        member=person.member,
        sent_by=person,
    )
    path = by_link(person, f"proposals/{addition.pk}/")
    form = client.get(path).context["form"]

    client.post(path, fields(added_kind="text", draft_version=form["draft_version"].value()))

    assert form["text"].value() == addition.text
    assert (sent().pk, sent().text, sent().added_kind) == (addition.pk, AFTER, "text")


def test_new_position_replaces_the_former_one_and_the_page_says_so_before(
    client, person, wording, path
):
    keep = by_link(person, proposing(wording, "keep"))
    client.post(path, fields())

    page = client.get(keep)
    client.post(keep, fields())

    assert (
        "Your organisation has another position about this paragraph: “Change (MOD)”." in page.text
    )
    assert sent().kind == AmendmentKind.KEEP
    assert Amendment.objects.filter(status=AmendmentStatus.WITHDRAWN).count() == 1


def test_reason_is_in_the_language_of_the_page_unless_another_is_chosen(client, path):
    form = client.get(path.replace("/en/", "/es/")).context["form"]

    assert form["language"].value() == "es"
    assert [code for code, _name in form.fields["language"].choices] == [
        "ar", "zh-hans", "en", "fr", "ru", "es",
    ]  # fmt: skip


def test_text_can_be_put_back(client, path):
    typed = fields(original="1")
    del typed["send"]

    page = client.post(path, typed, follow=True)

    assert page.context["form"]["text"].value() == BEFORE
    assert page.context["form"]["reason"].value() == "Our law asks for it."


def test_something_else_is_proposed_without_losing_what_was_typed(client, person, wording, path):
    typed = fields(instead="keep")
    del typed["send"]

    answer = client.post(path, typed)

    assert answer["Location"] == by_link(person, f"{proposing(wording, 'keep')}?draft=0")
    assert client.get(path).context["form"]["text"].value() == AFTER


# Refusals


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("text", BEFORE, "This is the text of the draft."),
        ("text", f"\u200b{BEFORE} \r\n", "This is the text of the draft."),
        ("text", "", "Write the text that you propose."),
        ("text", "\u200b\u2060", "Write the text that you propose."),
        ("text", "a" * 10_000, "Shorten the text to 5000 characters; it has 10000."),
        ("text", "# A heading", "cannot be shown"),
        ("text", "<script>alert(1)</script>", "cannot be shown"),
        ("text", "Bell \x07", "could not be read"),
        ("reason", "", "Say why, in one sentence or more."),
        ("reason", "word " * 151, "150 words or fewer; it has 151."),
        ("language", "xx", "Select a valid choice"),
    ],
)
def test_bad_input_is_said_at_the_field_and_in_the_summary_and_kept(
    client, path, name, typed, message
):
    response = client.post(path, fields(**{name: typed}))

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [name]
    assert message in errors[name][0]
    assert f'href="#id_{name}"' in response.text
    assert client.get(path).context["form"]["reason"].value() == kept().typed["reason"]
    assert not Amendment.objects.sent().exists()


def test_right_to_left_and_mixed_text_is_sent_as_typed(client, path):
    mixed = "Connect every school (كل مدرسة) by 2027, 学校 too."

    client.post(path, fields(text=mixed, reason="لأن القانون يطلب ذلك.", language="ar"))

    assert (sent().text, sent().reason) == (mixed, "لأن القانون يطلب ذلك.")


@pytest.mark.parametrize("what", ["altered", "revoked", "declined", "other area"])
def test_link_that_no_longer_holds_opens_and_sends_nothing(client, person, path, what):
    if what == "altered":
        token = path.split("/framework/")[1].split("/")[0]
        path = path.replace(token, f"{token[:-5]}xxxxx")
    elif what == "revoked":
        revoke_links(focal_point=person, link_version=1, by=UserFactory(), at=timezone.now())
    else:
        member = person.member
        if what == "declined":
            member.status, member.focus_area, member.granted_role = MemberStatus.DECLINED, None, ""
        else:
            member.focus_area = FocusAreaFactory(number=2)
        member.save()

    answers = [client.get(path), client.post(path, fields())]

    assert [each.status_code for each in answers] == [404, 404]
    assert "This link no longer works" in answers[0].text
    assert not Amendment.objects.exists()


def test_observer_proposes_unless_the_coordinator_excludes_observers(client, wording):
    observer = a_proposer(GrantedRole.OBSERVER)
    path = by_link(observer, proposing(wording))
    allowed = client.get(path)
    FrameworkFactory(focus_area=wording.draft.framework.focus_area)
    framework = wording.draft.framework
    framework.observers_may_propose = False
    framework.save()

    answers = [client.get(path), client.post(path, fields())]

    assert allowed.status_code == 200
    assert [each.status_code for each in answers] == [403, 403]
    assert "Observers can if asked to." in answers[0].text
    assert not Amendment.objects.exists()


def test_strangers_sign_in_and_other_groups_are_refused(client, wording):
    other = a_proposer(focus_area=FocusAreaFactory(number=2))
    address = signed_in(proposing(wording))

    assert client.get(address)["Location"].startswith("/accounts/sign-in/")
    browser = signed_in_as(other)
    answers = [browser.get(address), browser.post(address, fields())]
    assert [each.status_code for each in answers] == [403, 403]
    assert not Amendment.objects.exists()


def test_amendment_of_another_organisation_cannot_be_changed_or_withdrawn(client, person, wording):
    other = AmendmentFactory(draft=wording.draft, paragraph=wording.paragraph)

    for page in ("", "withdraw/"):
        path = by_link(person, f"proposals/{other.pk}/{page}")
        answers = [client.get(path), client.post(path, fields(version=other.sent_version))]
        assert [each.status_code for each in answers] == [404, 404]
    other.refresh_from_db()
    assert (other.status, other.version) == (AmendmentStatus.SENT, 1)


def test_paragraph_that_the_draft_no_longer_has_is_said(client, person, wording):
    close(wording.draft)
    an_open_draft()

    response = client.get(by_link(person, proposing(wording)))

    assert response.status_code == 404
    assert "This paragraph is not in draft 1" in response.text


def test_unknown_kind_and_paragraph_do_not_exist(client, person, wording):
    for page in (proposing(wording, "add"), proposing(wording, "praise")):
        assert client.get(by_link(person, page)).status_code == 404
    key = "00000000-0000-4000-8000-000000000000"
    assert client.get(by_link(person, f"proposals/{key}/change/")).status_code == 404


# A draft that closes


def test_draft_that_closes_while_somebody_types_keeps_the_text_and_says_what_to_do(
    client, path, wording
):
    client.post(path, fields(keep="1", reason="First"))
    close(wording.draft)

    by_script = client.post(path, fields(keep="1", reason="Second"))
    refused = client.post(path, fields(reason="Third"))
    again = client.get(path)

    assert by_script.status_code == 409
    assert "closed on" in by_script.json()["refusal"]
    assert refused.status_code == 409
    assert "What you typed is kept, and shown below." in refused.text
    assert "We write to you when the next draft opens." in again.text
    for page in (refused, again):
        assert "Third" in page.text
        assert 'name="send"' not in page.text
    assert not Amendment.objects.sent().exists()


def test_text_for_a_closed_draft_is_not_sent_to_the_next_one(client, person, wording):
    path = by_link(person, f"{proposing(wording)}?draft=0")
    close(wording.draft)
    following = an_open_draft()
    a_paragraph(following, paragraph=wording.paragraph)

    refused = client.post(path, fields())
    next_page = client.get(by_link(person, f"{proposing(wording)}?draft=1"))

    assert refused.status_code == 409
    assert "Propose it to draft 1" in refused.text
    assert kept().draft == wording.draft
    assert next_page.context["form"]["text"].value() == AFTER
    assert next_page.context["form"]["reason"].value() == "Our law asks for it."


def test_closed_draft_takes_nothing_back_and_no_support(client, person, wording, path):
    client.post(path, fields())
    other = AmendmentFactory(draft=wording.draft, paragraph=wording.paragraph)
    close(wording.draft)

    withdrawn = client.post(
        by_link(person, f"proposals/{sent_by(person).pk}/withdraw/"), {"version": 1}
    )
    supported = client.post(by_link(person, f"proposals/{other.pk}/support/"), {"version": 1})

    assert [withdrawn.status_code, supported.status_code] == [302, 302]
    assert sent_by(person).status == AmendmentStatus.SENT
    assert not Support.objects.exists()


def sent_by(person):
    return Amendment.objects.get(member=person.member)
