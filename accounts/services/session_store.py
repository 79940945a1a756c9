"""Django's database sessions, with the user of each and the time when it was last used.

They let the portal show users where they are signed in, without another query on each page.
"""

from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as StockStore
from django.utils import timezone

from accounts.models import Session

# The precision of the time of last use. A session is not written more often than this.
KNOWN_WITHIN: Final = timedelta(minutes=10)


class SessionStore(StockStore):
    """Stores sessions as rows of the portal's own model."""

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
