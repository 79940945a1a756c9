"""All settings of the portal. Values that differ between installations come from the environment.

.env.example lists the environment variables.
"""

import contextlib
import logging
import os
import sys
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_guid.integrations.celery import CeleryIntegration

from p2c_portal import components
from p2c_portal.brokers import broker_options, embedded_broker_file
from p2c_portal.databases import SQLITE_OPTIONS, postgresql_database
from p2c_portal.log_formatters import FORMATTERS, logging_config
from p2c_portal.mail_provider import check_mail_provider
from p2c_portal.schedule import beat_schedule
from p2c_portal.single_sign_on import read_single_sign_on
from p2c_portal.virus_scanner import clamd_address

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# With lxml, which pikepdf brings, openpyxl would report a full disk by an error of lxml.
os.environ["OPENPYXL_LXML"] = "False"
if env.bool("READ_DOT_ENV", default=True):
    env.read_env(BASE_DIR / ".env")

# The folder for all files that the portal writes, except those with their own setting.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
# SQLite, the e-mail files and WhiteNoise need these. On a read-only disk, they report the error.
for folder in (VAR_DIR, STATIC_ROOT):
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)


def required(name: str) -> str:
    """Return a setting that has no safe default.

    Raises ImproperlyConfigured with its name if the environment does not set it.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"Set {name} in the environment or in .env; .env.example shows how."
        )
    return value


# Which release this is, and from which revision of the source it was deployed, such as a commit.
VERSION: Final = "1.0.0"
REVISION = env.str("REVISION", default="")

# The file with the identity of this installation, outside the database (decision 52).
INSTALLATION_FILE = env.str("INSTALLATION_FILE", default=str(VAR_DIR / "installation"))
# The signed list of erasures, by which a restored portal repeats them.
ERASURES_FILE = env.str("ERASURES_FILE", default=str(VAR_DIR / "erasures.jsonl"))

# The minimum length in characters of a secret that nobody can guess.
SECRET_AT_LEAST = 20

# Where the portal is
SECRET_KEY = required("SECRET_KEY")
# Earlier keys: their signatures are still valid, but nothing new is signed with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
STYLE_GUIDE = env.bool("STYLE_GUIDE", default=DEBUG)
SITE_URL = required("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or ""])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
IS_HTTPS = SITE_URL.startswith("https://")
if IS_HTTPS and SECRET_KEY.startswith("django-insecure-"):
    raise ImproperlyConfigured(
        "SECRET_KEY is the one of .env.example, which everybody knows. Set one of your own."
    )

# What it is made of
INSTALLED_APPS = components.INSTALLED_APPS
MIDDLEWARE = components.MIDDLEWARE
ROOT_URLCONF = "p2c_portal.urls"
CSRF_FAILURE_VIEW = "p2c_portal.views.errors.csrf_failure"
WSGI_APPLICATION = "p2c_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "p2c_portal.context_processors.frame",
            ],
        },
    },
]

# Data
# Without the JIT compiler: it depends on the planner's estimate, which is far too high for the
# queue's query of fifty rows. It takes a second or more to compile a query of milliseconds.
POSTGRES_OPTIONS = env.str("POSTGRES_OPTIONS", default="-c jit=off")
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")
# The tables may belong to a role that only `migrate` has; RUNNING_ROLE has fewer rights.
DATABASES = {"default": env.db("MIGRATION_DATABASE_URL", default=DATABASE_URL)}
RUNNING_ROLE = env.db_url_config(DATABASE_URL).get("USER", "")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    # A file, because other processes do not see a database in memory. Two test runs have their own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"] |= postgresql_database(
        DATABASES["default"].get("OPTIONS", {}), server_options=POSTGRES_OPTIONS
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOCAL_MEMORY_CACHE: Final = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 128},
}
CACHES = {
    "default": env.cache("CACHE_URL", default="locmemcache://"),
    # Parts of pages that are the same for everybody, with all that they depend on in the key. Each
    # process keeps its own, so they end with the release that made them.
    "template_fragments": {**LOCAL_MEMORY_CACHE, "LOCATION": "template_fragments", "TIMEOUT": None},
    # Rendered calendar feeds, separate in each process, because they contain join links.
    "feeds": {**LOCAL_MEMORY_CACHE, "LOCATION": "feeds", "TIMEOUT": 60 * 60},
    # When calls are open, and how many needs and offers are published, for the header of each page.
    # In each process, so that no page waits for another server.
    "calls": {**LOCAL_MEMORY_CACHE, "LOCATION": "calls", "TIMEOUT": 60},
}
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"]["BACKEND"] = "django.core.cache.backends.redis.RedisCache"
    # A cache that does not answer must not make a visitor wait.
    CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}

# The number of expressions of interest per hour that is not yet suspicious (decision 10).
EOI_PER_NETWORK = env.int("EOI_PER_NETWORK", default=300)
EOI_PER_ADDRESS = env.int("EOI_PER_ADDRESS", default=10)
# So many acknowledgements are sent at once in an hour; later ones wait. 0 for no limit.
ACKNOWLEDGEMENTS_PER_HOUR = max(0, env.int("ACKNOWLEDGEMENTS_PER_HOUR", default=1000))
# For so many seconds a decision can be undone, and its letter waits; 0 for never.
UNDO_SECONDS = max(0, env.int("UNDO_SECONDS", default=120))
# With so many published needs and offers, the main links lead to them.
OPPORTUNITIES_SHOWN_FROM = env.int("OPPORTUNITIES_SHOWN_FROM", default=10)

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "home"
MEMBER_LOGIN_REDIRECT_URL = "participation:my_page"
# Whether the admin requires a second factor (decision 13).
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=IS_HTTPS)
SINGLE_SIGN_ON = read_single_sign_on(env)
SOCIALACCOUNT_PROVIDERS = SINGLE_SIGN_ON.providers
ACCOUNT_ADAPTER = "accounts.services.allauth_adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody can sign up. Without a password here, allauth would not accept one at sign-in either.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Addresses are verified by the person who creates the account.
ACCOUNT_EMAIL_VERIFICATION = "none"
# accounts/services/login_throttling.py has the rate limits. allauth's own would let nobody in if
# the cache is down.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {"reauthenticate": "accounts.forms.ConfirmPasswordForm"}
MFA_ADAPTER = "accounts.services.allauth_adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Partner2Connect"
# Half a minute before and after: clocks differ, and people need time to type.
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "activate_totp": "accounts.forms.SetUpAppForm",
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
    "authenticate_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.PasskeyForm",
    "login_webauthn": "accounts.forms.SignInByPasskeyForm",
}

# Security
SECURE_SSL_REDIRECT = IS_HTTPS
# Monitors call each process directly, without the https proxy, and use an allowed host name.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
# Sessions are stored in the database, in rows that also have the user.
SESSION_ENGINE = "accounts.services.sessions"
# A working day after signing in, used or not, and only until the browser is closed. A focal point
# may choose to stay signed in for longer (accounts/services/sessions.py).
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
# Browsers accept a cookie of such a name only from this host and by https.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE: Final = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Browsers remember HSTS for this time, and nobody can revoke it. So the default is short, and does
# not include other hosts.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = [
    # Subdomains are other hosts, which others may run without https.
    "security.W005",
    # The preload list of browsers accepts only whole domains, such as itu.int, and leaving it takes
    # months. The owner of the domain decides on that.
    "security.W021",
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
UNUSED = ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
PERMISSIONS_POLICY: dict[str, list[str]] = {feature: [] for feature in UNUSED}


def secret(name: str) -> str:
    """Return a setting that nobody can guess, or an empty string if it is not set.

    Raises ImproperlyConfigured if it is short.
    """
    value: str = env.str(name, default="")
    if value and len(value) < SECRET_AT_LEAST:
        raise ImproperlyConfigured(f"{name} has {SECRET_AT_LEAST} signs at least.")
    return value


# The token that a monitor sends to read /readyz. Without a token, anybody can read it.
READYZ_TOKEN = secret("READYZ_TOKEN")
# The token that Prometheus sends to read /metrics. Without a token, the address does not exist, and
# no request is counted.
METRICS_TOKEN = secret("METRICS_TOKEN")

# The collector of the security team: unix:/dev/log, udp://host:514, tcp://host:601
AUDIT_SYSLOG = env.str("AUDIT_SYSLOG", default="")
# The server to which errors are reported, without personal data: p2c_portal/error_reports.py
SENTRY_DSN = env.str("SENTRY_DSN", default="")

# Language and time
LANGUAGE_CODE = "en"
# The six official languages, in the order of the United Nations.
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
# Django writes the name with a shadda, which running text leaves out.
LANG_INFO["ar"] = {**LANG_INFO["ar"], "name_local": "العربية"}
# The languages of the pages and mails for staff; the others have no translation of these.
DESK_LANGUAGES = ("en", "fr")
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "p2c_portal.formats"
TIME_ZONE = "Europe/Zurich"
MODELTRANSLATION_LANGUAGES = ("en", "fr", "es", "ru", "zh-hans", "ar")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "fr")

# Files served
STATIC_URL = "static/"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("handbook", BASE_DIR / "docs" / "handbook" / "pictures"),
]
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
# The folder for uploaded files. It is not served: views check permissions and send the files.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "files"))
PAPER_AT_MOST_MB = env.int("PAPER_AT_MOST_MB", default=20)
CLAMD = clamd_address(env.str("CLAMD", default=""))
# Readable for the portal and its group, such as the user who makes the backups.
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
STORAGES = {
    "default": {"BACKEND": "p2c_portal.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": "p2c_portal.storage.WholeStaticFileStorage"},
}

# The terms of the open data, which their owner sets: a name, and the address of the text.
DATA_LICENCE = env.str("DATA_LICENCE", default="")
DATA_LICENCE_URL = env.str("DATA_LICENCE_URL", default="")
# The organisation that reports to IATI: ITU, by its channel code of the OECD.
IATI_ORGANISATION = env.str("IATI_ORGANISATION", default="XM-DAC-41303")

# The owner's identity: p2c_portal/identity.py has the limits, and a system check applies them.
EMBLEM_FILE = env.str("EMBLEM_FILE", default="")
ACCENT_COLOUR = env.str("ACCENT_COLOUR", default="")
ACCENT_COLOUR_DARK = env.str("ACCENT_COLOUR_DARK", default="")

# Forms
# A bulk action has up to three fields in each of its 500 rows.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = ["core.uploads.RejectingUploadHandler"]
# A URL typed without a scheme becomes https, which is the default from Django 6.0.
FORMS_URLFIELD_ASSUME_HTTPS = True
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Mail
# The header Date has the offset of TIME_ZONE, which Django sets for each process.
EMAIL_USE_LOCALTIME = True
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
# After how many messages the connection to the mail server is renewed; 0: never. Servers limit it.
MAIL_PER_CONNECTION = env.int("MAIL_PER_CONNECTION", default=50)
# How many messages a minute the mail server accepts; 0: not limited.
MAIL_RATE = env.int("MAIL_RATE", default=0)
# A mailing to more recipients is sent only after a second person confirmed it; 0: each mailing.
MAILING_SECOND_PERSON_ABOVE = env.int("MAILING_SECOND_PERSON_ABOVE", default=100)
if MAILING_SECOND_PERSON_ABOVE < 0:
    raise ImproperlyConfigured("MAILING_SECOND_PERSON_ABOVE is 0 or more.")
# In US dollars: a commitment with a larger amount is published only by two people; 0: never.
COMMITMENT_SECOND_PERSON_ABOVE = env.int("COMMITMENT_SECOND_PERSON_ABOVE", default=100_000_000)
if COMMITMENT_SECOND_PERSON_ABOVE < 0:
    raise ImproperlyConfigured("COMMITMENT_SECOND_PERSON_ABOVE is 0 or more.")
_email = env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
MAIL_BACKEND = _email.pop("EMAIL_BACKEND")
if MAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    MAIL_BACKEND = "outbox.services.smtp.RecordingSMTPBackend"
globals().update(_email)
EMAIL_BACKEND = "outbox.services.allowlist.AllowlistBackend"
MAIL_ALLOWLIST = env.list("MAIL_ALLOWLIST", default=None)
# Whether the mail server sends to addresses with any letters before the @ sign (RFC 6531).
MAIL_SMTPUTF8 = env.bool("MAIL_SMTPUTF8", default=False)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Partner2Connect Digital Coalition <partner2connect@p2c.example>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", default="Partner2Connect@itu.int")
MAIL_DOMAIN = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
# Where bounces and replies come back: a domain of its own, or sub-addresses of one mailbox.
MAIL_RETURN_DOMAIN = env.str("MAIL_RETURN_DOMAIN", default="")
MAIL_RETURN_MAILBOX = env.str("MAIL_RETURN_MAILBOX", default="")
MAIL_SUBADDRESSES = env.bool("MAIL_SUBADDRESSES", default=True)
# The mailbox that is read: imaps://name:password@host, and for OAuth 2 where tokens come from.
MAILBOX_URL = env.str("MAILBOX_URL", default="")
MAILBOX_OAUTH = env.dict("MAILBOX_OAUTH", default={})
# The provider that reports delivery, and its settings for anymail (decision 18).
MAIL_PROVIDER = env.str("MAIL_PROVIDER", default="")
ANYMAIL = env.dict("MAIL_PROVIDER_OPTIONS", default={})
if MAIL_PROVIDER:
    # There may be two secrets while one is being changed.
    secrets = required("WEBHOOK_SECRET").split(",")
    ANYMAIL |= {"WEBHOOK_SECRET": secrets, "REQUESTS_TIMEOUT": EMAIL_TIMEOUT}
    check_mail_provider(MAIL_PROVIDER, ANYMAIL)
# Whether e-mail is sent with the provider's API instead of EMAIL_URL.
MAIL_BY_API = bool(MAIL_PROVIDER) and env.bool("MAIL_BY_API", default=False)
if MAIL_BY_API:
    MAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"

# Celery
CELERY_BROKER_URL = env.str(
    "CELERY_BROKER_URL", default=f"sqla+sqlite:///{VAR_DIR / 'broker.sqlite3'}"
)
IS_REDIS_BROKER = CELERY_BROKER_URL.startswith(("redis://", "rediss://"))
EMBEDDED_BROKER_FILE = embedded_broker_file(CELERY_BROKER_URL)
CELERY_TIMEZONE = "UTC"
# Messages have queues of their own: a backlog of e-mail does not hide that beat and worker live.
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_TASK_ROUTES = {
    "outbox.tasks.deliver": {"queue": "mail"},
    "papers.tasks.scan_waiting_files": {"queue": "bulk"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# A worker takes a task only when it has a free process. A limit on unacknowledged tasks would count
# those of an outage of Redis for ever.
CELERY_WORKER_DISABLE_PREFETCH = IS_REDIS_BROKER
CELERY_WORKER_PREFETCH_MULTIPLIER = 0 if IS_REDIS_BROKER else 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
# Celery would close the connection to the database around each task. Workers keep it for
# CONN_MAX_AGE, as web processes do (p2c_portal/celery.py).
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# The sweep retries, not the visitor's request.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(
    CELERY_BROKER_URL, key_prefix=env.str("CELERY_KEY_PREFIX", default="")
)
# If a task is lost, its message waits only until the next sweep.
SWEEP_EVERY = timedelta(seconds=env.int("SWEEP_EVERY", default=30 if IS_REDIS_BROKER else 5))
# Without a file, so that a full disk stops nothing (decision 60).
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = beat_schedule(
    sweep_interval=SWEEP_EVERY, has_embedded_broker=bool(EMBEDDED_BROKER_FILE)
)

# Notices: increase a version when its text changes. An EOI keeps the version that was agreed to.
PRIVACY_NOTICE_VERSION = "2026-12-draft-17"
ACCESSIBILITY_STATEMENT_VERSION = "2026-11-draft-1"

# Log
# The proxy sends the identifier of a request in this header, or the portal makes one. Tasks have
# the identifier of the request that caused them.
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration()],
}
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
if LOG_FORMAT not in FORMATTERS:
    raise ImproperlyConfigured(f"LOG_FORMAT is {' or '.join(FORMATTERS)}.")
# Python's warnings are logged as well.
logging.captureWarnings(capture=True)
LOGGING = logging_config(level=LOG_LEVEL, log_format=LOG_FORMAT)
