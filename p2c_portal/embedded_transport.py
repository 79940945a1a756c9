"""How tasks lie in the embedded broker: Kombu's transport, which forgets what was taken.

The stock one keeps every task for good, marked as taken, so that its file grows without end; and
it goes through SQLAlchemy's objects, which takes several times as long as to write a row.
"""

from typing import Any, Final

from kombu.transport import sqlalchemy as stock
from kombu.transport.virtual import Empty
from kombu.utils.encoding import bytes_to_str
from kombu.utils.json import dumps, loads
from sqlalchemy import text

# The stock one's tables: what it does beside putting and taking finds the same rows.
PUT: Final = text("""
    INSERT INTO kombu_message (visible, payload, version, queue_id)
    SELECT TRUE, :payload, 1, id FROM kombu_queue WHERE name = :queue
""")
FIRST: Final = """
    SELECT waiting.id FROM kombu_message AS waiting
    JOIN kombu_queue ON kombu_queue.id = waiting.queue_id
    WHERE kombu_queue.name = :queue AND waiting.visible
    ORDER BY waiting.id LIMIT 1
"""
IS_THERE: Final = text(FIRST)
TAKE: Final = text(f"DELETE FROM kombu_message WHERE id = ({FIRST}) RETURNING payload")  # noqa: S608
FORGET_TAKEN: Final = text("DELETE FROM kombu_message WHERE NOT visible")


class Channel(stock.Channel):
    """Puts a task by one statement, and takes it out of the file by one."""

    def _open(self) -> Any:
        known = len(self._engines)
        engine, session = super()._open()
        if len(self._engines) > known:
            # What the stock transport left.
            with engine.begin() as connection:
                connection.execute(FORGET_TAKEN)
        return engine, session

    # The stock one names it otherwise than its own base.
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        facts = {"queue": queue, "payload": dumps(message)}
        if not self._written(facts):
            self._new_queue(queue)
            self._written(facts)

    def _written(self, facts: dict[str, str]) -> bool:
        engine, _session = self._open()
        with engine.begin() as connection:
            return bool(connection.execute(PUT, facts).rowcount)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        engine, _session = self._open()
        with engine.connect() as connection:
            # Looked for first: whoever writes keeps the others waiting.
            is_there = connection.execute(IS_THERE, {"queue": queue}).first()
        if not is_there:
            raise Empty
        with engine.begin() as connection:
            # Another worker may have been quicker.
            payload = connection.execute(TAKE, {"queue": queue}).scalar()
        if payload is None:
            raise Empty
        return loads(bytes_to_str(payload))


class Transport(stock.Transport):
    """Kombu's transport, with our channel."""

    Channel = Channel
