"""Staff correct typing errors of a published commitment, and write its English."""

import pytest

from commitments.models import CommitmentVersion, EventKind
from commitments.services import publication
from commitments.services.content import from_json
from commitments.services.own_texts import texts_of
from commitments.services.register import matching
from commitments.services.text_corrections import correct_texts, write_english
from core.conflicts import Conflict, NothingChanged, Refused
from members.services.conflicts import WrongStatus
from outbox.models import Message
from tests.commitments.desk import S, mail, proposed, refused, sent, told
from tests.commitments.test_admin_page import composed, decide, opened, url
from tests.factories import NOON, AmountFactory, UserFactory
from tests.redlines import deleted
from tests.triage.staff import officer, read, signed_in
from tests.triage.staff import told as messages_of

NOTE = {"reason": "Typing error corrected"}


@pytest.fixture
def published():
    commitment = sent(S.SUBMITTED, title="Digital skils for teachers")
    AmountFactory(commitment=commitment, label="Trainning")
    publication.publish(commitment, by=UserFactory(), at=NOON, message=None)
    return commitment


def correct(commitment, **facts):
    texts = {"title": "Digital skills for teachers"}
    return correct_texts(
        commitment, **{"texts": texts, **NOTE, "by": UserFactory(), "at": NOON, **facts}
    )


def facts_of(commitment):
    """What a correction of texts must not change."""
    names = ("pk", "original", "usd", "rate", "not_counted", "counted_in", "counting_by")
    return [
        list(commitment.amounts.order_by("pk").values(*names)),
        list(commitment.targets.order_by("pk").values("pk", "value", "by")),
        list(commitment.places.order_by("pk").values()),
        list(commitment.partners.order_by("pk").values()),
        (commitment.status, commitment.published_at, commitment.present_condition),
    ]


def test_correct_texts_publishes_a_version_with_a_note_and_tells_the_lead(published):
    before = facts_of(published)
    ada = UserFactory()

    event = correct(published, by=ada)

    published.refresh_from_db()
    assert published.title == "Digital skills for teachers"
    assert (event.kind, event.by_user, event.note, event.is_shared) == (
        EventKind.TEXT_CORRECTED,
        ada,
        "Typing error corrected",
        True,
    )
    version = CommitmentVersion.objects.get(number=2)
    assert version.reason == "Typing error corrected"
    assert from_json(version.content).title == "Digital skills for teachers"
    assert mail() == [("commitment-text-corrected", "en")]
    body = Message.objects.get().body
    assert "Was: Digital skils for teachers" in body
    assert "Is now: Digital skills for teachers" in body
    assert facts_of(published) == before
    assert matching({"q": "skills"}).get() == published


def test_correct_texts_corrects_those_of_targets_and_amounts(published):
    names = [text.name for text in texts_of(published)]
    target, amount = published.targets.get(), published.amounts.get()
    texts = {
        f"targets-{target.key}-indicator": "Teachers who are trained",
        f"targets-{target.key}-unit": "persons",
        f"amounts-{amount.key}-label": "Training",
    }
    assert set(texts) <= set(names)

    correct(published, texts=texts)

    target.refresh_from_db(), amount.refresh_from_db()
    assert (target.indicator, target.unit) == ("Teachers who are trained", "persons")
    assert amount.label == "Training"


def test_correct_texts_refuses_and_writes_nothing(published):
    with refused(NothingChanged):
        correct(published, texts={"title": "Digital skils for teachers"})
    with refused(Refused, match="cannot become empty"):
        correct(published, texts={"title": ""})
    with refused(Conflict):
        correct(published, version=published.version + 1)
    answered = sent(S.ANSWERED)
    with refused(WrongStatus):
        correct(answered)
    proposed(published, title="Another title")
    with refused(Refused, match="Accept or decline it first"):
        correct(published)


def test_page_shows_the_letter_with_what_was_corrected_before_it_is_sent(published):
    browser = signed_in(officer())
    typed = texts_on(browser, published) | {"title": "Digital skills for teachers"}
    fields = {**opened(browser, "correct_texts", published), **typed}

    unread = browser.post(url("correct_texts", published), fields)
    fields |= composed(browser, "correct_texts", published, fields)
    done = browser.post(url("correct_texts", published), fields, follow=True)

    assert unread.status_code == 422
    assert "This is the letter for your choice. Read it, then decide." in read(unread)
    assert deleted("skils") in read(unread)
    assert messages_of(done) == ["The typing error is corrected."]
    assert "Is now: Digital skills for teachers" in Message.objects.get().body
    published.refresh_from_db()
    assert published.title == "Digital skills for teachers"


def texts_on(browser, commitment):
    """What the page proposes."""
    form = browser.get(url("correct_texts", commitment)).context["form"]
    return {text.name: text.value for text in form.texts} | NOTE


def test_page_proposes_the_texts_as_they_are(published):
    browser = signed_in(officer())

    page = browser.get(url("correct_texts", published))

    form = page.context["form"]
    assert [form[text.name].value() for text in form.texts] == [
        "Digital skils for teachers",
        published.statement,
        published.targets.get().indicator,
        published.targets.get().unit,
        "Trainning",
    ]
    assert form["reason"].value() == "Typing error corrected"


def test_page_says_that_a_change_waits(published):
    proposed(published, title="Another title")
    browser = signed_in(officer())

    page = browser.get(url("correct_texts", published))
    response = decide(
        browser, "correct_texts", published, **texts_on(browser, published) | {"title": "Other"}
    )

    assert "Accept or decline it first" in read(page)
    assert response.status_code == 409


# English ----------------------------------------------------------------------------------------


ENGLISH = {"title_en": "Digital skills for teachers", "summary_en": "We train 1,000 teachers."}


@pytest.mark.parametrize("status", [S.SUBMITTED, S.PUBLISHED])
def test_write_english_makes_no_version_and_says_who_wrote_it(status):
    commitment = sent(status, language="ur", title="ڈیجیٹل مہارتیں")

    event = write_english(commitment, **ENGLISH, by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    assert (commitment.title_en, commitment.summary_en, commitment.english_by) == (
        *ENGLISH.values(),
        "desk",
    )
    assert (event.kind, event.is_shared) == (EventKind.ENGLISH_WRITTEN, True)
    assert told(commitment) == [("english_written", "\n".join(ENGLISH.values()))]
    assert mail() == []
    assert CommitmentVersion.objects.count() == 0
    assert matching({"q": "digital skills"}).count() == (status == S.PUBLISHED)


def test_write_english_refuses_and_writes_nothing():
    commitment = sent(S.PUBLISHED, language="ur")
    facts = {"by": UserFactory(), "at": NOON}

    with refused(NothingChanged):
        write_english(commitment, title_en="", summary_en="", **facts)
    with refused(Conflict):
        write_english(commitment, **ENGLISH, **facts, version=commitment.version + 1)
    declined, english = sent(S.DECLINED, language="ur"), sent(S.PUBLISHED, language="en")
    with refused(WrongStatus):
        write_english(declined, **ENGLISH, **facts)
    with refused(Refused, match="in English already"):
        write_english(english, **ENGLISH, **facts)
    proposed(commitment, title="Another title")
    with refused(Refused, match="Accept or decline it first"):
        write_english(commitment, **ENGLISH, **facts)


def test_english_is_emptied_with_its_author():
    commitment = sent(S.PUBLISHED, language="ur", **ENGLISH, english_by="lead")

    write_english(commitment, title_en="", summary_en="", by=UserFactory(), at=NOON)

    commitment.refresh_from_db()
    assert commitment.english_by == ""


def test_page_writes_the_english():
    commitment = sent(S.PUBLISHED, language="ur")

    response = decide(signed_in(officer()), "write_english", commitment, **ENGLISH)

    commitment.refresh_from_db()
    assert messages_of(response) == ["The English text is saved."]
    assert commitment.title_en == ENGLISH["title_en"]
