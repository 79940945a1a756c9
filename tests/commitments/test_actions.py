"""A commitment names up to three actions of an adopted Action Framework."""

import re
from uuid import uuid4

import pytest
from django.utils.translation import override

from commitments.forms.commitment import form_for
from commitments.models import Commitment
from commitments.services.content import as_json, content_of, from_json
from commitments.services.content_in_words import Reader, facts_of, versions_shown
from commitments.services.figures import refresh_figures
from commitments.services.register import matching
from focus_areas.models import FocusArea
from framework.models import DraftStatus
from framework.services.adopted_actions import actions_by_key
from members.services.decisions import withdraw
from privacy.services.erasure import erase_person
from tests.commitments.pages import LIST, in_status, page_of
from tests.commitments.register import published
from tests.commitments.writing import a_content, draft_of, own
from tests.factories import (
    NOON,
    CommitmentVersionFactory,
    FrameworkDraftFactory,
    WordingFactory,
)
from tests.framework.adopted import adopted, keys_of
from tests.triage.staff import desk_manager, officer

pytestmark = pytest.mark.django_db
# The first version has none.
REASON = {1: "", 2: "Another action."}
FIGURES = "/en/commitments/figures/"


@pytest.fixture
def keys():
    return keys_of(adopted("Connect schools.", "Share **towers**.", "Train people.", "Publish."))


def errors_of(person, actions):
    errors = form_for(own(draft_of(person, more={"actions": actions}))).errors
    return [error.sentence for error in errors.get("more", [])]


def test_form_states_the_actions_that_are_chosen(person, keys):
    form = form_for(own(draft_of(person, more={"actions": keys[:3]})))

    assert form.errors == {}
    assert form.content().actions == tuple(keys[:3])


def test_fourth_action_is_refused_at_the_field(person, keys):
    assert errors_of(person, keys) == ["Choose three actions or fewer."]


def test_action_of_another_area_or_of_no_adopted_draft_is_refused(person, keys):
    [of_another] = keys_of(adopted("Teach.", focus_area=FocusArea.objects.get(number=2)))
    open_draft = FrameworkDraftFactory(framework__focus_area=FocusArea.objects.get(number=3))
    not_adopted = str(WordingFactory(draft=open_draft).paragraph.key)
    is_new = str(WordingFactory(draft=FrameworkDraftFactory()).paragraph.key)

    for key in (of_another, not_adopted, is_new, "nonsense"):
        assert errors_of(person, [key]) == [
            "This is no action that the working group of this focus area adopted."
        ], key


def test_form_offers_numbers_and_sentences_in_the_language_of_the_page(mine, person, keys):
    draft = draft_of(person)
    wording = actions_by_key(keys)[keys[1]]

    page = mine.get(page_of(draft, "edit/more/"))

    assert wording.words == "1.2 Share towers."
    for words in ("1.1 Connect schools.", "1.2 Share towers.", "1.4 Publish."):
        assert words in page.text


def test_form_does_not_ask_without_an_adopted_framework(mine, person):
    page = mine.get(page_of(draft_of(person), "edit/more/"))

    assert "Action Framework" not in page.text


def test_form_offers_actions_of_a_framework_that_is_not_public_to_its_group_alone(person):
    area = FocusArea.objects.get(number=2)
    adopted("Teach teachers.", focus_area=area, is_public=False)
    draft = own(draft_of(person, what={"focus_area": [str(area.pk)]}))

    def offered():
        return [
            str(words) for _key, words in form_for(draft).parts["more"].fields["actions"].choices
        ]

    assert offered() == []
    draft.lead.focus_area = area
    assert offered() == ["2.1 Teach teachers."]


def test_action_that_a_later_draft_dropped_stays_and_says_so(client, person):
    first, second = paragraphs = adopted("Connect schools.", "Share towers.")
    commitment = published(actions=keys_of(paragraphs))
    later = FrameworkDraftFactory(framework=first.framework, status=DraftStatus.ADOPTED)
    WordingFactory(draft=later, paragraph=second, text_en="Share every tower.")

    page = client.get(f"/en/commitments/{commitment.reference}/")

    assert "1.1 Connect schools. (no longer in the framework)" in page.text
    assert f'#{second.key}">1.1 Share every tower.</a>' in page.text
    assert commitment.actions == keys_of(paragraphs)
    assert errors_of(person, keys_of(paragraphs)) == []


def test_public_reads_no_sentence_of_a_framework_that_is_not_public(client):
    [key] = keys_of(adopted("Connect schools.", is_public=False))
    commitment = published(actions=[key])

    page = client.get(f"/en/commitments/{commitment.reference}/")

    assert "Connect schools" not in page.text
    assert "Serves the actions" in page.text
    content = content_of(commitment)
    facts = {fact.key: fact for fact in facts_of(content, reader=Reader.STAFF)}
    assert facts["actions"].lines == ("1.1 Connect schools.",)


def test_versions_keep_the_keys_and_say_what_changed(person, keys):
    commitment = in_status(person, "published")
    for number, actions in enumerate((keys[:1], keys[1:2]), start=1):
        content = as_json(a_content(actions=tuple(actions)))
        CommitmentVersionFactory(
            commitment=commitment, number=number, content=content, reason=REASON[number]
        )

    newest, first = versions_shown(commitment.versions.all())

    [change] = newest.changes
    assert change.label == "Serves the actions"
    assert [fact.lines for fact in first.facts if fact.key == "actions"] == [
        ("1.1 Connect schools.",)
    ]


def test_content_from_before_has_no_actions(person):
    facts = as_json(a_content())
    del facts["actions"]

    assert from_json(facts).actions == ()


@pytest.mark.both_databases
def test_register_finds_the_commitments_of_an_action(client, keys):
    refresh_figures(at=NOON)
    mine = published(title="Mine", actions=[keys[0], keys[1]])
    published(title="Other", actions=[keys[1]])
    published(title="None")

    page = client.get(f"/en/commitments/?action={keys[0]}")
    figures = client.get(f"{FIGURES}?action={keys[0]}")

    assert list(matching({"action": keys[0]})) == [mine]
    assert [row.commitment for row in page.context["rows"]] == [mine]
    assert "1.1 Connect schools." in page.text
    assert f"figures/?action={keys[0]}" in page.text
    assert figures.context["figures"].everything.commitments == 1
    assert f'name="action" value="{keys[0]}"' in figures.text
    exported = client.get(f"/data/commitments.csv?action={keys[0]}").getvalue().decode()
    assert mine.reference in exported
    assert " ".join(mine.actions) in exported
    assert exported.count("\n") == 2


def test_register_ignores_what_is_no_action(client, keys):
    refresh_figures(at=NOON)
    heading = str(uuid4())

    page = client.get(f"/en/commitments/?action={heading}")

    assert "is not a valid filter and was ignored" in page.text
    assert client.get(f"/data/commitments.csv?action={heading}").status_code == 400


def test_begin_opens_a_draft_with_the_action_chosen(mine, person, keys):
    page = mine.get(f"{LIST}?action={keys[1]}")
    assert "1.2 Share towers." in page.text

    mine.post(
        f"{LIST}begin/",
        {
            "member": person.member.reference,
            "submission_key": str(page.context["submission_key"]),
            "action": keys[1],
        },
    )

    form = form_for(Commitment.objects.get())
    assert form.content().actions == (keys[1],)
    assert form.content().focus_area == FocusArea.objects.get(number=1).pk


def test_begin_ignores_an_action_that_does_not_exist(mine, person):
    facts = {"member": person.member.reference, "submission_key": str(uuid4())}

    mine.post(f"{LIST}begin/", {**facts, "action": str(uuid4())})

    assert Commitment.objects.get().typed == {}


@pytest.mark.parametrize("number", [3, 9])
def test_words_are_read_with_one_query(django_assert_num_queries, number):
    keys = keys_of(adopted(*(f"Action {each}" for each in range(number))))

    with django_assert_num_queries(1):
        found = actions_by_key(keys)

    assert list(found) == keys


def test_words_are_in_the_language_of_the_reader():
    [paragraph] = adopted("Connect schools.")
    paragraph.wordings.update(text_ar="ربط المدارس.")

    with override("ar"):
        action = actions_by_key([str(paragraph.key)])[str(paragraph.key)]

    assert (action.text, action.language) == ("ربط المدارس.", "ar")


def test_erasure_of_a_person_leaves_the_actions(person, keys):
    commitment = in_status(person, "published", content=a_content(actions=tuple(keys[:2])))
    version = CommitmentVersionFactory(
        commitment=commitment, content=as_json(a_content(actions=tuple(keys[:2])))
    )
    withdraw(member=person.member, by=officer(), at=NOON)

    erase_person(address=person.email, by=desk_manager(), at=NOON)

    version.refresh_from_db()
    assert own(commitment).actions == version.content["actions"] == keys[:2]


def test_change_of_the_actions_is_a_correction_like_any_other(mine, person, keys):
    content = a_content(actions=(keys[0],))
    commitment = in_status(person, "information_requested", content=content)
    shown = mine.get(page_of(commitment, "edit/more/"))
    [checked] = [each for each in re.findall(r"<input[^>]*>", shown.text) if " checked" in each]
    assert keys[0] in checked

    mine.post(
        page_of(commitment, "edit/more/"),
        {"actions": [keys[1]], "draft_version": "0", "page": "first", "typed_in": "en"},
    )

    assert form_for(own(commitment)).content().actions == (keys[1],)
