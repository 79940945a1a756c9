from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from framework.models import (
    AmendmentKind,
    Answer,
    AnswerKind,
    ParagraphNote,
)
from framework.services.answers import answer_amendment
from framework.services.drafts import prepare_next_draft
from members.models import Member
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocusAreaFactory,
    FrameworkFactory,
    ParagraphNoteFactory,
    RecommendationFactory,
    SupportFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.consolidating import OVERVIEW, a_closed_draft, address, amend, post
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, read, signed_in, told


@pytest.fixture
def closed():
    return a_closed_draft()


@pytest.fixture
def prepared(closed):
    return prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON)


@pytest.fixture
def amina(closed):
    return coordinator(closed.framework.focus_area, name="Amina Diallo")


@pytest.fixture
def client(amina):
    return signed_in(amina)


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
