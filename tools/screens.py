"""Take the pictures of the README from the region in the data folder (`make screens DATA=...`)."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tools.browser import find_chromium

PICTURES = Path(__file__).resolve().parent.parent / "docs/pictures"
DEADLINE_SECONDS = 60
WIDTH = 1440
# As root, as in most containers, Chromium's own sandbox cannot start.
ARGUMENTS = ["--no-sandbox", "--lang=nl-NL"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as somebody of the demo sees it; `press` is what is clicked first."""

    name: str
    user: str
    path: str
    height: int
    press: str = ""


def main() -> int:
    """Write a picture of each page that the README shows; return 2 when that cannot be."""
    executable = find_chromium()
    if executable is None:
        print("Geen Chromium gevonden.", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
    import django

    django.setup()
    from django.db import DatabaseError

    try:
        pregnancy = telling_pregnancy()
    except DatabaseError:
        pregnancy = None
    if pregnancy is None:
        print("In de datamap staat geen demo met mensen; eerst `make demo`.", file=sys.stderr)
        return 2
    pictures = pictures_of(pregnancy, living_pregnancy() or pregnancy)
    cookies = {user: session_of(user, pregnancy) for user in {one.user for one in pictures}}
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with served_pages() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        for picture in pictures:
            context = browser.new_context(
                viewport={"width": WIDTH, "height": picture.height},
                locale="nl-NL",
                reduced_motion="reduce",
            )
            cookie = cookies[picture.user]
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
            page = context.new_page()
            take(page, address, picture)
            context.close()
            print(f"docs/pictures/{picture.name}.png  {picture.path}  ({picture.user})")
        browser.close()
    return 0


def take(page: Any, address: str, picture: Picture) -> None:
    """Open a page, click what is to be clicked, and write the picture."""
    answer = page.goto(address + picture.path)
    if answer.status != HTTPStatus.OK or not page.url.startswith(address + picture.path):
        raise SystemExit(f"{picture.path} gaf {answer.status} op {page.url}")
    page.wait_for_load_state("networkidle")
    if picture.press:
        page.locator(picture.press).first.click()
        page.locator("#why .why-heading").wait_for()
    page.wait_for_load_state("networkidle")  # parts that come after the page
    page.screenshot(path=PICTURES / f"{picture.name}.png")


def pictures_of(pregnancy: int, living: int) -> list[Picture]:
    """Return what the README shows; who looked comes last, so that somebody did."""
    line, now = f"/zwangeren/{pregnancy}/", f"/zwangeren/{living}/"
    agreement, run, share = settled_places()
    return [
        Picture("today", "verloskundige", "/vandaag/", 900),
        Picture("pregnancy", "verloskundige", now, 1240),
        Picture("contact", "verloskundige", f"{now}dossier/nieuw/prenatal_contact/", 1080),
        Picture("month", "controller", "/maand/", 1560),
        Picture("why", "controller", line, 900, press="a[href*='/waarom/breker/']"),
        Picture("claims", "controller", "/declaraties/", 1500),
        Picture("worklist", "controller", "/declaraties/werklijst/", 1000),
        Picture("agreement", "directeur", f"/verdeelafspraken/{agreement}/", 1300),
        Picture("statement", "praktijk", "/ons-geld/", 1300),
        Picture("line", "praktijk", f"/ons-geld/regel/{share}/", 1300),
        Picture("books", "controller", "/boekhouding/", 1300),
        Picture("payment-run", "goedkeurder", f"/boekhouding/betalingen/{run}/", 1100),
        Picture("rulebook", "voorzitter", "/regelboek/", 900),
        Picture("who-looked", "verloskundige", f"{line}wie-keek/", 900),
    ]


def telling_pregnancy() -> int | None:
    """Return the finished pregnancy of the demo's midwife in which breaking cost most."""
    from django.db.models import Count, F
    from django.utils import timezone

    from ooievaar.bundles.models import Breaker, Product
    from ooievaar.network.models import Position
    from ooievaar.network.workplace import workplace
    from ooievaar.record.permissions import pregnancies_for

    complete = (
        Product.objects.filter(is_open=False)
        .values("pregnancy_id")
        .annotate(products=Count("id"))
        .filter(products__gte=3)
        .values("pregnancy_id")
    )
    for position in Position.objects.filter(person__username="verloskundige").order_by("id"):
        seen = pregnancies_for(workplace(position), timezone.now()).values("id")
        broken = Breaker.objects.filter(pregnancy_id__in=complete).filter(pregnancy_id__in=seen)
        costliest = broken.order_by(F("loss_cents").desc(nulls_last=True), "pregnancy_id")
        if found := costliest.values_list("pregnancy_id", flat=True).first():
            return int(found)
    return None


def living_pregnancy() -> int | None:
    """Return the running pregnancy of the demo's midwife with the fullest record."""
    from django.db.models import Count
    from django.utils import timezone

    from ooievaar.network.models import Position
    from ooievaar.network.workplace import workplace
    from ooievaar.record.entries.models import Entry
    from ooievaar.record.permissions import pregnancies_for
    from ooievaar.record.versions import newest_versions

    now = timezone.now()
    running = newest_versions(timezone.localdate(now)).filter(end_kind="ongoing")
    for position in Position.objects.filter(person__username="verloskundige").order_by("id"):
        seen = pregnancies_for(workplace(position), now).values("id")
        written = (
            Entry.objects.filter(pregnancy_id__in=seen)
            .filter(pregnancy_id__in=running.values("pregnancy_id"))
            .values("pregnancy_id")
            .annotate(entries=Count("id"))
            .order_by("-entries", "pregnancy_id")
        )
        if found := written.first():
            return int(found["pregnancy_id"])
    return None


def settled_places() -> tuple[int, int, int]:
    """Return the newest agreement, the newest payment run, and a line of the demo's practice."""
    from ooievaar.contracts.models import AgreementVersion
    from ooievaar.network.models import Position
    from ooievaar.settlement.models import Share
    from ooievaar.settlement.payments.models import PaymentRun

    practice = Position.objects.filter(person__username="praktijk").earliest("id").organisation
    shares = Share.objects.filter(organisation=practice, product__product="natal")
    return (
        AgreementVersion.objects.latest("pk").pk,
        PaymentRun.objects.latest("pk").pk,
        shares.order_by("-product__closing__month", "pk")[0].pk,
    )


def session_of(username: str, pregnancy: int) -> str:
    """Sign somebody of the demo in, where they see this pregnancy if they can; give the cookie."""
    from django.test import Client
    from django.utils import timezone

    from ooievaar.network.models import Position
    from ooievaar.network.tests.people import come_in
    from ooievaar.network.workplace import workplace
    from ooievaar.record.permissions import pregnancies_for

    held = Position.objects.filter(person__username=username, person__is_demo=True)
    now = timezone.now()
    position = max(
        held.order_by("-id"),
        key=lambda one: pregnancies_for(workplace(one), now).filter(pk=pregnancy).exists(),
    )
    client = come_in(Client(), position)
    session = client.session
    # Their one-time password is still for whoever opens the demo: this session knows of none.
    proofs = session["account_authentication_methods"]
    session["account_authentication_methods"] = [p for p in proofs if p["method"] == "mfa"]
    session.save()
    return str(client.cookies["sessionid"].value)


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
