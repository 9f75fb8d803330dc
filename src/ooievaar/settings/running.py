"""How Ooievaar runs here: the secret key, the hosts, TLS, the logs.

Two modes. `local` (the default) answers on this computer only. `production` (OOIEVAAR_MODE) is for
real people behind TLS, and refuses to start on anything weak: one sentence per lack, no half way.
"""

import ipaddress
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

from ooievaar.settings.base import DATA, DATABASE_URL
from ooievaar.storage import logs

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
LEAST_KEY_CHARS = 50
LEAST_DIFFERENT_CHARS = 16
KNOWN_WORDS = ("django-insecure", "changeme", "change-me", "vervang", "geheim", "secret", "example")
"""What stands in keys that somebody copied from an example."""
ENCRYPTED = {"require", "verify-ca", "verify-full"}
KEY_FILE = "secret-key"
LOG_LEVELS = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Running:
    """How this process runs; `lacks` is empty unless it may not."""

    is_production: bool = False
    key: str = ""
    earlier_keys: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    proxy: str = ""
    log_level: str = "error"
    lacks: tuple[str, ...] = ()

    @property
    def hosts(self) -> list[str]:
        """The names under which it answers."""
        if not self.is_production:
            return list(LOCAL_HOSTS)
        return [f"[{host}]" if ":" in host else host for host in map(_host, self.origins)]


def read_running(environment: Mapping[str, str], data: Path, database: str) -> Running:
    """Return how a process runs with this environment, data folder and database address."""
    mode = environment.get("OOIEVAAR_MODE", "local")
    if mode not in ("local", "production"):
        return Running(lacks=(f"OOIEVAAR_MODE is {mode}; kies local of production",))
    level = environment.get("OOIEVAAR_LOG_LEVEL", "error" if mode == "local" else "info")
    if level not in LOG_LEVELS:
        return Running(lacks=(f"OOIEVAAR_LOG_LEVEL is {level}; kies {' of '.join(LOG_LEVELS)}",))
    key = _given_key(environment)
    earlier = tuple(environment.get("OOIEVAAR_SECRET_KEY_FALLBACKS", "").split())
    if mode == "local":
        return Running(key=key or kept_key(data), earlier_keys=earlier, log_level=level)
    origins = tuple(environment.get("OOIEVAAR_ORIGIN", "").replace(",", " ").split())
    proxy = environment.get("OOIEVAAR_PROXY", "")
    running = Running(
        is_production=True,
        key=key,
        earlier_keys=earlier,
        origins=tuple(origin.rstrip("/") for origin in origins),
        proxy="127.0.0.1" if proxy == "1" else proxy,
        log_level=level,
    )
    lacks = tuple(_lacks(running, environment, database))
    return replace(running, lacks=lacks)


def _given_key(environment: Mapping[str, str]) -> str:
    """Return the key from the environment, or from the file that it or systemd names."""
    file = environment.get("OOIEVAAR_SECRET_KEY_FILE")
    if not file and (credentials := environment.get("CREDENTIALS_DIRECTORY")):
        handed_over = Path(credentials) / KEY_FILE
        file = str(handed_over) if handed_over.exists() else None
    if file:
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
    return environment.get("OOIEVAAR_SECRET_KEY", "")


def kept_key(data: Path) -> str:
    """Return the key kept in the data folder, made at first use; sessions outlive a restart.

    The web process and the worker may both be the first: what a link cannot replace, the other
    made. Without a folder that can be written, the key lasts as long as this process.
    """
    place = data / KEY_FILE
    try:
        if not place.exists():
            descriptor, made = tempfile.mkstemp(prefix=f".{KEY_FILE}-", dir=data)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                    out.write(secrets.token_urlsafe(48))
                os.link(made, place)
            except FileExistsError:
                pass
            finally:
                os.unlink(made)
        return place.read_text("utf-8").strip() or secrets.token_urlsafe(48)
    except (OSError, UnicodeDecodeError):
        return secrets.token_urlsafe(48)


def _lacks(running: Running, environment: Mapping[str, str], database: str) -> Iterator[str]:
    if "OOIEVAAR_DEBUG" in environment:
        yield "OOIEVAAR_DEBUG is gezet; haal die weg"
    if not running.key:
        yield "OOIEVAAR_SECRET_KEY of OOIEVAAR_SECRET_KEY_FILE ontbreekt of is leeg"
    for key in filter(None, (running.key, *running.earlier_keys)):
        if weakness := key_weakness(key):
            yield f"de geheime sleutel {weakness}; maak een nieuwe met `openssl rand -base64 48`"
            break
    if not running.origins:
        yield "OOIEVAAR_ORIGIN ontbreekt; geef het adres, zoals https://ooievaar.uwregio.nl"
    for origin in running.origins:
        if fault := _origin_fault(origin):
            yield f"OOIEVAAR_ORIGIN bevat {origin}: {fault}"
    if running.proxy and not _is_address(running.proxy):
        yield "OOIEVAAR_PROXY is geen netwerkadres; geef 1 (op deze computer) of een adres"
    yield from _database_lacks(environment, database)


def key_weakness(key: str) -> str:
    """Say what makes a secret key guessable; '' when nothing does."""
    if len(key) < LEAST_KEY_CHARS:
        return f"is korter dan {LEAST_KEY_CHARS} tekens"
    if len(set(key)) < LEAST_DIFFERENT_CHARS:
        return f"heeft minder dan {LEAST_DIFFERENT_CHARS} verschillende tekens"
    if any(word in key.lower() for word in KNOWN_WORDS):
        return "is die van een voorbeeld"
    return ""


def _origin_fault(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "dat is geen adres"
    if parts.scheme != "https":
        return "alleen https, want wachtwoorden en dossiers gaan over de lijn"
    if not host or "*" in host or parts.path or parts.query or parts.username:
        return "alleen https:// en een naam"
    return ""


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _is_address(proxy: str) -> bool:
    try:
        ipaddress.ip_address(proxy)
    except ValueError:
        return False
    return True


def _database_lacks(environment: Mapping[str, str], database: str) -> Iterator[str]:
    parts = urlsplit(database)
    if parts.scheme.startswith("sqlite"):
        if environment.get("OOIEVAAR_ONE_OFFICE") != "1":
            yield (
                "de databank is SQLite; zet OOIEVAAR_ONE_OFFICE=1 als één kantoor met één "
                "webproces werkt, of geef PostgreSQL in OOIEVAAR_DATABASE_URL"
            )
        return
    host = parts.hostname or ""
    is_here = not host or host in ("localhost", "127.0.0.1", "::1") or "%2f" in host.lower()
    if not is_here and not ENCRYPTED & set(parse_qs(parts.query).get("sslmode", [])):
        yield (
            "de databank staat op een andere computer en de lijn erheen is niet versleuteld; "
            "zet ?sslmode=verify-full achter OOIEVAAR_DATABASE_URL"
        )


RUNNING = read_running(os.environ, DATA, DATABASE_URL)
if RUNNING.lacks:
    raise ImproperlyConfigured("Ooievaar start niet: " + "; ".join(RUNNING.lacks) + ".")

IS_PRODUCTION = RUNNING.is_production
SECRET_KEY = RUNNING.key
SECRET_KEY_FALLBACKS = list(RUNNING.earlier_keys)
DEBUG = False
ALLOWED_HOSTS = RUNNING.hosts
CSRF_TRUSTED_ORIGINS = list(RUNNING.origins)
# The address of the proxy that ends TLS: whom `serve` believes about scheme and caller.
TRUSTED_PROXY = RUNNING.proxy
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = IS_PRODUCTION
# The machine asks these of itself, before TLS.
SECURE_REDIRECT_EXEMPT = [r"^gezond/$", r"^klaar/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_PRODUCTION

SESSION_COOKIE_NAME = "__Host-ooievaar" if IS_PRODUCTION else "sessionid"
SESSION_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_PRODUCTION else "csrftoken"
CSRF_COOKIE_SECURE = IS_PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "__Host-taal" if IS_PRODUCTION else "django_language"
LANGUAGE_COOKIE_SECURE = IS_PRODUCTION
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# A message may name somebody: it stays on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# One page takes a file, a bank statement of at most 1 MB; a form is small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 2
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING_CONFIG = "ooievaar.storage.logs.configure"
LOGGING = logs.configuration(RUNNING.log_level.upper())
