import pytest
from django.urls import reverse

from members.models import FocalPoint, Member, MemberStatus, TimelineEntry
from members.services.corrections import correct_answers
from members.services.decisions import admit_to_focus_area
from members.services.private_links import LinkPurpose, token_for
from outbox.models import Message
from tests.eoi.form import carried_by, text_of, value_of, words_of
from tests.eoi.own import own_person
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.hostile.pages import Page


@pytest.fixture
def person():
    member = MemberFactory(
        reference="P2C-7K3MQ9",
        organisation_name="Minstry of Health",
        country="KE",
        website="https://example.org",
        first_choice=FocusAreaFactory(number=1, slug="connecting-people-everywhere"),
    )
    return FocalPointFactory(
        member=member,
        given_name="Wanjikũ",
        family_name="Ng’ang’a",
        position="Director",
        email="wanjiku@example.org",
        phone="+254712345678",
        time_zone="Africa/Nairobi",
    )


def address(person, page="correct"):
    return reverse(f"eoi:{page}", args=[token_for(person, LinkPurpose.EOI)])


def as_shown(client, person, **changes):
    """The form data as the page shows it, with some changes."""
    path = address(person)
    fields = Page(client.get(path)).fields_of(path)
    for name, value in changes.items():
        fields[name] = value if isinstance(value, list) else [value]
    return fields


def confirmed(client, person, **changes):
    """The form data that the page of changes sends."""
    checked = client.post(address(person), as_shown(client, person, **changes))
    assert checked.status_code == 200
    return carried_by(checked)


def test_eoi_correct_shows_the_answers_and_no_address_of_a_mail_to_change(client, person):
    page = client.get(address(person))

    assert page.status_code == 200
    assert value_of(page, "organisation_name") == "Minstry of Health"
    assert value_of(page, "phone") == "+254712345678"
    assert {"email", "is_authorised", "privacy_consent", "submission_key"} & {
        *page.context["form"].fields
    } == set()
    assert address(person, "hand_over") in text_of(page)
    assert "For a new address or another person, transfer the role." in Page(page).text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]


def test_eoi_correct_lists_what_would_change_and_nothing_else_and_saves_nothing(client, person):
    sent = as_shown(
        client,
        person,
        organisation_name="Ministry of Health",
        phone="0712 345 679",
        contributions=["policy", "financial"],
    )

    page = client.post(address(person), sent)

    changes = page.context["changes"]
    assert page.status_code == 200
    assert [(change.row.label, change.was, change.row.lines) for change in changes] == [
        ("Name of the organisation", ["Minstry of Health"], ["Ministry of Health"]),
        ("What kind of contribution do you plan to make?", ["Not given"], ["Policy", "Financial"]),
        ("Phone", ["+254712345678"], ["+254712345679"]),
    ]
    assert "https://example.org" not in Page(page).text
    assert carried_by(page)["confirmed"] == ["1"]
    assert Member.objects.get().organisation_name == "Minstry of Health"
    assert list(TimelineEntry.objects.all()) == []


def test_eoi_correct_sent_twice_is_saved_once(client, person):
    sent = confirmed(client, person, acronym="MOH")

    answers = [client.post(address(person), sent) for _click in range(2)]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, address(person, "status"))
    }
    assert TimelineEntry.objects.count() == 1


@pytest.mark.parametrize("also", [{}, {"confirmed": "1"}])
def test_eoi_correct_says_when_nothing_was_changed(client, person, also):
    page = client.post(address(person), {**as_shown(client, person), **also})

    assert page.status_code == 200
    assert "No changes yet" in words_of(page)
    assert list(TimelineEntry.objects.all()) == []
    assert Member.objects.get().version == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation_name": ""}, "organisation_name"),
        ({"motivation": "word " * 301}, "motivation"),
        ({"phone": "12"}, "phone"),
        ({"category": "nonsense"}, "category"),
        ({"position": ""}, "position"),
        ({"alternate_family_name": "Hopper"}, "alternate_email"),
        ({"alternate_email": "grace@example.org"}, "alternate_family_name"),
    ],
)
def test_eoi_correct_judges_as_the_form_of_the_eoi_does(client, person, changes, field):
    sent = as_shown(client, person, **{"acronym": "MOH", **changes})

    for also in ({}, {"confirmed": "1"}):
        page = client.post(address(person), {**sent, **also})

        assert page.status_code == 422
        assert [*page.context["form"].errors] == [field]
        assert value_of(page, "acronym") == "MOH"
        assert f'href="#id_{field}"' in text_of(page)
    assert Member.objects.get().version == 1


def test_eoi_correct_asks_for_the_time_zone_where_the_new_country_has_several(client, person):
    sent = as_shown(client, person, country="BR", time_zone="")

    checked = client.post(address(person), sent)
    carried = carried_by(checked)
    missing = client.post(address(person), carried)
    saved = client.post(address(person), {**carried, "time_zone": "America/Manaus"})

    assert "Which time zone is the focal point in?" in words_of(checked)
    assert "time_zone" not in carried
    assert (missing.status_code, [*missing.context["form"].errors]) == (422, ["time_zone"])
    assert saved.status_code == 302
    assert FocalPoint.objects.get().time_zone == "America/Manaus"


def test_eoi_correct_takes_no_address_of_who_is_there(client, person):
    alternate = FocalPointFactory(
        member=person.member, is_alternate=True, position="Deputy", email="kamau@example.org"
    )
    sent = as_shown(client, person, acronym="MOH")
    sent |= {"email": "robber@example.org", "alternate_email": "robber@example.org"}

    saved = client.post(address(person), {**sent, "confirmed": "1"})

    person.refresh_from_db()
    alternate.refresh_from_db()
    assert saved.status_code == 302
    assert (person.email, alternate.email) == ("wanjiku@example.org", "kamau@example.org")
    assert Member.objects.get().acronym == "MOH"


def test_eoi_correct_asks_about_a_mistyped_address_of_a_new_alternate_and_chooses_none(
    client, person
):
    sent = as_shown(
        client, person, alternate_family_name="Hopper", alternate_email="grace@gmial.com"
    )

    checked = client.post(address(person), sent)
    carried = carried_by(checked)
    refused = client.post(address(person), carried)
    saved_so_far = FocalPoint.objects.count()
    page = client.post(
        address(person), {**carried, "alternate_email": "grace@gmail.com"}, follow=True
    )

    assert "No, it is grace@gmail.com" in words_of(checked)
    assert " checked" not in text_of(checked)
    assert "alternate_email" not in carried
    assert (refused.status_code, saved_so_far) == (422, 1)
    assert "Choose which email address is right" in words_of(refused)
    assert "Yes: grace@gmial.com" in words_of(refused)
    alternate = FocalPoint.objects.get(is_alternate=True)
    assert (alternate.email, alternate.language, alternate.time_zone) == (
        "grace@gmail.com",
        "en",
        "Africa/Nairobi",
    )
    assert [message.recipient for message in Message.objects.all()] == ["grace@gmail.com"]
    assert "We have sent an email to the alternate focal point." in words_of(page)


def test_eoi_correct_keeps_the_alternate_that_is_there(client, person):
    FocalPointFactory(member=person.member, is_alternate=True, position="Deputy")

    page = client.post(address(person), as_shown(client, person, alternate_family_name=""))

    assert page.status_code == 422
    assert "Enter the family name of the alternate focal point" in words_of(page)


def test_eoi_correct_is_for_the_alternate_too(client, person):
    alternate = FocalPointFactory(member=person.member, is_alternate=True, position="Deputy")

    sent = confirmed(client, alternate, acronym="MOH")
    client.post(address(alternate), sent)

    entry = TimelineEntry.objects.get()
    assert (Member.objects.get().acronym, entry.by_focal_point) == ("MOH", alternate)


def corrected_by_staff(member):
    correct_answers(
        member=member,
        facts={"website": "https://health.example"},
        focal_points={},
        reason="A secret reason.",
        by=UserFactory(name="Amina"),
        at=NOON,
    )


@pytest.mark.parametrize("also", [{}, {"confirmed": "1"}])
def test_eoi_correct_shows_what_was_changed_meanwhile_and_loses_nothing(client, person, also):
    sent = as_shown(client, person, phone="0712 345 679")
    corrected_by_staff(person.member)

    page = client.post(address(person), {**sent, **also})

    assert page.status_code == 409
    assert [
        (change.row.name, change.was, change.row.lines) for change in page.context["differences"]
    ] == [
        ("website", ["https://health.example"], ["https://example.org"]),
        ("phone", ["+254712345678"], ["+254712345679"]),
    ]
    assert value_of(page, "phone") == "0712 345 679"
    assert "These answers were changed after you opened the page." in words_of(page)
    assert "Amina" not in text_of(page)
    assert "secret" not in text_of(page)
    assert str(FocalPoint.objects.get().phone) == "+254712345678"


def test_eoi_correct_asks_again_when_it_was_changed_once_more(client, person):
    sent = as_shown(client, person, phone="0712 345 679")
    corrected_by_staff(person.member)
    refused = client.post(address(person), sent)
    Member.objects.update(acronym="NEW")

    page = client.post(address(person), {**sent, "instead": refused.context["now"]})

    assert page.status_code == 409
    assert [change.row.name for change in page.context["differences"]] == [
        "acronym",
        "website",
        "phone",
    ]


def test_eoi_correct_tells_what_is_wrong_before_it_saves_over_what_was_changed(client, person):
    sent = as_shown(client, person, position="")
    corrected_by_staff(person.member)
    refused = client.post(address(person), sent)

    page = client.post(address(person), {**sent, "instead": refused.context["now"]})
    saved = client.post(
        address(person),
        {**sent, "seen": value_of(page, "seen"), "position": "Minister", "confirmed": "1"},
    )

    assert (page.status_code, [*page.context["form"].errors]) == (422, ["position"])
    assert saved.status_code == 302


@pytest.mark.parametrize("also", [{}, {"confirmed": "1"}, {"change": "phone"}, {"instead": "x"}])
def test_eoi_correct_keeps_what_was_typed_when_it_was_decided_meanwhile(client, person, also):
    sent = as_shown(client, person, motivation="To connect every clinic.")
    admit_to_focus_area(
        member=person.member,
        focus_area=FocusAreaFactory(number=2),
        role="participant",
        by=UserFactory(name="Amina"),
        at=NOON,
        message=None,
    )

    page = client.post(address(person), {**sent, **also})

    assert page.status_code == 409
    assert "The organisation has been admitted" in words_of(page)
    assert "coalition@example.org" in words_of(page)
    assert value_of(page, "motivation") == "To connect every clinic."
    assert "Check your changes" not in words_of(page)
    assert "Amina" not in text_of(page)
    assert Member.objects.get().motivation == "To connect people."


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (MemberStatus.ADMITTED, "The organisation has been admitted"),
        (MemberStatus.DECLINED, "We have decided on this expression of interest"),
        (MemberStatus.CLOSED, "This expression of interest is closed"),
        (MemberStatus.WITHDRAWN, "This expression of interest was withdrawn"),
    ],
)
def test_eoi_correct_says_when_nothing_is_corrected_any_more(client, status, sentence):
    page = client.get(address(own_person(status)))

    assert page.status_code == 200
    assert sentence in words_of(page)
    assert "coalition@example.org" in words_of(page)
    assert "<textarea" not in text_of(page)


def test_eoi_correct_saves_over_what_was_changed_on_the_persons_word(client, person):
    sent = as_shown(client, person, phone="0712 345 679")
    corrected_by_staff(person.member)
    refused = client.post(address(person), {**sent, "confirmed": "1"})

    saved = client.post(address(person), {**sent, "instead": refused.context["now"]})

    assert saved.status_code == 302
    assert Member.objects.get().website == "https://example.org"
    assert str(FocalPoint.objects.get().phone) == "+254712345679"


def test_eoi_correct_shows_one_section_alone_and_keeps_the_others(client, person):
    Member.objects.update(contributes_policy=True, publication_consent=True)
    alternate = FocalPointFactory(member=person.member, is_alternate=True, position="Deputy")
    path = address(person)

    page = client.get(f"{path}?section=interest")
    fields = {**Page(page).fields_of(path), "motivation": "To connect every clinic."}
    checked = client.post(path, fields)
    saved = client.post(path, carried_by(checked))

    assert "<h2>Your interest</h2>" in text_of(page)
    assert 'id="id_organisation_name"' not in text_of(page)
    assert [change.row.name for change in checked.context["changes"]] == ["motivation"]
    assert saved.status_code == 302
    member = Member.objects.get()
    assert member.motivation == "To connect every clinic."
    assert (member.contributes_policy, member.publication_consent) == (True, True)
    alternate.refresh_from_db()
    assert alternate.position == "Deputy"


@pytest.mark.parametrize("section", ["nonsense", "", "more-interest"])
def test_eoi_correct_shows_the_whole_form_for_no_section(client, person, section):
    assert 'id="id_organisation_name"' in text_of(
        client.get(f"{address(person)}?section={section}")
    )


def test_eoi_correct_shows_the_errors_of_one_section_in_it_and_others_in_the_form(client, person):
    path = address(person)
    fields = Page(client.get(f"{path}?section=organisation")).fields_of(path)

    inside = client.post(path, {**fields, "organisation_name": ""})
    elsewhere = client.post(path, {**fields, "position": ""})

    assert (inside.status_code, elsewhere.status_code) == (422, 422)
    assert 'id="id_position"' not in text_of(inside)
    assert 'id="id_position"' in text_of(elsewhere)


def test_eoi_status_leads_to_each_section_while_it_can_be_corrected(client, person):
    FocalPointFactory(member=person.member, is_alternate=True, position="Deputy")
    slugs = ["organisation", "interest", "focal-point", "alternate", "agreement"]
    links = [f'href="{address(person)}?section={slug}"' for slug in slugs]

    undecided = text_of(client.get(address(person, "status")))
    ended = text_of(client.get(address(own_person(MemberStatus.CLOSED), "status")))

    assert [link for link in links if link in undecided] == links
    assert "?section=" not in ended
