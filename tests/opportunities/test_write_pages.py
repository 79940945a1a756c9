"""The pages on which a member writes a need or an offer, and changes it."""

import pytest
from django.urls import reverse

from core.models import AttemptCount
from members.services.private_links import LinkPurpose, token_for
from opportunities.forms.opportunity import OpportunityForm
from opportunities.models import Opportunity, OpportunityStatus
from opportunities.services.content import Where, content_of
from tests.factories import (
    FocusAreaFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    OpportunityEventFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    PillarFactory,
    SupportOfferedFactory,
    UserFactory,
    WordingFactory,
)
from tests.language_switch import assert_kept_in_both_directions
from tests.opportunities.writing import a_writer, fields
from tests.participation.people import signed_in_as
from tests.queries import queries_of


@pytest.fixture
def person():
    return a_writer(organisation_name="Ministry of Somewhere")


def path(person, page="write", *arguments):
    """The path of a page by the private link of a focal point."""
    token = token_for(person, LinkPurpose.OPPORTUNITIES)
    return reverse(f"opportunities:{page}_by_link", args=[token, *(arguments or ["need"])])


def an_own(person, status=OpportunityStatus.OPEN, **facts):
    """A need with a place and a kind of support."""
    facts = {"focus_area": person.member.focus_area, **facts}
    row = OpportunityFactory(member=person.member, status=status, **facts)
    OpportunityPlaceFactory(opportunity=row)
    SupportOfferedFactory(opportunity=row)
    return row


def kept():
    return Opportunity.objects.get(status="draft")


# Writing


def test_need_begins_with_the_country_and_focus_area_of_the_member(client, person):
    form = client.get(path(person)).context["form"]

    assert (form["places"].value(), form["focus_area"].value()) == ("Niger", 2)
    assert "regions" not in form.fields
    assert not form.is_unfolded


def test_link_of_a_gap_chooses_the_country_and_the_pillar(client, person):
    pillar = PillarFactory(focus_area=FocusAreaFactory(number=3))

    page = client.get(path(person, "write", "offer") + f"?country=TD&pillar={pillar.pk}&area=x")
    other = client.get(path(person) + f"?country=XX&pillar=a&area={pillar.focus_area.slug}")

    form = page.context["form"]
    chosen = [form[name].value() for name in ("places", "pillar", "focus_area")]
    assert chosen == ["Chad", pillar.pk, pillar.focus_area_id]
    assert form.is_unfolded
    form = other.context["form"]
    assert (form["places"].value(), form["focus_area"].value()) == ("Niger", pillar.focus_area_id)


def test_need_is_sent_in_the_name_of_the_organisation(client, person):
    typed = fields(
        person,
        supports=["content", "training"],
        places="Tchad\nNiger; Mali",
        until="2028-12-31",
        details="Two rooms.",
        language="fr",
        title_en="Training",
    )

    answer = client.post(path(person), typed)

    assert answer["Location"] == reverse(
        "opportunities:mine_by_link", args=[token_for(person, LinkPurpose.OPPORTUNITIES)]
    )
    row = Opportunity.objects.get()
    assert (row.status, row.member, row.sent_by) == ("sent", person.member, person)
    content = content_of(row)
    assert content.supports == ("training", "content")
    assert content.places == (Where(country="TD"), Where(country="NE"), Where(country="ML"))
    assert (content.details, str(content.until), content.title_en) == (
        "Two rooms.",
        "2028-12-31",
        "Training",
    )
    assert "Our team reads it" in client.get(answer["Location"]).text


def test_offer_is_sent_for_regions_groups_and_countries(client, person):
    typed = fields(person, regions=["AFR", "LDC"], places="Fiji\nأوروبا")

    client.post(path(person, "write", "offer"), typed)

    assert content_of(Opportunity.objects.get()).places == (
        Where(region="AFR"),
        Where(group="LDC"),
        Where(country="FJ"),
        Where(region="EUR"),
    )


def test_offer_for_the_whole_world_is_for_all_regions(client, person):
    client.post(path(person, "write", "offer"), fields(person, places="Le monde entier"))

    places = content_of(Opportunity.objects.get()).places
    assert [place.region for place in places] == ["AFR", "AMS", "ARB", "ASP", "CIS", "EUR"]


def test_second_click_sends_once(client, person):
    answers = [client.post(path(person), fields(person)).status_code for _click in range(2)]

    assert answers == [302, 302]
    assert Opportunity.objects.count() == 1


def test_signed_in_focal_point_writes_for_the_chosen_organisation(person):
    other = a_writer(organisation_name="Institute of Elsewhere")
    type(other).objects.filter(pk=other.pk).update(email=person.email)
    browser = signed_in_as(person)
    address = reverse("opportunities:write", args=["need"])

    first = browser.get(address)
    browser.post(f"{address}?for={other.member_id}", fields(other))

    assert "Institute of Elsewhere" in first.text
    assert first.context["person"].member_id == person.member_id
    assert Opportunity.objects.get().member_id == other.member_id


def test_others_sign_in_or_read_how_to_join(client):
    address = reverse("opportunities:write", args=["offer"])

    stranger = client.get(address)
    client.force_login(UserFactory(is_staff=False))
    nobody = client.get(address)

    assert stranger["Location"] == f"{reverse('accounts:sign_in_code')}?next={address}"
    assert nobody.status_code == 403
    assert "How to join the coalition" in nobody.text


def test_invalid_link_and_unknown_kind_are_not_found(client, person):
    refused = client.get(path(person).replace("/write/", "x/write/"))

    assert refused.status_code == 404
    assert "This link no longer works" in refused.text
    assert client.get(path(person, "write", "wish")).status_code == 404


# Errors


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"title": ""}, "title", "Say it in one line."),
        ({"title": "See itu.int"}, "title", "such as “itu.int”"),
        ({"supports": []}, "supports", "Choose one kind of support or more."),
        ({"text": ""}, "text", "Describe it in a few sentences."),
        ({"text": "word " * 151}, "text", "150 words or fewer; it has 151."),
        ({"text": "Call +227 20 73 45 67"}, "text", "such as “+227 20 73 45 67”"),
        ({"details": "a@b.example"}, "details", "such as “a@b.example”"),
        ({"details": "word " * 101}, "details", "100 words or fewer; it has 101."),
        ({"places": ""}, "places", "Enter a country."),
        ({"places": "Burkina Fasso"}, "places", "“Burkina Fasso” could be: Burkina Faso."),
        ({"places": "Niger, Guinee\nXyzzy"}, "places", "We do not know the place “Xyzzy”."),
        ({"places": "Africa"}, "places", "“Africa” is no country."),
        (
            {
                "places": "Chad\n"
                * 2
                + "Mali, Togo, Benin, Ghana, Kenya, Niger, Gabon, Egypt, Iran, "
                "Fiji"
            },
            "places",
            "Enter at most 10 countries; these are 11.",
        ),
        ({"until": "soon"}, "until", "Enter a day as year, month and day"),
    ],
)
def test_error_is_shown_at_its_field_and_what_is_typed_is_kept(
    client, person, typed, name, sentence
):
    page = client.post(path(person), fields(person, **typed))

    form = page.context["form"]
    assert (page.status_code, list(form.errors)) == (422, [name])
    assert sentence in form.errors[name][0]
    assert f'href="#{form[name].auto_id}"' in page.text
    assert form.is_unfolded == (name in ("details", "until"))
    assert kept().typed["title"] == typed.get("title", "Training for 900 teachers")


@pytest.mark.parametrize("regions", [[], ["XX"]])
def test_offer_needs_a_place(client, person, regions):
    typed = fields(person, regions=regions, places="")

    page = client.post(path(person, "write", "offer"), typed)

    assert list(page.context["form"].errors) == ["regions"]


def test_pillar_and_action_are_of_the_focus_area(client, person):
    pillar = PillarFactory(focus_area=FocusAreaFactory(number=3))
    framework = FrameworkFactory(focus_area=pillar.focus_area)
    framework.is_public = True
    framework.save()
    draft = FrameworkDraftFactory(framework=framework, status="adopted")
    key = str(WordingFactory(draft=draft, kind="action").paragraph.key)

    page = client.post(path(person), fields(person, pillar=str(pillar.pk), action=key))

    assert page.context["form"].errors == {
        "pillar": ["This pillar belongs to another focus area."],
        "action": ["This action belongs to another focus area."],
    }


def test_action_of_the_members_own_framework_is_sent(client, person):
    framework = FrameworkFactory(focus_area=person.member.focus_area)
    draft = FrameworkDraftFactory(framework=framework, status="adopted")
    key = str(WordingFactory(draft=draft, kind="action").paragraph.key)
    theirs = FrameworkDraftFactory(
        framework=FrameworkFactory(focus_area=FocusAreaFactory(number=4)),
        status="adopted",
    )
    other = str(WordingFactory(draft=theirs, kind="action").paragraph.key)

    form = client.get(path(person)).context["form"]
    client.post(path(person), fields(person, action=key))

    hidden = client.post(path(person, "write", "offer"), fields(person, action=other, text=""))

    assert key in str(form["action"])
    assert other not in str(form["action"])
    assert "action" in hidden.context["form"].errors
    assert other not in hidden.text
    assert Opportunity.objects.get(kind="need").action == key


def test_title_in_english_is_left_out_of_an_english_text(person):
    form = OpportunityForm(
        {**fields(person), "supports": "training", "title_en": "Twice"},
        kind="need",
        member=person.member,
    )

    assert form.is_valid()
    assert form.content().title_en == ""


# Kept as it is typed


def test_typed_text_is_kept_shown_again_and_deleted(client, person):
    typed = fields(person, supports=["money", "content"], text="")
    del typed["send"]

    client.post(path(person), {**typed, "keep": "1"})
    page = client.get(path(person))
    form = page.context["form"]
    version = str(form["draft_version"].value())
    client.post(path(person), {**typed, "draft_version": version, "discard": "1"})

    assert form["supports"].value() == ["money", "content"]
    assert form.errors == {}
    assert f"typed before by <bdi>{person.full_name}</bdi>" in page.text
    assert not Opportunity.objects.exists()


def test_untouched_form_keeps_nothing(client, person):
    form = client.get(path(person)).context["form"]
    typed = {field.html_name: field.value() or "" for field in form}

    page = client.post(path(person), {**typed, "save": "1"})

    assert page.status_code == 409
    assert not Opportunity.objects.exists()


def test_other_window_is_kept_beside_and_compared(client, person):
    typed = fields(person, save="1")
    del typed["send"]
    client.post(path(person), typed)

    answer = client.post(path(person), {**typed, "page": "two", "supports": ["money"]})
    page = client.get(answer["Location"])

    assert answer["Location"].endswith("?version=other")
    [difference] = page.context["differences"]
    assert (difference.was, difference.now) == (["Training"], ["Money"])


def test_page_of_what_a_colleague_sent_shows_what_is_typed(client, person):
    typed = fields(person)
    client.post(path(person), {**typed, "keep": "1"})
    version = kept().version
    client.post(path(person), {**typed, "draft_version": str(version)})

    later = {**typed, "title": "Something else", "draft_version": str(version)}
    page = client.post(path(person), later)

    assert page.status_code == 409
    assert "sent or deleted in another window" in page.text
    assert page.context["form"]["title"].value() == "Something else"
    assert Opportunity.objects.get().title == "Training for 900 teachers"


def test_language_switch_keeps_what_is_typed(client, person):
    PillarFactory(focus_area=person.member.focus_area)
    address = path(person, "write", "offer")

    assert_kept_in_both_directions(
        client, client.get(address), changes={"supports": ["money", "content"]}
    )

    assert not Opportunity.objects.exists()


def test_too_many_saves_are_refused(client, person):
    AttemptCount.objects.all().delete()
    client.post(path(person), fields(person, keep="1"))
    AttemptCount.objects.update(number=600)

    page = client.post(path(person), fields(person))

    assert page.status_code == 429
    assert page.headers["Retry-After"]
    assert kept().title == ""


# Changing


def test_change_of_an_open_one_waits_for_staff(client, person):
    row = an_own(person)
    address = path(person, "change", row.reference)

    page = client.get(address)
    typed = fields(person, title="Training for 500", draft_version=str(row.version))
    answer = client.post(address, typed)

    assert page.context["form"]["places"].value() == "Niger"
    assert "data-keep" not in page.text
    row.refresh_from_db()
    assert (answer.status_code, row.title) == (302, "Training for 900 teachers")
    assert row.proposed["title"] == "Training for 500"
    again = client.get(address)
    assert again.context["form"]["title"].value() == "Training for 500"
    assert "What you send now takes its place" in again.text


def test_question_of_staff_is_shown_and_answered(client, person):
    row = an_own(person, "question_asked")
    for note, is_shared in (("Which <b>rooms</b>?", True), ("Undone", False)):
        OpportunityEventFactory(
            opportunity=row, kind="question_asked", note=note, is_shared=is_shared
        )
    address = path(person, "change", row.reference)

    page = client.get(address)
    client.post(address, fields(person, details="Two.", draft_version=str(row.version)))

    assert "<p>Which &lt;b&gt;rooms&lt;/b&gt;?</p>" in page.text
    assert "Undone" not in page.text
    row.refresh_from_db()
    assert (row.status, row.details) == ("sent", "Two.")


def test_change_with_an_error_keeps_nothing_and_shows_what_is_typed(client, person):
    row = an_own(person)
    typed = fields(person, title="New", text="", draft_version=str(row.version))

    page = client.post(path(person, "change", row.reference), typed)

    assert (page.status_code, list(page.context["form"].errors)) == (422, ["text"])
    assert page.context["form"]["title"].value() == "New"
    row.refresh_from_db()
    assert (row.proposed, row.typed) == (None, {})


def test_change_from_an_old_page_is_compared_with_what_a_colleague_sent(client, person):
    row = an_own(person)
    typed = fields(person, title="New", draft_version="0")

    page = client.post(path(person, "change", row.reference), typed)

    assert page.status_code == 409
    assert "changed in another window or by a colleague" in page.text
    assert page.context["differences"][0].was == ["Training for 900 teachers"]
    assert page.context["form"]["draft_version"].value() == str(row.version)


def test_what_has_ended_cannot_be_changed(client, person):
    row = an_own(person, "expired")

    answer = client.get(path(person, "change", row.reference), follow=True)

    assert answer.redirect_chain[0][0].endswith("/mine/")
    assert "This is not possible: the status is “Expired”." in answer.text


def test_one_of_another_organisation_or_not_sent_is_not_found(client, person):
    theirs = an_own(a_writer())
    unsent = OpportunityFactory(member=person.member, status="draft", title="", text="")

    for row in (theirs, unsent):
        assert client.get(path(person, "change", row.reference)).status_code == 404


def test_form_asks_as_much_with_many_pillars_and_countries(client, person):
    address = path(person, "write", "offer")
    client.post(address, fields(person, keep="1", places="Niger"))
    one = queries_of(client, address)
    for number in (1, 2, 3, 4):
        PillarFactory(focus_area=FocusAreaFactory(number=number))
    client.post(address, fields(person, keep="1", places="Niger\nMali\nChad"))

    assert queries_of(client, address) == one
