"""The admin pages that copy a mailing and send test copies, and the name of a mailing."""

import pytest

from focus_areas.models import FocusArea
from mailings.models import Mailing, MailingStatus, Recipient
from mailings.services.drafts import MAX_TESTS_PER_HOUR
from outbox.models import Message
from tests.factories import MailingFactory, MailingTextFactory, UserFactory
from tests.mailings.desk import LIST, page_of
from tests.mailings.mailings import begun, going, left_out, person
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, officer, signed_in, told


def copied(client, mailing):
    return client.post(page_of(mailing, "copy"), follow=True)


def test_copy_is_offered_in_the_list_and_on_the_page_of_each_mailing(client_of_officer):
    draft, sent = begun(person()), going(person())

    pages = [client_of_officer.get(page).content.decode() for page in (LIST, page_of(sent))]
    page_of_draft = client_of_officer.get(page_of(draft)).content.decode()

    for page in (pages[0], page_of_draft):
        assert f'href="{page_of(draft, "copy")}"' in page
    for page in pages:
        assert f'href="{page_of(sent, "copy")}"' in page
    assert 'aria-label="Copy: News for [reference]">Copy</a>' in pages[0]


def test_copy_makes_a_draft_of_whoever_asks(client_of_officer):
    mailing = going(person(email="ada@example.org"))

    asked = client_of_officer.get(page_of(mailing, "copy"))
    answer = copied(client_of_officer, mailing)

    draft = Mailing.objects.latest("pk")
    assert "The recipients are the same members" in asked.content.decode()
    assert told(answer) == ["Draft created for 1 recipient. Nothing sent."]
    assert answer.redirect_chain[-1][0] == page_of(draft)
    assert (draft.status, draft.created_by.name) == (MailingStatus.DRAFT, "Ada Officer")
    assert left_out(draft) == [("ada@example.org", "")]


def test_copy_goes_to_the_list_and_the_focus_area_as_they_are_today(client_of_officer):
    area = FocusArea.objects.get(number=2)
    person(email="ada@example.org", focus_area=area, country="KE")
    for page, answers in (
        ("add/", {"focus_area": area.pk}),
        ("add/list/?status=admitted&region=AFR", {}),
    ):
        client_of_officer.post(f"{LIST}{page}", {"kind": "letter", "language": "en", **answers})
    of_area, of_list = Mailing.objects.order_by("pk")
    person(email="alan@example.org", focus_area=area, country="KE")
    person(email="other@example.org", country="CH")

    page = client_of_officer.get(page_of(of_list, "copy")).content.decode()
    for mailing in (of_area, of_list):
        copied(client_of_officer, mailing)

    assert "who are in the same list or focus area today" in page
    for original, draft in zip((of_area, of_list), Mailing.objects.order_by("pk")[2:], strict=True):
        assert left_out(draft) == [("ada@example.org", ""), ("alan@example.org", "")]
        assert (draft.selection, draft.query) == (original.selection, original.query)
        assert draft.selection_in_words == original.selection_in_words


@pytest.mark.parametrize(
    "facts",
    [
        {"selection": "listed", "query": "status=admitted&nothing=such"},
        {"selection": "area", "selection_in_words": "An area that was renamed"},
    ],
)
def test_copy_of_a_list_that_is_gone_goes_to_the_same_members(client_of_officer, facts):
    mailing = begun(person(email="ada@example.org"))
    Mailing.objects.update(**facts)
    person()

    copied(client_of_officer, mailing)

    assert left_out(Mailing.objects.latest("pk")) == [("ada@example.org", "")]


def test_copy_without_anybody_left_is_refused_and_creates_nothing(client_of_officer):
    mailing = MailingFactory(selection="listed", query="region=AFR")

    answer = client_of_officer.post(page_of(mailing, "copy"))

    assert answer.status_code == 409
    assert "No recipients: there is no focal point" in answer.content.decode()
    assert list(Mailing.objects.all()) == [mailing]


def test_copy_of_a_coordinator_goes_to_their_own_areas_only():
    area = FocusArea.objects.get(number=1)
    mailing = begun(person(email="ada@example.org", focus_area=area))
    beyond = begun(person(focus_area=FocusArea.objects.get(number=2)))
    Mailing.objects.update(selection="listed", query="status=admitted")
    client = signed_in(coordinator(area))

    copied(client, mailing)

    assert left_out(Mailing.objects.latest("pk")) == [("ada@example.org", "")]
    assert copied(client, beyond).status_code == 404


def test_observer_is_offered_neither_copies_nor_tests():
    mailing, client = going(person()), signed_in(observer())

    pages = client.get(page_of(mailing)).content + client.get(LIST).content

    assert b"/copy/" not in pages
    assert b"/test-copies/" not in pages
    assert copied(client, mailing).status_code == 403


# Test copies -----------------------------------------------------------------------------------


def test_test_copies_are_proposed_to_oneself_in_all_languages_that_can_go(client_of_officer):
    mailing = begun(person())
    MailingTextFactory(mailing=mailing, language="fr", subject="Nouvelles")
    MailingTextFactory(mailing=mailing, language="es", subject="")
    UserFactory(name="Nobody", is_staff=True)

    form = client_of_officer.get(page_of(mailing, "test_copies")).context["form"]

    chosen = form["colleagues"].value()
    names = [str(label) for _pk, label in form["colleagues"].field.choices]
    assert len(chosen) == 1
    assert [name.partition(" <")[0] for name in names][:1] == ["Ada Officer"]
    assert not any("Nobody" in name for name in names)
    assert list(form["languages"].field.choices) == [("en", "English"), ("fr", "French")]
    assert form["languages"].value() == ["en", "fr"]


def test_test_copies_go_to_each_colleague_in_each_language(client_of_officer):
    grace = officer(name="Grace", email="grace@itu.example")
    mailing = begun(person())
    MailingTextFactory(mailing=mailing, language="fr", subject="Nouvelles")

    answer = client_of_officer.post(
        page_of(mailing, "test_copies"),
        {"colleagues": [grace.pk], "languages": ["en", "fr"]},
        follow=True,
    )

    assert told(answer) == ["2 test copies are being sent."]
    assert answer.redirect_chain[-1][0] == page_of(mailing)
    sent = Message.objects.order_by("pk").values_list("recipient", "language")
    assert list(sent) == [("grace@itu.example", "en"), ("grace@itu.example", "fr")]
    assert Recipient.objects.count() == 1


def test_test_copies_are_refused_in_words(client_of_officer):
    mailing, page = begun(person()), page_of(begun(person()), "test_copies")
    stranger, own = UserFactory(is_staff=True), client_of_officer.get(page).context["form"]
    chosen = {"colleagues": own["colleagues"].value(), "languages": ["en"]}

    nobody = client_of_officer.post(page, {})
    other = client_of_officer.post(page, {**chosen, "colleagues": [stranger.pk]})
    without_text = client_of_officer.post(page, {**chosen, "languages": ["fr"]})
    client_of_officer.post(page, chosen)
    again = client_of_officer.post(page, chosen)
    mailing.texts.update(subject="")
    unfit = client_of_officer.get(page_of(mailing, "test_copies"))

    answers = [nobody, other, without_text, again, unfit]
    assert [each.status_code for each in answers] == [422, 422, 422, 409, 200]
    assert "Choose at least one colleague." in nobody.content.decode()
    assert "One of these copies was sent less than a minute ago." in again.content.decode()
    assert "The text cannot be sent yet." in unfit.content.decode()
    assert Message.objects.count() == 1


def test_test_copies_have_a_limit_an_hour(client_of_officer):
    mailing = begun(person())
    page = page_of(mailing, "test_copies")
    own = client_of_officer.get(page).context["form"]["colleagues"].value()
    chosen = {"colleagues": own, "languages": ["en"]}

    answers = [client_of_officer.post(page, chosen) for _n in range(MAX_TESTS_PER_HOUR + 1)]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"]
    assert "Too many attempts." in answers[-1].content.decode()
    assert 429 not in [each.status_code for each in answers[:-1]]


def test_page_of_test_copies_takes_as_many_queries_for_3_colleagues_as_for_1(client_of_officer):
    page = page_of(begun(person()), "test_copies")
    client_of_officer.get(page)
    one = queries_of(client_of_officer, page)
    for number in range(2):
        officer(email=f"colleague-{number}@itu.example")

    assert queries_of(client_of_officer, page) == one


# The name of a mailing -------------------------------------------------------------------------

LONG = "The subject of a mailing that goes on and on, and then on again until its end"
SHORT = "The subject of a mailing that goes on and on, and then on a…"


def test_mailing_is_named_by_its_subject_which_is_shortened_but_in_its_title(client_of_officer):
    mailing = begun(person())
    mailing.texts.update(subject=LONG)

    listed = client_of_officer.get(LIST).content.decode()
    own = client_of_officer.get(page_of(mailing)).content.decode()
    below = client_of_officer.get(page_of(mailing, "recipients")).content.decode()
    history = client_of_officer.get(page_of(mailing, "history")).content.decode()

    assert f">{SHORT}</a>" in listed
    assert f"<h1>{LONG}</h1>" in own
    assert f"<bdi>{SHORT}</bdi>" in own
    assert f"<bdi>{SHORT}</bdi></a>" in below
    assert f"<bdi>{SHORT}</bdi></a>" in history
    assert f"History: {SHORT}" in history
    for page in (listed, own, below, history):
        assert str(mailing) not in page


def test_draft_without_a_subject_says_so_wherever_it_is_named(client_of_officer):
    mailing = begun(person())
    mailing.texts.all().delete()

    pages = [LIST, *(page_of(mailing, each) for each in ("change", "recipients", "history"))]

    for page in pages:
        assert "(no subject yet)" in client_of_officer.get(page).content.decode(), page


def test_form_says_what_names_the_mailing_in_its_first_language_only(client_of_officer):
    mailing = begun(person())
    Mailing.objects.update(language="fr")

    page = client_of_officer.get(page_of(mailing)).content.decode()

    assert page.count("It also names the mailing in lists and titles.") == 1
    assert 'id="id_subject_fr_helptext"' in page


def test_form_shows_how_to_write(client_of_officer):
    page = client_of_officer.get(page_of(begun(person()))).content.decode()

    assert "<summary>How to write</summary>" in page
    assert "| --- | --- |" in page
