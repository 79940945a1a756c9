from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from framework.models import (
    AmendmentKind,
    Answer,
    AnswerKind,
    DraftStatus,
    ParagraphKind,
    ParagraphNote,
)
from framework.services.answers import answer_amendment
from framework.services.drafts import prepare_next_draft
from framework.services.paragraphs import edit_wording
from members.models import Member
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    ParagraphNoteFactory,
    RecommendationFactory,
    SupportFactory,
    UserFactory,
    WordingFactory,
)
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, read, signed_in, told

OVERVIEW = "admin:framework_framework_change"


@pytest.fixture
def closed():
    """A closed draft of the first focus area with two actions."""
    draft = FrameworkDraftFactory(number=2, closes_at=NOON)
    WordingFactory(draft=draft, text_en="Connect every school.")
    WordingFactory(draft=draft, text_en="Publish prices.")
    return draft


@pytest.fixture
def prepared(closed):
    return prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON)


@pytest.fixture
def amina(closed):
    return coordinator(closed.framework.focus_area, name="Amina Diallo")


@pytest.fixture
def client(amina):
    return signed_in(amina)


def amend(closed, position=1, *, at=NOON - timedelta(days=1), **facts):
    paragraph = closed.wordings.get(position=position).paragraph
    return AmendmentFactory(draft=closed, paragraph=paragraph, sent_at=at, **facts)


def address(amendment, kind="", page="consolidate"):
    framework, key = amendment.draft.framework, amendment.paragraph.key
    path = reverse(f"admin:framework_framework_{page}", args=[framework.pk, key])
    return f"{path}?proposal={amendment.pk}&answer={kind}" if kind else path


def form_of(response):
    """What a browser would send of the form as it is shown."""
    form = response.context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value is not None}


def post(client, amendment, kind, **typed):
    """Open the form of an answer, type into it, and send it."""
    page = address(amendment, kind)
    return client.post(page, {**form_of(client.get(page)), "decide": "1", **typed})


def test_first_paragraph_with_an_amendment_without_an_answer_is_shown(closed, client):
    AnswerFactory(amendment=amend(closed, 1))
    waiting = amend(closed, 2, member__organisation_name="Safaricom PLC")

    response = client.get(
        reverse("admin:framework_framework_consolidate", args=[closed.framework.pk])
    )

    assert response.status_code == 200
    assert response.context["screen"].chosen.amendment == waiting
    page = read(response)
    assert '<h1 id="paragraph-heading" tabindex="-1">Action 1.2</h1>' in page
    assert "1 of 2 proposals are answered." in page
    assert "Draft 3 can open when all are." in page
    assert "Safaricom PLC" in page


def test_amendment_is_shown_with_what_speaks_for_it(closed, client):
    amendment = amend(closed, text="Connect every school by 2027.", reason="Our law asks for it.")
    SupportFactory(amendment=amendment, member__organisation_name="Rhizomatica")
    RecommendationFactory(
        amendment=amendment,
        kind=AnswerKind.TAKEN_WITH_CHANGES,
        note="In 2028.",
        member__organisation_name="Internet Society",
    )

    page = read(client.get(address(amendment)))

    assert "added:" in page
    assert "Our law asks for it." in page
    assert "Supported by 1: <bdi>Rhizomatica</bdi>" in page
    assert "<bdi>Internet Society</bdi>), recommends: <b>Taken with changes</b>" in page
    assert "In 2028." in page
    assert f"by <bdi>{amendment.sent_by_name}</bdi>" in page
    # The only recommendation opens its form.
    assert 'aria-current="page" data-keys="c"' in page


def test_answer_is_saved_with_the_wording_of_the_next_draft(closed, prepared, client, amina):
    amendment = amend(closed, text="Connect every school by 2027.")

    response = post(
        client,
        amendment,
        "with_changes",
        reason="Countries differ.",
        text="Connect every school by 2028.",
    )

    assert response.status_code == 302
    assert response.url == f"{address(amendment)}?proposal={amendment.pk}"
    answer = Answer.objects.get()
    assert (answer.amendment, answer.kind) == (amendment, AnswerKind.TAKEN_WITH_CHANGES)
    assert (answer.reason, answer.answered_by) == ("Countries differ.", amina)
    assert prepared.wordings.get(position=1).text_en == "Connect every school by 2028."


def test_taken_change_fills_in_its_wording_unless_the_text_was_edited(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    other = amend(closed, text="Connect all schools.")

    first = client.get(address(amendment, "taken")).context["form"]["text"].value()
    post(client, amendment, "taken")
    second = client.get(address(other, "taken")).context["form"]["text"].value()

    assert (first, second) == ("Connect every school by 2027.", "Connect every school by 2027.")


def test_take_its_wording_fills_the_text_and_keeps_the_reason(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    page = address(amendment, "with_changes")

    response = client.post(
        page, {**form_of(client.get(page)), "reason": "Countries differ.", "take": "1"}
    )

    assert response.status_code == 200
    form = response.context["form"]
    assert (form["reason"].value(), form["text"].value()) == (
        "Countries differ.",
        "Connect every school by 2027.",
    )
    assert [part.what for part in response.context["change"]] == ["same", "new", "same"]
    assert list(Answer.objects.all()) == []


def test_show_change_shows_it_and_no_errors(closed, prepared, client):
    amendment = amend(closed)
    page = address(amendment, "not_taken")

    response = client.post(
        page, {**form_of(client.get(page)), "text": "Connect every school.", "show": "1"}
    )

    assert response.status_code == 200
    assert response.context["change"] == []
    assert "This text is not changed." in read(response)
    assert response.context["form"].errors == {}


def test_answer_and_go_to_next_leads_to_the_next_amendment_and_then_further(
    closed, prepared, client
):
    first = amend(closed, 1, at=NOON - timedelta(days=3))
    second = amend(closed, 1, at=NOON - timedelta(days=2))
    third = amend(closed, 2)

    addresses = [
        post(client, each, "noted", reason="Thank you.", decide="next").url
        for each in (second, first, third)
    ]

    assert addresses == [
        f"{address(first)}?proposal={first.pk}",
        address(third),
        reverse(OVERVIEW, args=[closed.framework.pk]),
    ]


@pytest.mark.parametrize("kind", ["with_changes", "not_taken", "noted"])
def test_answer_without_a_reason_is_not_saved(closed, prepared, client, kind):
    amendment = amend(closed)

    response = post(client, amendment, kind, text="Connect every school by 2028.")

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "reason": ["Give a reason. The organisation reads it."]
    }
    assert "Connect every school by 2028." in read(response)
    assert list(Answer.objects.all()) == []
    assert prepared.wordings.get(position=1).text_en == "Connect every school."


def test_merged_amendment_needs_the_other_one(closed, prepared, client):
    amendment, other = amend(closed), amend(closed)
    amend(closed, 2)

    missing = post(client, amendment, "merged", reason="Both ask for it.")
    merged = post(client, amendment, "merged", reason="Both.", merged_with=other.pk)

    assert missing.status_code == 422
    assert missing.context["form"].errors == {
        "merged_with": ["Choose the proposal that it is merged with."]
    }
    choices = missing.context["form"].fields["merged_with"].queryset
    assert list(choices) == [other]
    assert merged.status_code == 302
    assert Answer.objects.get().merged_with == other


def test_text_that_cannot_be_shown_is_refused_by_the_form(closed, prepared, client):
    amendment = amend(closed)

    response = post(client, amendment, "taken", text="<b>Connect</b> every school.")

    assert response.status_code == 422
    assert "cannot be shown" in response.context["form"].errors["text"][0]
    assert list(Answer.objects.all()) == []


def test_second_of_two_coordinators_sees_the_answer_and_what_they_typed(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    page = address(amendment, "not_taken")
    typed = {**form_of(client.get(page)), "reason": "Too early.", "decide": "1"}
    answer_amendment(
        amendment=amendment,
        kind=AnswerKind.TAKEN,
        reason="The group agrees.",
        version=0,
        by=UserFactory(name="Chen Wei"),
        at=timezone.now(),
    )

    refused = client.post(page, typed)
    confirmed = client.post(page, {**typed, "version_read": "1"})

    assert refused.status_code == 409
    shown = read(refused)
    assert "Chen Wei answered this proposal" in shown
    assert "The group agrees." in shown
    assert "Too early." in shown
    assert 'name="version_read" value="1"' in shown
    assert confirmed.status_code == 302
    answer = Answer.objects.get()
    assert (answer.kind, answer.reason, answer.version) == (
        AnswerKind.NOT_TAKEN,
        "Too early.",
        2,
    )


def test_text_that_a_colleague_edited_meanwhile_is_shown_and_what_was_typed_is_kept(
    closed, prepared, client
):
    amendment, wording = amend(closed), prepared.wordings.get(position=1)
    page = address(amendment, "taken")
    typed = {**form_of(client.get(page)), "text": "Connect schools by 2028.", "decide": "1"}
    edit_wording(
        wording=wording,
        kind=ParagraphKind.ACTION,
        text="Connect schools and clinics.",
        pillar=None,
        version=1,
        by=UserFactory(),
        at=NOON,
    )

    refused = client.post(page, typed)
    kept = prepared.wordings.get(position=1).text_en
    confirmed = client.post(page, {**typed, "wording_read": "2"})

    assert (refused.status_code, kept) == (409, "Connect schools and clinics.")
    shown = read(refused)
    assert "A colleague changed this paragraph" in shown
    assert "Connect schools and clinics." in shown
    assert "Connect schools by 2028." in shown
    assert 'name="wording_read" value="2"' in shown
    assert confirmed.status_code == 302
    assert prepared.wordings.get(position=1).text_en == "Connect schools by 2028."


def test_answer_can_be_changed_until_the_next_draft_opens(closed, prepared, client):
    amendment = amend(closed)
    AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED, reason="Thank you.")
    form = client.get(address(amendment, "noted")).context["form"]

    changed = post(client, amendment, "not_taken", reason="The group decided otherwise.")
    page = address(amendment, "taken")
    typed = {**form_of(client.get(page)), "decide": "1"}
    prepared.status = DraftStatus.OPENED
    prepared.opens_at, prepared.closes_at = NOON, timezone.now() + timedelta(days=7)
    prepared.save()
    late = client.post(page, typed)

    assert form["reason"].value() == "Thank you."
    assert changed.status_code == 302
    # The draft that is open now does not have the paragraph's amendment.
    assert late.status_code in (302, 404)
    assert Answer.objects.get().kind == AnswerKind.NOT_TAKEN


def test_next_draft_begins_on_the_page(closed, client):
    amendment = amend(closed)

    before = read(client.get(address(amendment, "taken")))
    refused = post(client, amendment, "taken")
    begun = client.post(address(amendment, "taken"), {"begin": "1"}, follow=True)

    assert "Begin draft 3" in before
    assert refused.status_code == 409
    assert "Begin draft 3 first: its text shows what is taken." in read(refused)
    assert told(begun) == ["Draft 3 is in preparation."]
    assert begun.context["form"]["text"].value() == "Connect every school by 2027."
    assert list(Answer.objects.all()) == []


def test_next_draft_that_a_colleague_began_is_not_begun_twice(closed, prepared, client):
    response = client.post(address(amend(closed), "taken"), {"begin": "1"}, follow=True)

    assert told(response) == ["The next draft is in preparation already."]
    assert closed.framework.drafts.count() == 2


def test_nothing_is_answered_while_the_draft_is_open(client, closed):
    closed.closes_at = timezone.now() + timedelta(days=1)
    closed.save()
    amendment = amend(closed)

    shown = client.get(address(amendment, "taken"))
    sent = client.post(address(amendment, "taken"), {"version": 0, "reason": "", "decide": "1"})

    assert "Proposals are answered when it has closed." in read(shown)
    assert shown.context["form"] is None
    assert sent.status_code == 422
    assert list(Answer.objects.all()) == []


def test_deletion_and_addition_say_what_they_do_to_the_next_draft(closed, prepared, client):
    deletion = amend(closed, 1, kind=AmendmentKind.DELETE)
    addition = amend(closed, 2, kind=AmendmentKind.ADD, text="Connect clinics.")

    deleted = read(client.get(address(deletion, "taken")))
    added = client.get(address(addition, "taken")).context["form"]["text"]
    post(client, deletion, "taken")
    post(client, addition, "taken", text="Connect every clinic.")

    assert "The paragraph is deleted from draft 3. Another answer puts it back." in deleted
    assert (added.label, added.value()) == (
        "Text of the new paragraph in draft 3",
        "Connect clinics.",
    )
    assert [each.text_en for each in prepared.wordings.order_by("position")] == [
        "Publish prices.",
        "Connect every clinic.",
    ]


def test_addition_at_the_beginning_stands_at_the_first_paragraph(closed, client):
    first = closed.wordings.get(position=1)
    AmendmentFactory(draft=closed, paragraph=None, kind=AmendmentKind.ADD, text="Read this.")

    response = client.get(
        reverse("admin:framework_framework_consolidate", args=[closed.framework.pk])
    )

    assert response.context["row"].wording == first
    assert "A new paragraph at the beginning:" in read(response)


def test_search_finds_words_and_organisations(closed, client):
    amend(closed, 1, text="Connect every school by 2027.")
    found = amend(closed, 2, member__organisation_name="Safaricom PLC")
    page = reverse("admin:framework_framework_consolidate", args=[closed.framework.pk])

    by_name = client.get(page, {"q": "safaricom"})
    by_words = client.get(page, {"q": "school BY"})
    nothing = client.get(page, {"q": "satellite"})

    assert [row.label for row, _url, _is_current in by_name.context["rows"]] == ["Action 1.2"]
    assert by_name.context["screen"].chosen.amendment == found
    assert by_words.context["row"].label == "Action 1.1"
    assert "No proposal has these words." in read(nothing)


def test_list_has_what_is_answered_only_if_it_is_asked_for(closed, client):
    AnswerFactory(amendment=amend(closed, 1))
    waiting = amend(closed, 2)

    short = client.get(address(waiting)).context["rows"]
    whole = client.get(address(waiting), {"list": "all"}).context

    assert [row.label for row, _url, _is_current in short] == ["Action 1.2"]
    assert [row.label for row, _url, _is_current in whole["rows"]] == ["Action 1.1", "Action 1.2"]
    assert whole["screen"].neighbours.previous.endswith("?list=all")
    assert whole["screen"].neighbours.next == ""


def test_internal_note_is_added_and_shown(closed, client):
    amendment = amend(closed)
    page = address(amendment)

    added = client.post(page, {"text": "Ask the regulator.", "after": "0"}, follow=True)
    empty = client.post(page, {"text": " ", "after": "0"})

    assert told(added) == ["Note added."]
    assert "Ask the regulator." in read(added)
    assert ParagraphNote.objects.get().paragraph == amendment.paragraph
    assert empty.status_code == 422


def test_page_of_a_colleague_says_who_reads_and_what_was_answered(closed, client):
    amendment = amend(closed, member__organisation_name="Safaricom PLC")
    chen = coordinator(closed.framework.focus_area, name="Chen Wei")
    place = address(amendment, page="consolidate_presence")
    client.post(place, {"entry_shown": "0"})
    answer_amendment(
        amendment=amendment,
        kind=AnswerKind.TAKEN,
        reason="",
        version=0,
        by=UserFactory(name="Ada Lovelace"),
        at=NOON,
    )

    seen = signed_in(chen).post(place, {"entry_shown": "0"}).json()

    assert seen["readers"] == "Amina Diallo is reading this now."
    assert "<bdi>Safaricom PLC</bdi>: Taken · <bdi>Ada Lovelace</bdi>" in seen["arrived"]


def test_nothing_to_answer_leads_to_the_framework(client, closed):
    response = client.get(
        reverse("admin:framework_framework_consolidate", args=[closed.framework.pk]), follow=True
    )

    assert told(response) == ["There are no proposals to answer."]
    assert response.redirect_chain == [(reverse(OVERVIEW, args=[closed.framework.pk]), 302)]


def test_amendment_of_another_paragraph_is_not_found(closed, client):
    amendment, other = amend(closed, 1), amend(closed, 2)

    response = client.get(address(amendment), {"proposal": other.pk})

    assert response.status_code == 404


def test_coordinator_of_another_area_sees_nothing(closed, prepared):
    amendment = amend(closed)
    stranger = signed_in(coordinator(FocusAreaFactory(number=2)))

    answers = [
        stranger.get(address(amendment, "taken")).status_code,
        stranger.post(address(amendment, "taken"), {"version": 0, "decide": "1"}).status_code,
        stranger.post(address(amendment, page="consolidate_presence")).status_code,
    ]

    assert answers == [404, 404, 404]
    assert list(Answer.objects.all()) == []


def test_observer_reads_and_answers_nothing(closed, prepared):
    amendment = amend(closed)
    reader = signed_in(observer())

    shown = reader.get(address(amendment, "taken"))
    sent = reader.post(address(amendment, "taken"), {"version": 0, "decide": "1"})

    assert shown.status_code == 200
    assert shown.context["form"] is None
    assert "Actions that you cannot do here" in read(shown)
    assert sent.status_code == 403
    assert list(Answer.objects.all()) == []


@pytest.mark.parametrize("visitor", ["focal point", "nobody"])
def test_people_who_are_not_staff_sign_in_first(closed, visitor, client):
    amendment = amend(closed)
    member = Member.objects.get(pk=amendment.member_id)
    account = UserFactory(email=member.focal_points.get().email, is_staff=False)
    client = signed_in(account)
    if visitor == "nobody":
        client.logout()

    response = client.get(address(amendment))

    assert response.status_code == 302
    assert "/login/" in response.url


@pytest.mark.parametrize("is_prepared", [True, False])
def test_page_takes_as_many_queries_for_nine_amendments_as_for_three(closed, client, is_prepared):
    if is_prepared:
        prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON)
    wordings = [*closed.wordings.order_by("position"), WordingFactory(draft=closed)]
    first = add_amendments(closed, wordings[0])
    queries_of(client, address(first, "merged"))
    few = queries_of(client, address(first, "merged"))
    for wording in wordings:
        add_amendments(closed, wording)

    many = queries_of(client, address(first, "merged"))

    assert many == few


def add_amendments(closed, wording):
    """Three amendments with supporters, recommendations, an answer, and a note."""
    made = [
        AmendmentFactory(draft=closed, paragraph=wording.paragraph, kind=kind)
        for kind in (AmendmentKind.CHANGE, AmendmentKind.COMMENT, AmendmentKind.ADD)
    ]
    for each in made:
        SupportFactory(amendment=each)
        RecommendationFactory(amendment=each)
    AnswerFactory(
        amendment=made[1], kind=AnswerKind.MERGED, merged_with=made[2], reason="Both ask for it."
    )
    ParagraphNoteFactory(draft=closed, paragraph=wording.paragraph)
    return made[0]


def test_framework_without_a_draft_has_nothing_to_answer():
    framework = FrameworkFactory()
    client = signed_in(coordinator(framework.focus_area))

    response = client.get(reverse("admin:framework_framework_consolidate", args=[framework.pk]))

    assert response.status_code == 302
