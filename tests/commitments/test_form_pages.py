"""The pages on which a lead writes a commitment: kept, checked and sent."""

import json
from uuid import uuid4

import pytest

from commitments.models import Commitment, CommitmentStatus
from commitments.services.drafts import typed_part, typed_version
from outbox.models import Message
from tests.commitments.pages import LIST, in_status, page_of, posted, send
from tests.commitments.writing import TYPED, draft_of, own
from tests.factories import NOON, CommitmentFactory, UserFactory
from tests.participation.people import focal_point_in
from tests.queries import queries_of


@pytest.fixture
def draft(person):
    return draft_of(person)


# The list


def test_list_is_empty_at_first_and_says_what_will_be_there(mine):
    response = mine.get(LIST)

    assert "There are none yet." in response.text
    assert "Begin a commitment" in response.text


def test_list_says_what_waits_for_the_lead(mine, person, draft):
    in_status(person, "information_requested", title="Asked")
    CommitmentFactory(lead=person.member, status="published", next_report_on=NOON.date())
    CommitmentFactory(title="Of somebody else")

    rows = mine.get(LIST).context["rows"]

    assert [(str(each.status), waiting) for each, _title, waiting in rows] == [
        ("published", ["A report is due"]),
        ("information_requested", ["A question waits for your answer"]),
        ("draft", ["Not sent yet"]),
    ]
    assert rows[2][1] == "Fibre and satellite to 1,200 schools"


def test_begin_is_for_an_organisation_of_the_person(mine, person):
    other = focal_point_in(person.member.focus_area, email="other@example.org").member

    response = mine.post(
        f"{LIST}begin/", {"member": other.reference, "submission_key": str(uuid4())}
    )

    assert response.status_code == 404
    assert mine.post(f"{LIST}begin/", {}).status_code == 302
    assert not Commitment.objects.exists()


def test_focal_point_of_several_members_chooses_one(mine, person):
    second = focal_point_in(
        person.member.focus_area, "Second organisation", email=person.email, is_alternate=True
    )

    page = mine.get(LIST)
    begun = mine.post(
        f"{LIST}begin/", {"member": second.member.reference, "submission_key": str(uuid4())}
    )

    draft = Commitment.objects.get()
    assert "Which organisation makes it?" in page.text
    assert draft.lead == second.member
    assert begun["Location"] == page_of(draft, "edit/what/")


# The parts


@pytest.mark.parametrize(
    ("part", "anchor"),
    [("what", "what-is-a-commitment"), ("money", "money"), ("partners", "partners")],
)
def test_part_leads_to_its_question_in_the_help(mine, draft, part, anchor):
    response = mine.get(page_of(draft, f"edit/{part}/"))

    assert response.text.count(f'href="/en/help/#{anchor}"') == 1


def test_first_pages_of_a_new_draft_are_prepared(mine, person):
    draft = draft_of(person)
    Commitment.objects.update(typed={})

    page = mine.get(page_of(draft, "edit/what/", "fr")).context
    places = mine.get(page_of(draft, "edit/places/")).context["form"]
    money = mine.get(page_of(draft, "edit/money/")).context["form"]

    assert page["form"]["language"].value() == "fr"
    assert page["form"]["focus_area"].value() == str(person.member.focus_area.pk)
    assert (len(places.rows), len(money.rows)) == (3, 0)
    assert (page["errors"], page["gaps"]) == ([], [])


def test_valid_part_is_kept_and_leads_to_the_next(mine, draft):
    response = mine.post(
        page_of(draft, "edit/targets/"), posted("targets", **{"target-0-value": "1,500"})
    )

    assert response["Location"] == page_of(draft, "edit/places/")
    assert typed_part(own(draft), "targets").fields["target-0-value"] == ["1,500"]


def test_wrong_part_is_kept_and_shown_again_with_its_errors(mine, draft):
    response = mine.post(
        page_of(draft, "edit/targets/"), posted("targets", **{"target-0-value": "many"})
    )
    page = mine.get(response["Location"])

    assert response["Location"] == page_of(draft, "edit/targets/?errors=1")
    assert page.context["errors"][0].field_id == "id_target-0-value"
    assert 'href="#id_target-0-value"' in page.text
    assert 'value="many"' in page.text
    assert page.text.index("autofocus") < page.text.index("<h1>")


def test_wrong_part_does_not_hold_up_who_wants_to_see_the_whole(mine, draft):
    fields = posted("targets", **{"target-0-value": "many"}, check="1")

    response = mine.post(page_of(draft, "edit/targets/"), fields)

    assert response["Location"] == page_of(draft, "check/")
    assert "Enter only the number in figures" in mine.get(response["Location"]).text


def test_rows_are_added_and_removed_by_buttons(mine, draft):
    address = page_of(draft, "edit/targets/")

    added = mine.post(address, posted("targets", add="target"))
    names = typed_part(own(draft), "targets").fields
    removed = mine.post(address, posted("targets", remove="0"))

    assert added["Location"] == f"{address}#target-1"
    assert {"target-0-key", "target-1-key"} <= names.keys()
    assert removed["Location"] == f"{address}#rows"
    assert typed_part(own(draft), "targets").fields == {}
    assert len(mine.get(address).context["form"].rows) == 1


@pytest.mark.parametrize("odd", ["-1", "x", "١", "9" * 30])
def test_odd_number_of_a_row_removes_nothing(mine, draft, odd):
    mine.post(page_of(draft, "edit/targets/"), posted("targets", remove=odd))

    assert "target-0-key" in typed_part(own(draft), "targets").fields


def test_language_switch_keeps_the_form_and_the_meaning_of_its_numbers(mine, draft):
    fields = posted("money", switch="es")

    response = mine.post(page_of(draft, "edit/money/", "es"), fields)
    page = mine.get(response["Location"])

    assert response["Location"] == page_of(draft, "edit/money/", "es")
    assert typed_part(own(draft), "money").language == "en"
    assert page.context["form"].rows[0]["original"].value() == "31.000.000"


def test_two_pages_open_at_once_keep_both_texts(mine, draft):
    address = page_of(draft, "edit/what/")
    mine.post(address, posted("what", title="First", page="one"))

    response = mine.post(address, posted("what", title="Second", page="two"))
    page = mine.get(response["Location"])

    assert response["Location"] == f"{address}?version=other"
    assert page.context["form"]["title"].value() == "Second"
    assert mine.get(address).context["form"]["title"].value() == "First"
    assert ("is_other", "1") in page.context["page_fields"]
    assert page.context["differences"] == [("Title", ["First"], ["Second"])]
    assert f"{address}?version=other" in mine.get(page_of(draft, "check/")).text


def test_third_text_is_compared_before_it_replaces_the_first(mine, draft):
    address = page_of(draft, "edit/what/")
    for title, page in (("First", "one"), ("Second", "two")):
        mine.post(address, posted("what", title=title, page=page))

    refused = mine.post(address, posted("what", title="Third", page="three"))
    shown = dict(refused.context["page_fields"])
    saved = mine.post(address, posted("what", title="Third", **shown))

    assert refused.status_code == 409
    assert refused.context["form"]["title"].value() == "Third"
    assert refused.context["differences"] == [("Title", ["First"], ["Third"])]
    assert saved.status_code == 302
    assert mine.get(address).context["form"]["title"].value() == "Third"


def test_script_saves_and_is_told_the_version(mine, draft):
    address = page_of(draft, "edit/what/")

    saved = mine.post(address, posted("what", title="Typed", keep="1"))
    other = mine.post(address, posted("what", title="Other", keep="1", page="two"))

    assert json.loads(saved.content)["version"] == typed_version(own(draft)) - 1
    assert other.status_code == 409
    assert "another window" in json.loads(other.content)["refusal"]


@pytest.mark.parametrize("keep", [{}, {"keep": "1"}])
def test_what_was_taken_meanwhile_is_not_kept_and_nothing_typed_is_lost(mine, draft, person, keep):
    Commitment.objects.filter(pk=draft.pk).delete()
    taken = {"lead": person.member, "assignee": UserFactory()}
    CommitmentFactory(pk=draft.pk, reference=draft.reference, **taken)

    response = mine.post(page_of(draft, "edit/what/"), posted("what", title="Mine", **keep))

    assert response.status_code == 409
    assert keep or response.context["form"]["title"].value() == "Mine"


def test_list_of_parts_says_which_are_done(mine, person):
    draft = draft_of(person, targets={"target-0-by": ""})
    draft.typed["parts"].pop("more")
    draft.save()

    parts = mine.get(page_of(draft, "edit/what/")).context["parts"]

    assert [str(part) for part, _title, is_done in parts if not is_done] == ["targets", "more"]


def test_odd_name_of_a_page_is_not_kept(mine, draft):
    mine.post(page_of(draft, "edit/what/"), posted("what", title="Other", page="a\x00b"))

    assert own(draft).typed["parts"]["what"]["page"] == ""


def test_unknown_part_or_reference_does_not_exist(mine, draft):
    assert mine.get(page_of(draft, "edit/nothing/")).status_code == 404
    assert mine.get(f"{LIST}C-%00/").status_code == 404


@pytest.mark.parametrize("part", TYPED)
def test_part_takes_as_many_queries_for_three_rows_as_for_one(mine, draft, part):
    address = page_of(draft, f"edit/{part}/")
    number = queries_of(mine, address)
    for _n in "12":
        mine.post(address, {**posted(part), "add": "row", "page": "first"})

    assert queries_of(mine, address) == number


# Read and send


def test_draft_is_read_and_sent(mine, draft):
    address = page_of(draft, "check/")

    page = mine.get(address).text
    response = send(mine, address, publication_consent="on")

    # What is missing to follow it does not hold it up.
    assert "has no number at the start" in page
    assert "You can send it without" in page
    assert response["Location"] == page_of(draft)
    assert own(draft).status == CommitmentStatus.SUBMITTED
    assert Message.objects.count() == 2
    assert "The commitment is sent." in mine.get(response["Location"]).text


def test_draft_with_errors_is_not_sent_and_says_where_they_are(mine, person):
    draft = draft_of(person, targets={"target-0-by": ""})

    response = send(mine, page_of(draft, "check/"))

    assert response.status_code == 422
    assert "Enter by when it will be reached." in response.text
    assert "Tick that the commitment may be published." in response.text
    assert f"{page_of(draft, 'edit/targets/')}?errors=1#id_target-0-by" in response.text
    # Advice for a part comes once its required answers are there.
    assert "has no number at the start" not in response.text
    assert "You can send it without" not in response.text
    assert own(draft).status == CommitmentStatus.DRAFT


def test_check_of_an_empty_target_shows_nothing_of_it(mine, person):
    nothing = {f"target-0-{name}": "" for name in ("indicator", "value", "unit", "by")}
    draft = draft_of(person, targets=nothing)

    page = mine.get(page_of(draft, "check/")).text

    assert "Enter what you will measure." in page
    assert "reached by" not in page


def test_draft_that_a_colleague_changed_meanwhile_is_shown_again(mine, draft):
    address = page_of(draft, "check/")
    form = mine.get(address).context["form"]
    seen = {name: form[name].value() for name in ("version", "seen")}
    mine.post(page_of(draft, "edit/what/"), posted("what", title="Changed"))

    response = mine.post(address, {**seen, "publication_consent": "on"})
    fields = {name: response.context["form"][name].value() for name in ("version", "seen")}

    assert response.status_code == 409
    assert "changed in another window" in response.text
    assert "Changed" in response.text
    again = mine.post(address, {**fields, "publication_consent": "on"})
    assert again.status_code == 302, again.context["form"].errors


def test_similar_one_is_shown_beside_until_it_is_confirmed(mine, person, draft):
    other = in_status(person, "published")
    address = page_of(draft, "check/")

    response = send(mine, address, publication_consent="on")

    assert response.status_code == 409
    assert [each["commitment"] for each in response.context["similar"]] == [other]
    assert response.context["form"]["publication_consent"].value()
    confirmed = send(mine, address, publication_consent="on", other_than=other.reference)
    assert confirmed["Location"] == page_of(draft)


def test_draft_is_deleted_after_a_question(mine, draft):
    address = page_of(draft, "discard/")

    asked = mine.get(address)
    without = mine.post(address)
    response = mine.post(address, {"delete": "1"})

    assert "It cannot be restored." in asked.text
    assert without.status_code == 422
    assert response["Location"] == LIST
    assert not Commitment.objects.exists()


def test_own_page_links_to_the_commitments(mine):
    assert LIST in mine.get("/en/my/").text
