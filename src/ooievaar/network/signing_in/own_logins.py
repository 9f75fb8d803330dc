"""Logins that organisations have themselves, as a file of the administrator lists them.

The file (OOIEVAAR_OIDC_FILE) is a list in JSON:

    [{"id": "ziekenhuis", "name": "Ziekenhuis Zuiderzee", "organisation": "06010101",
      "server_url": "https://login.zuiderzee.example", "client_id": "ooievaar",
      "secret": "...", "claim": "preferred_username", "second_step": true}]

`second_step`: that login demands a second step itself, always. `claim`: what it says that equals
our user name, for who comes for the first time; without it the administrator links everybody.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

ON_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
LEAST_NEEDED = ("id", "name", "organisation", "server_url", "client_id", "secret", "second_step")


@dataclass(frozen=True, slots=True)
class OwnLogin:
    """One organisation's login; `organisation` is its AGB-code."""

    id: str
    name: str
    organisation: str
    server_url: str
    client_id: str
    secret: str
    second_step: bool
    claim: str = ""


def read_own_logins(file: str) -> dict[str, OwnLogin]:
    """Return the logins in a file by id; none without a file. A fault in it stops the start."""
    if not file:
        return {}
    try:
        rows = json.loads(Path(file).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"OOIEVAAR_OIDC_FILE: {file} is niet te lezen") from error
    except json.JSONDecodeError as error:
        raise ImproperlyConfigured(
            f"{file}, regel {error.lineno}: geen geldige JSON, verwacht een lijst van aanmeldingen"
        ) from error
    if not isinstance(rows, list):
        raise ImproperlyConfigured(f"{file}: verwacht een lijst van aanmeldingen")
    found: dict[str, OwnLogin] = {}
    for number, row in enumerate(rows, 1):
        faults = list(_faults(row, found))
        if faults:
            raise ImproperlyConfigured(f"{file}, aanmelding {number}: {'; '.join(faults)}")
        found[row["id"]] = OwnLogin(**row)
    return found


def _faults(row: Any, earlier: Mapping[str, OwnLogin]) -> Iterator[str]:
    """Say what is wrong with one login; the secret is never repeated."""
    if not isinstance(row, dict):
        yield "verwacht een object met onder meer id, name en server_url"
        return
    known = {field.name for field in fields(OwnLogin)}
    for name in sorted(set(row) - known):
        yield f"veld {name} is onbekend"
    for name in LEAST_NEEDED:
        if name not in row:
            yield f"veld {name} ontbreekt"
    for name in sorted(known & set(row) - {"second_step"}):
        if not isinstance(row[name], str) or (not row[name].strip() and name != "claim"):
            yield f"veld {name}: verwacht een tekst"
            return
    if not isinstance(row.get("second_step", True), bool):
        yield "veld second_step: verwacht true of false"
    if not re.fullmatch(r"[a-z0-9-]{1,40}", row.get("id", "x")):
        yield f"veld id: gevonden {row['id']!r}, verwacht kleine letters, cijfers en streepjes"
    if row.get("id") in earlier:
        yield f"veld id: {row['id']!r} staat er al"
    if not re.fullmatch(r"\d{8}", row.get("organisation", "00000000")):
        yield f"veld organisation: gevonden {row['organisation']!r}, verwacht een AGB-code"
    if not _is_safe(row.get("server_url", "https://x")):
        yield f"veld server_url: gevonden {row['server_url']!r}, verwacht een adres met https://"


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "http":
        return parts.hostname in ON_THIS_MACHINE
    return parts.scheme == "https" and bool(parts.hostname)


def allauth_apps(logins: Mapping[str, OwnLogin]) -> dict[str, Any]:
    """Return the logins as allauth wants them: with PKCE, and asking no more than we use."""
    return {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": login.id,
                "name": login.name,
                "client_id": login.client_id,
                "secret": login.secret,
                "settings": {
                    "server_url": login.server_url,
                    "scope": ["openid", "profile", *(["email"] if login.claim == "email" else [])],
                },
            }
            for login in logins.values()
        ],
    }
