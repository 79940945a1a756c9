import pytest
from django.test import Client
from django.urls import reverse

from framework.models import AmendmentStatus, AnswerKind, Recommendation
from framework.services.links import framework_address
from members.models import GrantedRole, MemberStatus
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    MemberFactory,
    RecommendationFactory,
    SupportFactory,
    UserFactory,
    WordingFactory,
)
from tests.queries import queries_of
from tests.triage.staff import coordinator, read, signed_in, told


@pytest.fixture
def draft():
    return FrameworkDraftFactory(closes_at=NOON)


def person(draft, role=GrantedRole.CO_LEAD, area=None, **facts):
    member = MemberFactory(
        status=MemberStatus.ADMITTED,
        granted_role=role,
        focus_area=area or draft.framework.focus_area,
        **facts,
    )
    return FocalPointFactory(member=member)


def signed_in_as(focal_point):
    return signed_in(UserFactory(email=focal_point.email, is_staff=False))


@pytest.fixture
def lead(draft):
    return person(draft)


@pytest.fixture
def client(lead):
    return signed_in_as(lead)


def address(draft, page="to_recommend", *rows):
    keys = [row.pk for row in rows]
    return reverse(f"framework:{page}", args=[draft.framework.focus_area.slug, *keys])


def amend(draft, **facts):
    paragraph = WordingFactory(draft=draft, text_en="Connect every school.").paragraph
    return AmendmentFactory(**{"draft": draft, "paragraph": paragraph, **facts})


def test_co_lead_sees_the_amendments_of_others_and_first_those_without_a_recommendation(
    draft, lead, client
):
    done, waiting = amend(draft), amend(draft)
    RecommendationFactory(amendment=done, member=lead.member, by=lead, kind=AnswerKind.NOTED)
    amend(draft, member=lead.member, sent_by=lead)
    amend(draft, status=AmendmentStatus.WITHDRAWN)
    amend(draft, status=AmendmentStatus.DRAFT)

    response = client.get(address(draft))

    shown = [each.amendment for each, _label, _own in response.context["rows"]]
    assert shown == [waiting, done]
    page = read(response)
    assert "1 proposal has no recommendation of your organisation." in page
    assert f"<bdi>{waiting.sent_by_name}</bdi>" in page
    assert "<strong>You recommend:</strong> Noted" in page


def test_co_lead_recommends_an_answer(draft, lead, client):
    amendment = amend(draft)

    response = client.post(
        address(draft, "recommend", amendment),
        {"kind": "with_changes", "note": "In 2028."},
        follow=True,
    )

    assert response.redirect_chain == [(address(draft), 302)]
    assert told(response) == ["Your recommendation is saved. The coordinators see it."]
    made = Recommendation.objects.get()
    assert (made.amendment, made.member, made.by) == (amendment, lead.member, lead)
    assert (made.kind, made.note) == (AnswerKind.TAKEN_WITH_CHANGES, "In 2028.")


def test_recommendation_is_shown_and_changed(draft, lead, client):
    amendment = amend(draft)
    RecommendationFactory(
        amendment=amendment, member=lead.member, by=lead, kind=AnswerKind.NOTED, note="Later."
    )
    page = address(draft, "recommend", amendment)

    form = client.get(page).context["form"]
    client.post(page, {"kind": "taken", "note": ""})

    assert (form["kind"].value(), form["note"].value()) == (AnswerKind.NOTED, "Later.")
    changed = Recommendation.objects.get()
    assert (changed.kind, changed.note) == (AnswerKind.TAKEN, "")


def test_co_lead_sees_the_recommendations_of_other_co_leads(draft, client):
    amendment = amend(draft)
    other = RecommendationFactory(
        amendment=amendment, note="In 2028.", member__organisation_name="Internet Society"
    )

    page = read(client.get(address(draft, "recommend", amendment)))

    assert f"<bdi>{other.by_name}</bdi>, co-lead (<bdi>Internet Society</bdi>)" in page
    assert "In 2028." in page


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"kind": "", "note": "In 2028."}, {"kind": ["Choose an answer."]}),
        (
            {"kind": "taken", "note": "word " * 151},
            {"note": ["Shorten the reason to 150 words; it has 151."]},
        ),
    ],
)
def test_incomplete_recommendation_is_not_saved(draft, client, typed, errors):
    response = client.post(address(draft, "recommend", amend(draft)), typed)

    assert response.status_code == 422
    assert response.context["form"].errors == errors
    assert typed["note"].strip() in read(response)
    assert list(Recommendation.objects.all()) == []


def test_answered_amendment_keeps_what_was_typed_and_saves_nothing(draft, client):
    amendment = amend(draft)
    AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED)

    response = client.post(
        address(draft, "recommend", amendment), {"kind": "taken", "note": "In 2028."}
    )

    assert response.status_code == 409
    page = read(response)
    assert "This proposal has an answer already." in page
    assert "In 2028." in page
    assert list(Recommendation.objects.all()) == []


def test_switched_language_keeps_what_was_typed_and_saves_nothing(draft, client):
    response = client.post(
        address(draft, "recommend", amend(draft)), {"note": "In 2028.", "switch": "fr"}
    )

    assert response.status_code == 200
    assert "In 2028." in read(response)
    assert list(Recommendation.objects.all()) == []


@pytest.mark.parametrize("status", [AmendmentStatus.WITHDRAWN, AmendmentStatus.DRAFT])
def test_amendment_that_does_not_count_is_not_found(draft, client, status):
    amendment = amend(draft, status=status)

    response = client.get(address(draft, "recommend", amendment))

    assert response.status_code == 404


def test_amendment_of_the_own_organisation_is_not_found(draft, lead, client):
    amendment = amend(draft, member=lead.member, sent_by=lead)

    response = client.post(address(draft, "recommend", amendment), {"kind": "taken"})

    assert response.status_code == 404
    assert list(Recommendation.objects.all()) == []


def test_only_co_leads_of_the_group_recommend(draft):
    amendment = amend(draft)
    others = {
        "participant": signed_in_as(person(draft, GrantedRole.PARTICIPANT)),
        "observer": signed_in_as(person(draft, GrantedRole.OBSERVER)),
        "another group": signed_in_as(person(draft, area=FocusAreaFactory(number=2))),
        "coordinator": signed_in(coordinator(draft.framework.focus_area)),
    }

    answers = {
        name: (
            client.get(address(draft)).status_code,
            client.post(address(draft, "recommend", amendment), {"kind": "taken"}).status_code,
        )
        for name, client in others.items()
    }

    assert answers == dict.fromkeys(others, (404, 404))
    assert list(Recommendation.objects.all()) == []


def test_somebody_who_is_not_signed_in_signs_in_first(draft, client):
    client.logout()

    answers = [client.get(address(draft)), client.post(address(draft, "recommend", amend(draft)))]

    assert [each.status_code for each in answers] == [302, 302]
    assert all("/accounts/sign-in/" in each.url for each in answers)


def test_link_of_a_participant_opens_nothing(draft):
    participant = person(draft, GrantedRole.PARTICIPANT)
    token = framework_address(participant, draft.framework).rstrip("/").rsplit("/", 1)[-1]

    response = Client().get(reverse("framework:to_recommend_by_link", args=[token]))

    assert response.status_code == 404


def test_link_of_a_mail_opens_the_pages_without_a_password(draft, lead, client, settings):
    amendment = amend(draft)
    client.logout()
    token = framework_address(lead, draft.framework).rstrip("/").rsplit("/", 1)[-1]

    shown = client.get(reverse("framework:to_recommend_by_link", args=[token]))
    sent = client.post(
        reverse("framework:recommend_by_link", args=[token, amendment.pk]), {"kind": "noted"}
    )

    assert shown.status_code == 200
    assert sent.url == reverse("framework:to_recommend_by_link", args=[token])
    assert Recommendation.objects.get().by == lead


def test_there_is_nothing_to_recommend_before_the_first_draft(draft, client):
    draft.delete()

    response = client.get(address(draft))

    assert response.status_code == 404


def test_group_page_of_a_co_lead_links_to_the_recommendations(draft, client):
    response = client.get(reverse("participation:group", args=[draft.framework.focus_area.slug]))

    assert f'href="{address(draft)}"' in response.text


def test_reading_page_links_to_the_recommendations_for_co_leads_alone(draft, client):
    amend(draft)
    page = reverse("framework:framework", args=[draft.framework.focus_area.slug])
    participant = signed_in_as(person(draft, GrantedRole.PARTICIPANT))

    pages = [client.get(page).text, participant.get(page).text]

    assert [f'href="{address(draft)}"' in each for each in pages] == [True, False]


def test_list_takes_as_many_queries_for_nine_amendments_as_for_three(draft, lead, client):
    add_amendments(draft, lead, 3)
    queries_of(client, address(draft))
    few = queries_of(client, address(draft))
    add_amendments(draft, lead, 6)

    many = queries_of(client, address(draft))

    assert many == few


def add_amendments(draft, lead, number):
    for _each in range(number):
        amendment = amend(draft)
        SupportFactory(amendment=amendment)
        RecommendationFactory(amendment=amendment)
        RecommendationFactory(amendment=amendment, member=lead.member, by=lead)
        AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED)
