"""Lists the browsers in which a user is signed in, and signs them out there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as StockStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dateparse import parse_datetime

from accounts.models import Session, User
from accounts.services.known_browsers import browser_in_words

# The session key for how the session began, in addition to the keys of Django and allauth.
SIGNED_IN_KEY: Final = "signed_in"
USER_AGENT_LENGTH: Final = 300
# How long a person stays signed in on a device of their own, used or not, if they choose it.
KEPT_FOR: Final = timedelta(days=30)
# Where Django keeps the end of a session that does not end with the browser.
KEPT_UNTIL_KEY: Final = "_session_expiry"
# The precision of the time of last use. A session is not written more often than this.
KNOWN_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class BrowserSession:
    """A browser in which a user is signed in."""

    # Not the session key, which would give access to the session.
    handle: str
    browser: str
    since: datetime | None
    last_used_at: datetime
    # If the person chose to stay signed in.
    kept_until: datetime | None
    is_this: bool


def record_beginning(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Store when the user signed in, and in the session also with which browser."""
    # Not save(), because signing in is not a change of the account.
    User.objects.filter(pk=user.pk).update(signed_in_at=at)
    user_agent = request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LENGTH]
    request.session[SIGNED_IN_KEY] = {"at": at.isoformat(), "browser": user_agent}


def stay_signed_in(request: HttpRequest, *, at: datetime) -> None:
    """Let the session go on for `KEPT_FOR`, also after the browser was closed."""
    request.session.set_expiry(at + KEPT_FOR)


def sessions_of(user: User, *, this: str | None, at: datetime) -> list[BrowserSession]:
    """Return the browsers in which a user is signed in, starting with the one they use now."""
    sessions = Session.objects.filter(user=user, expire_date__gt=at)
    places = [
        _place_of(session, is_this=session.pk == this)
        for session in sessions.order_by("-last_used_at", "pk")
    ]
    return sorted(places, key=lambda place: not place.is_this)


def end_session(*, user: User, handle: str) -> int:
    """Sign a user out of one of their browsers; return the number of sessions ended, 1 or 0."""
    keys = Session.objects.filter(user=user).values_list("pk", flat=True)
    found = [key for key in keys if constant_time_compare(_handle_of(key), handle)]
    ended, _rows = Session.objects.filter(pk__in=found).delete()
    return ended


def end_other_sessions(*, user: User, this: str | None) -> int:
    """Sign a user out everywhere except in the current browser; return the number of sessions."""
    ended, _rows = Session.objects.filter(user=user).exclude(pk=this or "").delete()
    return ended


def delete_expired_sessions(*, at: datetime) -> int:
    """Delete the sessions that have expired, with their data; return their number."""
    forgotten, _rows = Session.objects.filter(expire_date__lte=at).delete()
    return forgotten


def _place_of(session: Session, *, is_this: bool) -> BrowserSession:
    remembered = session.get_decoded()
    began = remembered.get(SIGNED_IN_KEY, {})
    return BrowserSession(
        handle=_handle_of(session.pk),
        browser=browser_in_words(began.get("browser", "")),
        since=parse_datetime(began.get("at", "")),
        last_used_at=session.last_used_at,
        kept_until=session.expire_date if KEPT_UNTIL_KEY in remembered else None,
        is_this=is_this,
    )


def _handle_of(key: str) -> str:
    return salted_hmac("accounts.sessions", key, algorithm="sha256").hexdigest()[:32]


class SessionStore(StockStore):
    """Stores sessions as rows of the portal's own model."""

    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def get_expiry_date(self, **given: Any) -> datetime:
        """Return the end of the session: twelve hours after signing in, unless it is kept.

        Django's own would move with each change of the session.
        """
        end: datetime = super().get_expiry_date(**given)
        began_at = parse_datetime(self.get(SIGNED_IN_KEY, {}).get("at", ""))
        if began_at is None or KEPT_UNTIL_KEY in self:
            return end
        return min(end, began_at + timedelta(seconds=self.get_session_cookie_age()))

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
