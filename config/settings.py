"""The settings, all of them, read from the environment (see `.env.example`)."""

import secrets
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from casework.table_formats import FORMATS
from config.bootstrap import Stop, require_writable

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")


def kept_key(folder: Path, name: str) -> str:
    """Return a key of this installation, made on first use and readable by its owner alone."""
    kept = folder / name
    if not kept.exists():
        try:
            require_writable(folder)
        except Stop as stop:
            sys.exit(str(stop))  # one sentence instead of a traceback, whatever the command
        fresh = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            kept.hardlink_to(fresh)  # of two processes that start at once, the first one wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()


def socket_path(folder: Path) -> Path:
    """Return where the embedded broker listens; the kernel allows a socket's path ~100 bytes."""
    inside = folder / "valkey.sock"
    if len(bytes(inside)) < 100:
        return inside
    name = f"yell-{sha256(bytes(folder)).hexdigest()[:16]}"
    return Path(tempfile.gettempdir()) / name / "valkey.sock"


# What this installation is

DATA = Path(env.str("DATA", default="") or BASE_DIR / "var").expanduser().resolve()
EMBEDDED_DATABASE = DATA / "yell.sqlite3"
DEMO_MARK = DATA / "demonstration"  # left by `serve`, so that every later command agrees with it
DEMO = env.bool("DEMO", default=DEMO_MARK.exists())
DEBUG = env.bool("DEBUG", default=False)
HTTPS = env.bool("HTTPS", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_key(DATA, "secret_key")
# Opens the bank accounts of groups and nothing else; without it they cannot be read any more.
BANK_KEY = env.str("BANK_KEY", default="") or kept_key(DATA, "bank_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PORT = env.int("PORT", default=8000)
SITE_URL = (env.str("SITE_URL", default="") or f"http://127.0.0.1:{PORT}").rstrip("/")

INSTALLED_APPS = [
    "config",
    "reporting",
    "reviews",
    "grants",
    "guideline",
    "casework",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets are found where ours are, see FORM_RENDERER
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_fsm",
    "django_htmx",
    "import_export",
    "rules",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.monitors.MonitorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "casework.middleware.NotStoredMiddleware",
    "casework.middleware.ClockMiddleware",
    "casework.middleware.NumbersMiddleware",
    "casework.middleware.FormsAloneMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context.site",
            ],
        },
    },
]

# Database, broker, cache, files

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",  # a writer waits for its turn at once, and never fails midway
    "timeout": 20,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# No query of a page is worth compiling: where PostgreSQL did so, what took 10 ms took half a second.
POSTGRES_OPTIONS = {"options": "-c jit=off"}

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": EMBEDDED_DATABASE}}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    DATABASES["default"]["OPTIONS"] = POSTGRES_OPTIONS | DATABASES["default"].get("OPTIONS", {})

BROKER_SOCKET = socket_path(DATA)
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_IS_EMBEDDED = not REDIS_URL  # then `serve` starts it
REDIS_URL = REDIS_URL or f"unix://{BROKER_SOCKET}"

# In the database, so that log-in limits count over all processes and hold while the broker is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
    }
}

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA / "static"
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # what browsers ask for at the top, favicon.ico
MEDIA_ROOT = DATA / "files"  # never served by address: views check who asks
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
# The virus scanner that uploads wait for, such as tcp://clamav:3310; empty: nobody scans them.
CLAMD_URL = env.str("CLAMD_URL", default="")
CLAMD_TIMEOUT = 60  # seconds that the scan of one file may take

# The Chromium in which axe looks at the pages of a release; empty: nobody looks, and the checks say so.
AXE_BROWSER = env.str("AXE_BROWSER", default="")

# Language and time

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "casework:start"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

EMAIL_URL_SET = bool(env.str("EMAIL_URL", default=""))
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Without a mail server nobody could ever open the link that confirms an address.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL_SET else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds
# How many proxies stand in front; log-in limits count by the address that the outermost one saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.passkeys.PasskeyForm"}
MFA_TOTP_ISSUER = "Yell"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow it on localhost only
USERSESSIONS_TRACK_ACTIVITY = False  # one write per page is too much for what it tells

# Mail: without EMAIL_URL notices stay in the mailbox page and nothing leaves

if EMAIL_URL_SET:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="yell@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where mail servers send what they refuse; each e-mail bears its own token in it. Empty: nowhere.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_IMAP_PASSWORD = env.str("BOUNCE_IMAP_PASSWORD", default="")
MESSAGE_ID_DOMAIN = urlsplit(SITE_URL).hostname

# Security

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# Asked from inside the machine, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# W021: whether a domain enters the browsers' preload list is for the owner of the domain to say.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Tables in and out

IMPORT_EXPORT_FORMATS = FORMATS
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
# Without these, whoever may enter the administration site may import into any table.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"

# Work in the background: the truth of a job is a row, so a task may run twice or come late

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # or worker and beat end when it is gone for an hour
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # seconds until the task of a killed worker is handed out again
    "socket_connect_timeout": 2,
    "max_retries": 0,  # or each notice of a move waits six seconds for a broker that is down
}
CELERY_TASK_PUBLISH_RETRY = False  # a page does not wait for a broker that is down; beat sweeps up
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 1  # so that /healthz sees at once when beat last ran
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "casework.tasks.tick", "schedule": 15},  # seconds
    "deliver": {"task": "casework.tasks.deliver_pending", "schedule": 60},
    "works": {
        "task": "casework.tasks.carry_on",
        "schedule": 60,
        "options": {"expire_seconds": 50},
    },
    "scan": {
        "task": "casework.tasks.scan_waiting",
        "schedule": 60,
        "options": {"expire_seconds": 50},
    },
    "publish": {
        "task": "reporting.tasks.publish_due",
        "schedule": 60,
        "options": {"expire_seconds": 50},
    },
    "remind": {"task": "casework.tasks.send_due", "schedule": crontab(minute=5)},  # every hour
    # In the morning; where the city's quiet hours last longer, the e-mails wait until they end.
    "digest": {"task": "casework.tasks.send_digests", "schedule": crontab(hour=8, minute=0)},
    "conflicts": {"task": "reviews.tasks.find_conflicts", "schedule": crontab(hour=5, minute=30)},
    "search": {"task": "reporting.tasks.rebuild_search", "schedule": crontab(hour=4, minute=10)},
    "seal": {"task": "casework.tasks.seal_history", "schedule": crontab(hour=0, minute=20)},
    "retention": {
        "task": "casework.tasks.propose_destruction",
        "schedule": crontab(day_of_month=1, hour=3, minute=40),
    },
    # Of the rounds that a worker missed, only the latest counts.
    "watch": {
        "task": "casework.tasks.watch",
        "schedule": 60,
        "options": {"expire_seconds": 50},
    },
    "workers": {
        "task": "casework.tasks.ask_workers",
        "schedule": 60,
        "options": {"expire_seconds": 50},
    },
}

# Backups: `manage.py backup` makes one; who makes none so often is told. Not set: nobody watches

BACKUP_EVERY_HOURS = env.int("BACKUP_EVERY_HOURS", default=0)
# The folder of pg_dump and pg_restore, if they are not on PATH.
POSTGRES_PROGRAMS = env.str("POSTGRES_PROGRAMS", default="")

# Who brings it as a bearer token may read /metrics; while it is empty, there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "filters": {"one_line": {"()": "config.log_lines.OneLine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["one_line"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
