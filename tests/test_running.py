"""What keeps a production system from starting weak, and what it answers to the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from waitress.adjustments import Adjustments

from ooievaar.settings.running import kept_key, key_weakness, read_running
from ooievaar.web.running import server_words

KEY = "q8Zr5Jw1Yb7Xc3Vn9Mk2Ls4Hd6Gf0Tt8Pp5Rr1Ww7Ee3Uu9Ii2Oo4"
GOOD = {
    "OOIEVAAR_MODE": "production",
    "OOIEVAAR_SECRET_KEY": KEY,
    "OOIEVAAR_ORIGIN": "https://ooievaar.example",
    "OOIEVAAR_PROXY": "1",
}
POSTGRES = "postgres://ooievaar@%2Frun%2Fpostgresql/ooievaar"


def started(
    tmp_path: Path, words: list[str], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Start Python with this environment, away from the settings of this process."""
    # Neither what is set here, nor what a browser test before it left behind.
    ours = ("OOIEVAAR_", "DJANGO_ALLOW_ASYNC_UNSAFE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    given = {"OOIEVAAR_DATA": str(tmp_path), **environment}
    return subprocess.run(
        [sys.executable, *words], env=kept | given, capture_output=True, text=True, check=False
    )


def test_a_region_with_everything_in_order_may_start(tmp_path: Path) -> None:
    running = read_running(GOOD, tmp_path, POSTGRES)
    assert running.lacks == ()
    assert running.hosts == ["ooievaar.example"]
    assert running.proxy == "127.0.0.1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"OOIEVAAR_SECRET_KEY": ""}, "OOIEVAAR_SECRET_KEY of OOIEVAAR_SECRET_KEY_FILE ontbreekt"),
        ({"OOIEVAAR_SECRET_KEY": KEY[:49]}, "korter dan 50 tekens"),
        ({"OOIEVAAR_SECRET_KEY": "ab" * 40}, "minder dan 16 verschillende tekens"),
        ({"OOIEVAAR_SECRET_KEY": f"django-insecure-{KEY}"}, "van een voorbeeld"),
        ({"OOIEVAAR_SECRET_KEY_FALLBACKS": "kort"}, "korter dan 50 tekens"),
        ({"OOIEVAAR_SECRET_KEY_FILE": "er-is-niets"}, "ontbreekt of is leeg"),
        ({"OOIEVAAR_DEBUG": "0"}, "OOIEVAAR_DEBUG is gezet"),
        ({"OOIEVAAR_ORIGIN": ""}, "OOIEVAAR_ORIGIN ontbreekt"),
        ({"OOIEVAAR_ORIGIN": "http://ooievaar.example"}, "alleen https"),
        ({"OOIEVAAR_ORIGIN": "https://*.example"}, "alleen https:// en een naam"),
        ({"OOIEVAAR_ORIGIN": "https://ooievaar.example/pad"}, "alleen https:// en een naam"),
        ({"OOIEVAAR_ORIGIN": "https://[::1"}, "geen adres"),
        ({"OOIEVAAR_PROXY": "ja"}, "OOIEVAAR_PROXY is geen netwerkadres"),
        ({"OOIEVAAR_MODE": "productie"}, "kies local of production"),
        ({"OOIEVAAR_LOG_LEVEL": "debug"}, "kies info of warning of error"),
    ],
)
def test_what_is_weak_does_not_start(tmp_path: Path, change: dict[str, str], told: str) -> None:
    running = read_running(GOOD | change, tmp_path, POSTGRES)
    assert any(told in lack for lack in running.lacks), running.lacks
    assert not any(KEY in lack for lack in running.lacks)


@pytest.mark.parametrize(
    ("database", "environment", "is_refused"),
    [
        ("sqlite:///ooievaar.sqlite3", {}, True),
        ("sqlite:///ooievaar.sqlite3", {"OOIEVAAR_ONE_OFFICE": "1"}, False),
        (POSTGRES, {}, False),
        ("postgres://ooievaar@localhost/ooievaar", {}, False),
        ("postgres://ooievaar@db.example/ooievaar", {}, True),
        ("postgres://ooievaar@db.example/ooievaar?sslmode=prefer", {}, True),
        ("postgres://ooievaar@db.example/ooievaar?sslmode=verify-full", {}, False),
    ],
)
def test_the_database_is_for_one_office_or_reached_over_a_closed_line(
    tmp_path: Path, database: str, environment: dict[str, str], is_refused: bool
) -> None:
    running = read_running(GOOD | environment, tmp_path, database)
    assert bool(running.lacks) is is_refused


def test_a_key_may_come_from_a_file_that_only_the_service_reads(tmp_path: Path) -> None:
    file = tmp_path / "sleutel"
    file.write_text(f"{KEY}\n")
    environment = GOOD | {"OOIEVAAR_SECRET_KEY": "", "OOIEVAAR_SECRET_KEY_FILE": str(file)}
    assert read_running(environment, tmp_path, POSTGRES).key == KEY


def test_a_key_that_systemd_hands_over_is_found_by_itself(tmp_path: Path) -> None:
    given = GOOD | {"OOIEVAAR_SECRET_KEY": "", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_running(given, tmp_path, POSTGRES).key == ""
    (tmp_path / "secret-key").write_text(KEY)
    assert read_running(given, tmp_path, POSTGRES).key == KEY


def test_a_key_is_made_once_and_kept_where_only_the_owner_reads(tmp_path: Path) -> None:
    first = kept_key(tmp_path)
    assert not key_weakness(first)
    assert kept_key(tmp_path) == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_without_a_folder_there_is_a_key_but_no_new_folder(tmp_path: Path) -> None:
    away = tmp_path / "nergens"
    assert kept_key(away) != kept_key(away)
    assert not away.exists()


@pytest.mark.parametrize(
    "words",
    [["-m", "ooievaar.cli", "serve"], ["-c", "import ooievaar.wsgi"]],
    ids=["command", "wsgi"],
)
def test_a_refusal_is_one_line_and_status_two(tmp_path: Path, words: list[str]) -> None:
    done = started(tmp_path, words, OOIEVAAR_MODE="production", OOIEVAAR_SECRET_KEY="kort")
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Ooievaar start niet: de geheime sleutel is korter")
    assert not done.stdout


SAFELY = """
import django; django.setup()
from django.conf import settings as s
from django.core.checks import run_checks
print(s.DEBUG, s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
print(s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS)
print([str(found.id) for found in run_checks(include_deployment_checks=True)])
"""


def test_production_settings_pass_djangos_own_deployment_checks(tmp_path: Path) -> None:
    done = started(
        tmp_path, ["-W", "error", "-c", SAFELY], **GOOD,
        OOIEVAAR_ONE_OFFICE="1", DJANGO_SETTINGS_MODULE="ooievaar.settings",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    cookies, transport, found = done.stdout.splitlines()
    assert cookies == "False __Host-ooievaar True True"
    assert transport == "True 31536000 ['https://ooievaar.example'] ['ooievaar.example']"
    # W021: the preload list is a choice of whoever owns the domain.
    assert found == "['security.W021']"


def test_health_asks_nothing_of_the_database(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/gezond/")
    assert (answer.status_code, answer.content) == (200, b"gezond\n")


def test_a_system_that_is_whole_is_ready(client: Client, db: None) -> None:
    answer = client.get("/klaar/")
    assert (answer.status_code, answer.content) == (200, b"klaar\n")
    assert "no-store" in answer.headers["Cache-Control"]


ASKED = """
import json, django; django.setup()
from django.test import Client
answer = Client(headers={"host": "127.0.0.1"}).get("/klaar/")
print(json.dumps([answer.status_code, answer.content.decode()]))
"""


@pytest.mark.parametrize(
    ("database", "data", "lack"),
    [
        ("sqlite:///{folder}/leeg.sqlite3", "", "migrations"),
        ("sqlite:///{folder}/is/er/niet.sqlite3", "", "database"),
        ("postgres://wie:wachtwoord@127.0.0.1:1/x", "", "database"),
        ("sqlite:///{folder}/goed.sqlite3", "weg", "disk"),
    ],
)
def test_what_lacks_is_told_to_the_keeper_and_not_to_the_caller(
    tmp_path: Path, database: str, data: str, lack: str
) -> None:
    address = database.format(folder=tmp_path)
    given = {
        "DJANGO_SETTINGS_MODULE": "ooievaar.settings",
        "OOIEVAAR_DATABASE_URL": address,
        "OOIEVAAR_DATA": str(tmp_path / data),
    }
    if lack == "disk":
        migrate = "import django; django.setup(); from django.core.management import call_command;"
        done = started(tmp_path, ["-c", f"{migrate} call_command('migrate', verbosity=0)"], **given)
        assert done.returncode == 0, done.stderr
    done = started(tmp_path, ["-c", ASKED], **given)
    assert json.loads(done.stdout) == [503, "niet klaar\n"], done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["lacks"] for line in told if line["event"] == "not_ready"] == [lack]
    assert "wachtwoord" not in done.stderr


def test_the_number_of_a_request_comes_from_the_proxy_only_where_there_is_one(
    client: Client, db: None, settings: Any
) -> None:
    given = "0123456789abcdef" * 2
    answered = client.get("/gezond/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert answered != given
    settings.TRUSTED_PROXY = "127.0.0.1"
    answered = client.get("/gezond/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert answered == given
    forged = client.get("/gezond/", headers={"X-Request-ID": "Fatima 123456782"})
    assert "Fatima" not in forged.headers["X-Request-ID"]


def test_the_server_believes_only_the_proxy_and_takes_no_large_requests(settings: Any) -> None:
    settings.TRUSTED_PROXY = ""
    assert "trusted_proxy" not in server_words()
    settings.TRUSTED_PROXY = "10.0.0.7"
    words = Adjustments(**server_words())
    assert (words.trusted_proxy, words.clear_untrusted_proxy_headers) == ("10.0.0.7", True)
    assert words.max_request_body_size < 2_000_000
    assert words.max_request_body_size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_a_form_that_is_too_large_is_refused(client: Client, db: None) -> None:
    many = {f"veld{number}": "x" for number in range(600)}
    assert client.post("/aanmelden/", many).status_code == 400
    assert client.post("/aanmelden/", {"login": "x" * 1_100_000}).status_code in (400, 413)


def test_every_answer_carries_the_headers_of_a_closed_house(
    client: Client, db: None, settings: Any
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    for address in ("/aanmelden/", "/gezond/", "/nergens/"):
        headers = client.get(address, secure=True).headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Content-Type"].endswith("charset=utf-8")
        assert "no-store" in headers["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in headers


def test_plain_http_leads_to_tls_but_for_what_the_machine_asks_of_itself(
    client: Client, db: None, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/aanmelden/")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "https://testserver/aanmelden/",
    )
    assert client.get("/gezond/").status_code == 200
    assert client.get("/klaar/").status_code == 200
