"""The steps of a draft on the desk: begin, open, move the closing, close, adopt."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from framework.models import DraftState, DraftStatus
from tests.factories import AmendmentFactory, FrameworkDraftFactory, FrameworkFactory
from tests.framework.desk import address, client_of, prepared_draft, texts_of
from tests.triage.staff import read, told

pytestmark = pytest.mark.django_db
# In Geneva 23:59, in winter.
TYPED = {"day": "2046-12-31", "time": "23:59"}
CLOSING = datetime(2046, 12, 31, 22, 59, tzinfo=UTC)
A_WEEK = timedelta(weeks=1)


def test_begin_prepares_the_next_draft_and_leads_to_its_text():
    framework = FrameworkFactory()

    answer = client_of(framework).post(address("begin", framework), {"version": 1})

    draft = framework.drafts.get()
    assert (draft.number, draft.status) == (0, DraftStatus.PREPARATION)
    assert answer.url == address("text", framework)


def test_open_page_proposes_three_weeks_and_says_who_gets_an_email():
    last = FrameworkDraftFactory()
    AmendmentFactory(draft=last, sent_by=None).delete()
    AmendmentFactory(draft=last, status="withdrawn", withdrawn_at=timezone.now())
    draft = prepared_draft("Act.", framework=last.framework)

    answer = client_of(draft.framework).get(address("open", draft.framework))

    day = timezone.localdate() + timedelta(days=21)
    assert f'value="{day.isoformat()}"' in answer.text
    assert 'value="23:59"' in answer.text
    assert "1 organisation of the working group gets an email." in read(answer)


def test_open_opens_the_draft_until_the_time_in_geneva():
    draft = prepared_draft("Act.")

    answer = client_of(draft.framework).post(
        address("open", draft.framework), {**TYPED, "version": draft.version}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.status, draft.closes_at) == (DraftStatus.OPENED, CLOSING)
    assert told(answer) == ["Draft 0 is open until Monday 31 December 2046, 23:59 Geneva (UTC+1)."]


def test_open_keeps_the_day_if_a_colleague_changed_the_draft():
    draft = prepared_draft("Act.", version=2)
    client = client_of(draft.framework)

    refused = client.post(address("open", draft.framework), {**TYPED, "version": 1})

    draft.refresh_from_db()
    assert refused.status_code == 409
    assert draft.status == DraftStatus.PREPARATION
    assert "Draft 0 was changed after you opened the page." in read(refused)
    assert 'value="2046-12-31"' in refused.text
    assert 'name="version" value="2"' in refused.text


def test_open_asks_for_a_time_in_the_future():
    draft = prepared_draft("Act.")

    refused = client_of(draft.framework).post(
        address("open", draft.framework), {"day": "2020-01-01", "time": "12:00", "version": 1}
    )

    assert refused.status_code == 409
    assert "The draft must close in the future." in read(refused)


def test_open_leads_back_while_a_proposal_has_no_answer():
    last = FrameworkDraftFactory()
    AmendmentFactory(draft=last)
    draft = prepared_draft("Act.", framework=last.framework)

    answer = client_of(draft.framework).get(address("open", draft.framework), follow=True)

    assert answer.redirect_chain == [(address("change", draft.framework), 302)]
    assert told(answer) == ["The framework does not allow this step now."]


def test_move_closing_moves_it_and_opens_a_closed_draft_again():
    draft = FrameworkDraftFactory()

    client_of(draft.framework).post(
        address("move_closing", draft.framework), {**TYPED, "version": draft.version}
    )

    draft.refresh_from_db()
    assert draft.closes_at == CLOSING
    assert draft.state_at(timezone.now()) == DraftState.OPEN


def test_close_now_closes_the_draft():
    draft = FrameworkDraftFactory(closes_at=timezone.now() + A_WEEK)

    client_of(draft.framework).post(
        address("close_now", draft.framework), {"version": draft.version}
    )

    draft.refresh_from_db()
    assert draft.state_at(timezone.now()) == DraftState.CLOSED


def test_close_now_is_not_offered_for_a_closed_draft():
    draft = FrameworkDraftFactory()

    answer = client_of(draft.framework).post(address("close_now", draft.framework))

    assert answer.url == address("change", draft.framework)


def test_adopt_adopts_the_draft_in_preparation():
    draft = prepared_draft("Act.")

    client_of(draft.framework).post(address("adopt", draft.framework), {"version": 1})

    draft.refresh_from_db()
    assert draft.status == DraftStatus.ADOPTED
    assert texts_of(draft) == ["Act."]


def test_adopt_refuses_a_draft_without_text():
    draft = prepared_draft()

    refused = client_of(draft.framework).post(address("adopt", draft.framework), {"version": 1})

    draft.refresh_from_db()
    assert refused.status_code == 409
    assert "This draft has no text yet." in read(refused)
    assert draft.status == DraftStatus.PREPARATION
