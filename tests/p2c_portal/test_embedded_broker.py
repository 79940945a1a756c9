import sqlite3

from p2c_portal.embedded_broker import QuickConnection


def test_quick_connection_waits_neither_for_the_disk_nor_for_readers(tmp_path):
    file = tmp_path / "broker.sqlite3"
    connection = sqlite3.connect(file, factory=QuickConnection, timeout=1)

    modes = [
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "busy_timeout")
    ]

    connection.close()
    assert modes == ["wal", 0, 1000]
