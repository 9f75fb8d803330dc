"""What is the same wherever Ooievaar runs: apps, middleware, database, language."""

import os
from pathlib import Path

import dj_database_url

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("OOIEVAAR_DATA", "ooievaar-data")).resolve()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ooievaar.storage",
    "ooievaar.ui",
    "ooievaar.network",
    "ooievaar.record",
    "ooievaar.record.access_log",
    "ooievaar.record.entries",
    "ooievaar.record.handover",
    "ooievaar.record.teamwork",
    "ooievaar.pathways",
    "ooievaar.contracts",
    "ooievaar.bundles",
    "ooievaar.claims",
    "ooievaar.settlement",
    "ooievaar.settlement.ledger",
    "ooievaar.settlement.payments",
    "ooievaar.settlement.year_end",
    "ooievaar.settlement.statements",
    "ooievaar.settlement.whatif",
    "ooievaar.web",
    # After our own: our templates stand in for theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "ooievaar.ui.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ooievaar.ui.security.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ooievaar.ui.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ooievaar.network.signing_in.sessions.SessionsEnd",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Around the doors: what they refuse is an event too.
    "ooievaar.record.access_log.middleware.AccessLog",
    "ooievaar.network.doors.Doors",
]
ROOT_URLCONF = "ooievaar.urls"
WSGI_APPLICATION = "ooievaar.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ]
        },
    }
]

DATABASE_URL = os.environ.get("OOIEVAAR_DATABASE_URL") or f"sqlite:///{DATA / 'ooievaar.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA foreign_keys=ON;",
    }
else:
    # Many short questions: compiling one takes longer than answering it.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# Shared by the web processes: what counts attempts must count them all.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        # Beyond this many, counts of attempts would be thrown away: room for an attack to be seen.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "network.Person"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "ooievaar.ui.faults.csrf_failure"
