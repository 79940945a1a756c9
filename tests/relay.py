"""Real Exim and Dovecot: our mail leaves through one, and what comes back is in the other.

Exim delivers what comes to RETURN_DOMAIN into the one mailbox that Dovecot serves. It knows nobody
at KNOWN_DOMAIN but `away`, who has a notice of vacation, and passes all other mail on to another
server.
"""

import contextlib
import grp
import os
import pwd
import shutil
import socket
import tempfile
from pathlib import Path

from tests.mail_server import free_port
from tests.mailbox_server import PASSWORD, MailboxServer
from tests.processes import Process, ProgramMissing, program

RETURN_DOMAIN = "return.example"
KNOWN_DOMAIN = "known.example"
# Who may start Exim, as Debian names it.
EXIM_USER = "Debian-exim"

EXIM = """
primary_hostname = relay.example
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
deliver_drop_privilege
acl_smtp_rcpt = accept
acl_smtp_data = accept
tls_advertise_hosts =
keep_environment =

begin routers
returned:
  driver = accept
  domains = {returned}
  transport = mailbox
away:
  driver = accept
  domains = {known}
  local_parts = away
  senders = ! :
  transport = away
unknown:
  driver = redirect
  domains = {known}
  allow_fail
  data = :fail: User unknown
onward:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = onward

begin transports
mailbox:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  envelope_to_add
  return_path_add
away:
  driver = autoreply
  to = $sender_address
  subject = Away
  text = I am away until Monday.
onward:
  driver = smtp
  port = {onward}
  allow_localhost
  hosts_try_fastopen =
  hosts_avoid_tls = *

begin retry
* * F,1h,10m
"""

DOVECOT = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot-own.log
listen = 127.0.0.1
protocols = imap
ssl = no
auth_allow_cleartext = yes
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_driver = maildir
mail_path = {folder}/mail
mail_home = {folder}/home
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb static {{
  password = {password}
}}
userdb static {{
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


class Relay(Process):
    """Exim, which listens on `port`, and passes mail for strangers on to the port `onward`."""

    def __init__(self, folder, *, onward):
        self.port = free_port()
        is_root = os.geteuid() == 0
        if not is_root and pwd.getpwuid(os.geteuid()).pw_name != EXIM_USER:
            raise ProgramMissing(f"right to start Exim for anybody but root and {EXIM_USER}")
        settings = folder / "exim.conf"
        settings.write_text(
            EXIM.format(
                folder=folder,
                port=self.port,
                returned=RETURN_DOMAIN,
                known=KNOWN_DOMAIN,
                onward=onward,
            )
        )
        super().__init__(
            "exim",
            [program("exim4"), "-C", str(settings), "-bdf"],
            environment={"PATH": os.environ["PATH"]},
            folder=folder,
            user=EXIM_USER if is_root else None,
        )

    def answers(self):
        """Return whether it accepts connections."""
        return answers(self.port)


class Dovecot(Process, MailboxServer):
    """Dovecot with one mailbox."""

    def __init__(self, folder):
        Process.__init__(
            self,
            "dovecot",
            [program("dovecot"), "-F", "-c", str(folder / "dovecot.conf")],
            environment={"PATH": os.environ["PATH"]},
            folder=folder,
            user=EXIM_USER if os.geteuid() == 0 else None,
        )
        MailboxServer.__init__(self, free_port())
        person = pwd.getpwnam(self.user) if self.user else pwd.getpwuid(os.geteuid())
        (folder / "dovecot.conf").write_text(
            DOVECOT.format(
                folder=folder,
                user=person.pw_name,
                group=grp.getgrgid(person.pw_gid).gr_name,
                password=PASSWORD,
                port=self.port,
            )
        )

    def answers(self):
        """Return whether it accepts connections."""
        return answers(self.port)


def answers(port):
    """Return whether a server listens on a port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


@contextlib.contextmanager
def folder_of_mail():
    """Yield a folder that both servers may write into.

    Not in a folder of pytest, which may belong to root.
    """
    folder = Path(tempfile.mkdtemp(prefix="p2c-portal-mail-"))
    for name in ("spool", "mail", "home", "run", "state"):
        (folder / name).mkdir()
    if os.geteuid() == 0:
        for each in (folder, *folder.iterdir()):
            shutil.chown(each, EXIM_USER, EXIM_USER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
