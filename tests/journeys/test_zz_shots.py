from datetime import timedelta

from django.utils import timezone

from commitments.models import ReportStatus
from commitments.services import decisions, publication
from tests.commitments.desk import S, proposed, sent
from tests.factories import (
    AmountFactory,
    PartnerFactory,
    PlaceFactory,
    ReportFactory,
)
from tests.triage.staff import officer


def test_shots(page_of, new_page):
    ada = officer(name="Ada King")
    now = timezone.now()
    one = sent(S.SUBMITTED, languages=("fr", "en"), submitted_at=now - timedelta(days=9))
    PlaceFactory(commitment=one, country="NP"); PlaceFactory(commitment=one, country="", region="AFR"); PlaceFactory(commitment=one, country="FR")
    AmountFactory(commitment=one)
    AmountFactory(commitment=one, original=2500000, currency="EUR", label="Backbone in three districts", stage="firm")
    PartnerFactory(commitment=one)
    two = sent(S.ANSWERED, lead=one.lead, languages=(), title="Fibre for 1,200 schools", submitted_at=now - timedelta(days=3), assignee=ada)
    AmountFactory(commitment=two)
    publication.publish(two, by=ada, at=now - timedelta(days=2))
    proposed(two, title="Fibre for 1,500 schools", statement="We will connect 1,500 schools by the end of 2029.")
    ReportFactory(commitment=two, status=ReportStatus.SENT)
    decisions.add_note(one, text="They called: the amount is still to be confirmed.", by=ada, at=now)
    sent(S.INFORMATION_REQUESTED, submitted_at=now - timedelta(days=20))
    sent(S.ANSWERED, submitted_at=now - timedelta(days=1), title="Un engagement assez long pour tenir sur plusieurs lignes du tableau")
    L = "/admin/commitments/commitment/"
    for name, width, scheme in (("w", 1280, "light"), ("d", 1280, "dark"), ("n", 360, "light")):
        page = page_of(ada, viewport={"width": width, "height": 900}, color_scheme=scheme)
        for what, address in (("list", L), ("all", L + "?view=all"), ("page", f"{L}{one.pk}/change/"), ("ask", f"{L}{one.pk}/ask/"), ("change", f"{L}{two.pk}/accept-change/"), ("count", f"{L}{two.pk}/count/"), ("front", "/admin/")):
            if name == "d" and what not in ("list", "change"): continue
            page.goto(address)
            wide = page.evaluate("document.documentElement.scrollWidth")
            print(what, width, wide)
            page.screenshot(path=f"/tmp/shots/{what}-{name}.png", full_page=width < 600)
