import pytest
from hypothesis import given
from hypothesis import strategies as st

from eoi.forms.email_typos import PROVIDERS
from triage.duplicates.services.domains import email_domain, registrable_domain, website_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("itu.int", "itu.int"),
        ("www.itu.int", "itu.int"),
        ("WWW.ITU.INT.", "itu.int"),
        ("academy.itu.int", "itu.int"),
        # One ministry, whatever precedes the domain.
        ("www.mic.gov.xx", "mic.gov.xx"),
        ("mail.mic.gov.xx", "mic.gov.xx"),
        ("intranet.mail.mic.gov.xx", "mic.gov.xx"),
        ("telecom.gouv.fr", "telecom.gouv.fr"),
        ("www.mtc.gob.pe", "mtc.gob.pe"),
        ("kominfo.go.id", "kominfo.go.id"),
        ("cs.ox.ac.uk", "ox.ac.uk"),
        # A state or province with many organisations below it.
        ("saude.sp.gov.br", "saude.sp.gov.br"),
        ("dot.ca.gov", "dot.ca.gov"),
        ("fcc.gov", "fcc.gov"),
        # Domains with names of many organisations below them.
        ("www.bakom.admin.ch", "bakom.admin.ch"),
        ("enisa.europa.eu", "enisa.europa.eu"),
        ("desa.un.org", "desa.un.org"),
        ("ministry.wordpress.com", "ministry.wordpress.com"),
        ("mail.министерство.рф", "xn--b1afiashkohcid.xn--p1ai"),
        # Anybody may have a name there.
        ("gov.xx", ""),
        ("www.gov.uk", ""),
        ("gouv.fr", ""),
        ("co.uk", ""),
        ("admin.ch", ""),
        ("un.org", ""),
        ("gmail.com", ""),
        ("www.facebook.com", ""),
        ("sites.google.com", ""),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("a..b", ""),
        ("", ""),
    ],
)
def test_domain_is_what_one_organisation_registers_or_none_where_anybody_may(host, domain):
    assert registrable_domain(host) == domain


def test_domain_of_public_mail_is_nobodys():
    assert {email_domain(f"ministry@{provider}") for provider in PROVIDERS} == {""}


def test_domain_of_a_website_and_of_an_email_is_the_same():
    assert website_domain("https://www.mic.gov.xx:8443/en?page=1") == "mic.gov.xx"
    assert email_domain("Ada.Lovelace@Mail.MIC.gov.xx") == "mic.gov.xx"
    assert website_domain("") == ""


@given(st.text())
def test_domain_of_anything_is_a_text(typed):
    assert isinstance(website_domain(f"https://{typed}"), str)
    assert isinstance(website_domain(typed), str)
    assert isinstance(email_domain(typed), str)
