"""The web server: what it does with its log, and how many visitors it serves at once."""

from gunicorn.config import Config
from gunicorn.glogging import Logger

from p2c_portal.logs import MaskPrivateLinks


class MaskingLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's own log without the tokens of private links."""

    def setup(self, cfg: Config) -> None:
        """Mask in what gunicorn says of itself, and in its access log where one is asked for."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.addFilter(MaskPrivateLinks())


logger_class = MaskingLogger
workers = 2
threads = 4
# Nothing here is steered while it runs.
control_socket_disable = True
# A worker that hangs is replaced; no page of ours takes this long.
timeout = 30
