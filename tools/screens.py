"""Take the pictures of the README from the region in the data folder (`make screens DATA=...`)."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tools.browser import find_chromium

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"
DEADLINE_SECONDS = 60


def main() -> int:
    """Write a picture of each page that the README shows; return 2 when that cannot be."""
    executable = find_chromium()
    if executable is None:
        print("Geen Chromium gevonden.", file=sys.stderr)
        return 2
    pregnancy = telling_pregnancy()
    if pregnancy is None:
        print("In de datamap staat geen afgeleide regio; eerst `make demo`.", file=sys.stderr)
        return 2
    pages = {
        "month": ("/", 1560),
        "pregnancy": (f"/zwangeren/{pregnancy}/", 1180),
        "why": (f"/zwangeren/{pregnancy}/", 900),
        "rulebook": ("/regelboek/", 900),
    }
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with served_pages() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, locale="nl-NL", reduced_motion="reduce"
        )
        for name, (path, height) in pages.items():
            page.set_viewport_size({"width": 1440, "height": height})
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            if name == "why":  # the panel, open over the line
                page.locator("a[href*='/waarom/breker/']").first.click()
                page.wait_for_timeout(800)
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"docs/pictures/{name}.png  {path}")
        browser.close()
    return 0


def telling_pregnancy() -> int | None:
    """Return a finished pregnancy whose bundle broke once: all that a pregnancy page can show."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    import django

    django.setup()
    from django.db import OperationalError
    from django.db.models import Count

    from ooievaar.bundles.models import Breaker, Product

    try:
        complete = (
            Product.objects.filter(is_open=False)
            .values("pregnancy_id")
            .annotate(products=Count("id"))
            .filter(products__gte=3)
            .values("pregnancy_id")
        )
        return (
            Breaker.objects.filter(pregnancy_id__in=complete)
            .order_by("-happened_on", "pregnancy_id")
            .values_list("pregnancy_id", flat=True)
            .first()
        )
    except OperationalError:
        return None


@contextlib.contextmanager
def served_pages() -> Iterator[str]:
    """Serve the pages on a free port for as long as the pictures take."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "ooievaar.cli", "serve", "--port", str(port)])
    try:
        until = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
