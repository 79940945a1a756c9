"""What `make run` prints. tests/system/test_run_portal.py has it run."""

from io import StringIO

import pytest

from p2c_portal.management.commands import run_portal

MAIL = "  Mail           files in /srv/var/mail\n"
SIGN_INS = "\nSign in as staff with the password first\n"


@pytest.fixture
def introduction(settings, tmp_path, monkeypatch):
    settings.SITE_URL = "http://127.0.0.1:8010"
    settings.EMAIL_FILE_PATH = "/srv/var/mail"
    sign_ins = tmp_path / "sign-ins.txt"
    sign_ins.write_text("Sign in as staff with the password first\n")
    monkeypatch.setattr(run_portal, "SIGN_INS", sign_ins)

    def introduction():
        output = StringIO()
        run_portal.Command(stdout=output).introduce()
        return output.getvalue()

    return introduction


def test_introduction_names_what_each_kind_of_person_looks_at_first(introduction):
    assert introduction() == (
        "\n"
        "What to look at first on http://127.0.0.1:8010/\n"
        "  Organisation   http://127.0.0.1:8010/en/expression-of-interest/  the form to apply\n"
        "  Officer        http://127.0.0.1:8010/admin/                      dashboard and members\n"
        "  Coordinator    http://127.0.0.1:8010/admin/meetings/meeting/     "
        "meetings of a focus area\n"
        "  Focal point    http://127.0.0.1:8010/accounts/sign-in/code/      a code comes by mail\n"
        "  Operator       http://127.0.0.1:8010/readyz                      also /healthz\n"
        f"{MAIL}{SIGN_INS}\n"
        "Ctrl-C ends all of it.\n"
    )


def test_introduction_leaves_out_mail_files_and_sign_ins_that_are_not_there(introduction, settings):
    everything = introduction()
    settings.EMAIL_FILE_PATH = None
    run_portal.SIGN_INS.unlink()

    assert introduction() == everything.replace(MAIL, "").replace(SIGN_INS, "")
