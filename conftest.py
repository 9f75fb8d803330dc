"""What every test gets: no network, a stable Hypothesis, the shared folder, a browser.

`pytest --only-database` runs just the tests that hang on the database; `make test` uses it for its
second round, with PostgreSQL. What failed is named at once; what could not run is counted at the
end, with the reason.
"""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from tools.browser import find_chromium

pytest_plugins = ["ooievaar.ui.tests.real_database"]

DATABASE_FIXTURES = {
    "db",
    "transactional_db",
    "django_db_reset_sequences",
    "django_db_serialized_rollback",
    "live_server",
}

hypothesis_settings.register_profile("stable", deadline=None, derandomize=True)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "stable"))


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="run only the tests whose outcome hangs on the database",
    )


def hangs_on_database(item: pytest.Item) -> bool:
    from django.test import TransactionTestCase

    if item.get_closest_marker("once"):
        return False
    case = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))
        or (case is not None and issubclass(case, TransactionTestCase))
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    left_out = [item for item in items if not hangs_on_database(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if hangs_on_database(item)]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name what failed at once: a round that is cut off has then said it."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nniet geslaagd: {report.nodeid} ({report.when})", flush=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    if reasons:
        terminalreporter.section("niet uitgevoerd")
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count} test(s): {reason}")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise ConnectionRefusedError(f"een test zoekt het netwerk op: {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Read-only facts of the field beside the repository: public examples that others wrote."""
    folder = Path(__file__).resolve().parent.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is er niet: niet uitgevoerd")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start one headless Chromium for all page tests; without one they are not run (CI: fail)."""
    executable = find_chromium()
    if executable is None:
        if in_ci():
            pytest.fail("geen Chromium gevonden; in CI moeten de paginatests lopen")
        pytest.skip("geen Chromium gevonden: niet uitgevoerd")
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread; Django would take its own calls for async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        # As root, as in most containers, Chromium's own sandbox cannot start.
        launched = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()
