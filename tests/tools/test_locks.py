import pytest

from tools.locks import complaints_about, main

LOCK = """\
amqp==5.4.2 \\
    --hash=sha256:9362660c4a31150cf18e78cae2ce8aa1e929fc6c6739e69f6dd5dbea9c3edc82
    # via kombu
django[argon2]==5.2.19 \\
    --hash=sha256:e6e756b15c89c86818b48a4947a424706238afbf67d457428d3269bc4590db9e
    # via
    #   p2c-portal (pyproject.toml)
    #   django-csp
"""


@pytest.fixture
def _written_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.locks.ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text(LOCK)


def test_locks_are_what_the_project_asks_for():
    assert main() == 0


@pytest.mark.parametrize(
    ("requirements", "complaints"),
    [
        (["django>=5.2.19,<5.3"], []),
        (
            ["django>=5.2.20,<5.3"],
            ["requirements/run.txt has django 5.2.19, not django<5.3,>=5.2.20"],
        ),
        (["Django>=5", "redis>=8"], ["requirements/run.txt lacks redis"]),
        ([], ["requirements/run.txt has django, which pyproject.toml no longer asks for"]),
    ],
    ids=["agrees", "too old", "missing", "left over"],
)
@pytest.mark.usefixtures("_written_lock")
def test_lock_is_compared(requirements, complaints):
    assert list(complaints_about("run", requirements)) == complaints
