"""Partners in the form of a commitment: whom the lead names, and who gives an amount."""

from dataclasses import replace

import pytest

from commitments.forms.commitment import form_for, shown_part
from commitments.models import CommitmentStatus
from commitments.services.completeness import FormPart
from commitments.services.content import (
    PartnerContent,
)
from members.models import Member, MemberStatus
from tests.commitments.pages import in_status
from tests.commitments.test_form import a_member, content_typed, errors_of
from tests.commitments.writing import KEYS, a_content, draft_of, own


@pytest.mark.parametrize("typed", ["Schools for Everyone", "schools  FOR everyone", "sfe"])
def test_partner_is_the_member_with_this_name(person, typed):
    member = a_member()
    a_member(organisation_name="Schools for Everyone in Zambia", acronym="")

    (partner,) = content_typed(person, partners={"partner-0-name": typed}).partners

    assert partner == PartnerContent(
        key=KEYS[2], member=member.pk, name="Schools for Everyone", role="implementer"
    )


def test_lead_chooses_among_members_with_a_similar_name(person):
    member = a_member()
    typed = {"partner-0-name": "Schools"}
    draft = draft_of(person, partners=typed)
    row = form_for(own(draft)).parts[FormPart.PARTNERS].rows[0]

    assert errors_of(person, partners=typed) == {
        "partners": ["Choose the member, or “No, another organisation”."]
    }
    assert row.fields["member"].choices == [
        (str(member.pk), "Schools for Everyone (Malawi)"),
        ("none", "No, another organisation"),
    ]
    chosen = {**typed, "partner-0-member": str(member.pk)}
    assert content_typed(person, partners=chosen).partners[0].member == member.pk
    other = {**typed, "partner-0-member": "none"}
    assert content_typed(person, partners=other).partners[0].member is None


def test_member_of_another_name_or_that_is_not_listed_is_no_partner(person):
    a_member(publication_consent=False)
    a_member(status=MemberStatus.PENDING)
    other = a_member(organisation_name="Somebody else", acronym="")

    (partner,) = content_typed(person, partners={"partner-0-member": str(other.pk)}).partners

    assert (partner.member, partner.contact_email) == (None, "contact@example.org")


def test_lead_is_found_as_a_member_and_is_no_partner_of_itself(person):
    Member.objects.filter(pk=person.member_id).update(publication_consent=True)
    itself = {"partner-0-name": "Liquid", "partner-0-member": str(person.member_id)}

    assert errors_of(person, partners=itself) == {
        "partners": ["The organisation that leads it is no partner of itself."]
    }


def test_another_partner_in_the_same_row_does_not_get_the_answer_of_the_first(person):
    commitment = in_status(person, CommitmentStatus.INFORMATION_REQUESTED)
    commitment.typed = draft_of(person, partners={"partner-0-name": "Somebody else"}).typed
    commitment.save()

    (partner,) = form_for(own(commitment)).content().partners

    assert partner.name == "Somebody else"
    assert partner.key != KEYS[2]
    assert form_for(own(commitment)).content().partners == (partner,)


@pytest.mark.parametrize(
    ("typed", "is_member"), [("Liquid Intelligent Technologies", False), ("schools FOR all", True)]
)
def test_money_is_given_by_the_lead_or_by_a_partner(person, typed, is_member):
    member = a_member(acronym="Schools for all")

    (amount,) = content_typed(person, money={"amount-0-contributor": typed}).amounts

    assert amount.contributor == (member.pk if is_member else None)
    assert amount.contributor_name == ""


def test_giver_is_chosen_among_the_lead_and_the_partners_as_they_are_typed(person):
    draft = draft_of(person, partners={"partner-1-key": "1", "partner-1-name": "A bank"})

    row = shown_part(form_for(own(draft)), FormPart.MONEY).rows[0]

    assert [label for _value, label in row.fields["contributor"].choices] == [
        "Liquid Intelligent Technologies",
        "Schools for Everyone",
        "A bank",
    ]


def test_lead_without_partners_is_not_asked_whose_money_it_is(person):
    draft = draft_of(person, partners={"partner-0-name": None, "partner-0-role": None})
    draft.typed["parts"]["partners"]["fields"] = {}

    row = form_for(draft).parts[FormPart.MONEY].rows[0]

    assert "contributor" not in row.fields


def test_giver_of_an_old_draft_that_is_no_partner_stays_and_is_asked_about(person):
    draft = draft_of(person, money={"amount-0-contributor": "A bank"})
    form = form_for(own(draft))

    row = form.parts[FormPart.MONEY].rows[0]

    assert [(part, [each.sentence for each in errors]) for part, errors in form.errors.items()] == [
        (
            FormPart.MONEY,
            ["“A bank” is not among the partners. Choose a partner, or name it there first."],
        )
    ]
    assert row["contributor"].value() == "A bank"
    assert form.content().amounts[0].contributor_name == "A bank"


def test_giver_of_a_published_content_becomes_a_partner_when_the_lead_edits_it(person):
    content = a_content(amounts=(replace(a_content().amounts[0], contributor_name="A bank"),))
    commitment = in_status(person, CommitmentStatus.PUBLISHED, content=content)

    form = form_for(own(commitment))

    assert form.errors == {}
    assert [(each.name, each.role) for each in form.content().partners] == [
        ("Schools for Everyone", "implementer"),
        ("A bank", "co_pledger"),
    ]
    assert form.content().amounts == content.amounts
