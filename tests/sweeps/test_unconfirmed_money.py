"""Money of an organisation is public only with its word: no page and no file has it before."""

import re
from decimal import Decimal
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from commitments.models import (
    Amount,
    Commitment,
    CommitmentStatus,
    ContributorAnswer,
    DataSnapshot,
    SnapshotFile,
)
from commitments.services.change_decisions import accept_change
from commitments.services.content import as_json, content_of
from commitments.services.figures import refresh_figures
from commitments.services.given_sums import digest_of, sums_of
from commitments.services.open_data.resources import RESOURCES
from commitments.services.open_data.snapshots import take_due_snapshot
from commitments.services.partners import answer_invitation
from commitments.services.publication import publish
from focus_areas.models import FocusArea
from members.models import Member
from tests.commitments.desk import proposed, sent
from tests.commitments.register import listed_member
from tests.factories import AmountFactory, PartnerFactory, UserFactory
from tests.sweeps.addresses import NOW, parameters_by_name
from tests.sweeps.test_access import GET, rows

# So large that it would be seen in every total, in full and in brief.
SUM = 913_731_313_131_313
WRITTEN = re.compile(rf"{SUM}|(?<!\d)913[.,٫]73?(?!\d)")
SEPARATORS = re.compile(r"(?<=\d)[,.'’\s\u00a0\u202f٬](?=\d{3})")
GIVER = "Zyxwvut Fund"
# Pages that only a private link opens.
PRIVATE_LINK_PAGES = {
    "commitments:host",
    "commitments:partner_answer",
    "commitments:report_by_link",
}


def is_written_in(body):
    """Return whether the sum is in a text, as any language or format writes it."""
    return bool(WRITTEN.search(body) or str(SUM) in SEPARATORS.sub("", body))


def published_with(**facts):
    """Publish a commitment with an amount of another organisation, with the sum."""
    commitment = sent(lead=listed_member(focus_area=FocusArea.objects.get(number=1)))
    AmountFactory(commitment=commitment, original=2_000_000)
    partner = facts.pop("partner", None)
    AmountFactory(
        commitment=commitment,
        position=1,
        original=Decimal(SUM),
        **{"label": "Fibre", "contributor_answer": "", "portions": [[2027, str(SUM)]], **facts},
    )
    if partner:
        PartnerFactory(commitment=commitment, role="co_pledger", **partner)
    publish(commitment, by=UserFactory(), at=NOW)
    commitment.refresh_from_db()
    return commitment


def answered(commitment, *, confirms):
    partner = commitment.partners.select_related("commitment__lead", "member").get()
    seen = digest_of(sums_of(partner))
    answer_invitation(partner=partner, confirms=confirms, name="Ada", seen=seen, at=NOW)


def all_without_a_word():
    """Publish one commitment for each reason why there is no word for the sum."""
    invited = {"is_invited": True, "contact_email": "bank@example.org"}
    member = listed_member(organisation_name="Listed Bank")
    published_with(contributor_name=GIVER)
    waiting = published_with(contributor_name="Bank", partner={"name": "Bank", **invited})
    published_with(
        contributor=member, partner={"name": "Listed Bank", "member": member, "is_invited": True}
    )
    declined = published_with(contributor_name="Bank", partner={"name": "Bank", **invited})
    answered(declined, confirms=False)
    # It has confirmed less, and the lead has raised it.
    raised = published_with(contributor_name="Bank", partner={"name": "Bank", **invited})
    raised.amounts.filter(position=1).update(original=7, usd=7, portions=[])
    raised.versions.update(content=as_json(content_of(raised)))
    answered(raised, confirms=True)
    amounts = as_json(content_of(raised))["amounts"]
    amounts[1]["original"] = str(SUM)
    change = proposed(raised, amounts=amounts)
    accept_change(raised, change=change, reason="More.", by=UserFactory(), at=NOW)
    return waiting


def public_addresses(language):
    """Return all public addresses of the register and its files, and pages that show its money."""
    snapshot = DataSnapshot.objects.get()
    values = {
        "reference": list(Commitment.objects.values_list("reference", flat=True)),
        "number": [1, 2],
        "resource": list(RESOURCES),
        "month": [f"{snapshot.month:%Y-%m}"],
        "name": list(SnapshotFile.objects.values_list("name", flat=True)),
    }
    names = {
        name
        for name, cells in rows(GET).items()
        if name.startswith("commitments:") and cells[0] == "200" and name not in PRIVATE_LINK_PAGES
    }
    with override(language):
        found = [
            reverse(name, kwargs=dict(zip(parameters, chosen, strict=True)))
            for name in sorted(names)
            for parameters in [parameters_by_name()[name]]
            for chosen in product(*(values[each] for each in parameters))
        ]
        members = Member.objects.listed_publicly().values_list("slug", flat=True)
        found += [reverse("members:member_page", args=[slug]) for slug in members]
    return [f"/{language}/", "/sitemap.xml", *found]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_money_of_an_organisation_is_nowhere_public_without_its_word(language, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    all_without_a_word()
    refresh_figures(at=NOW)
    take_due_snapshot(at=NOW)
    client = Client()

    bodies = {address: _text_of(client, address) for address in public_addresses(language)}

    assert len(bodies) > 60
    assert sorted(address for address, body in bodies.items() if is_written_in(body)) == []
    assert sorted(address for address, body in bodies.items() if GIVER in body) == []


def test_sum_is_public_with_the_word():
    waiting = all_without_a_word()
    page, client = f"/en/commitments/{waiting.reference}/", Client()
    before = client.get(page).text

    answered(waiting, confirms=True)

    assert "1 amount that another organisation gives is shown once it has confirmed it." in before
    assert [
        address
        for address in (
            page,
            f"{page}versions/1/",
            "/en/commitments/",
            "/data/amounts.csv",
            f"/data/commitments/{waiting.reference}.json",
            f"/data/commitments/{waiting.reference}.xml",
        )
        if not is_written_in(_text_of(client, address))
    ] == []


def test_sum_from_before_contributors_were_asked_stays_public():
    commitment = published_with(contributor_name=GIVER)
    Amount.objects.filter(position=1).update(contributor_answer=ContributorAnswer.NOT_ASKED)

    assert commitment.status == CommitmentStatus.PUBLISHED
    page = f"/en/commitments/{commitment.reference}/"
    assert is_written_in(_text_of(Client(), page))
    assert is_written_in(_text_of(Client(), f"{page}versions/1/"))


def _text_of(client, address):
    response = client.get(address)
    body = b"".join(response) if response.streaming else response.content
    return body.decode(errors="replace")
