"""Where sessions are kept: as Django keeps them, with whose each is and when it was last used.

So that a person can be shown where they are signed in, for no query more on any page.
"""

from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as StockStore
from django.utils import timezone

from accounts.models import Session

# When somebody came is known as exactly as this, and costs a write as seldom.
KNOWN_WITHIN: Final = timedelta(minutes=10)


class SessionStore(StockStore):
    """Sessions as rows of our own."""

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def load(self) -> dict[str, Any]:
        session: Any = self._get_session_from_db()  # type: ignore[attr-defined]
        if session is None:
            return {}
        now = timezone.now()
        if session.user_id and session.last_used_at < now - KNOWN_WITHIN:
            Session.objects.filter(pk=session.pk).update(last_used_at=now)
        remembered: dict[str, Any] = self.decode(session.session_data)
        return remembered

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)
        session.last_used_at = timezone.now()
        return session
