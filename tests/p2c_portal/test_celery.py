from tests.p2c_portal.test_settings import HERE, run

BEGIN = """
import sys
from p2c_portal.celery import app
app.loader.init_worker()
print("kombu.transport.sqlalchemy" in sys.modules)
"""


def test_process_has_what_speaks_to_its_broker_before_it_can_be_told_to_stop(tmp_path):
    broker = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"

    begun = run("-c", BEGIN, **HERE, CELERY_BROKER_URL=broker)

    assert begun.stdout == "True\n", begun.stderr
