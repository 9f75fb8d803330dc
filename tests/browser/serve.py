"""Serve the small region from a database of its own, in a process of its own.

Told as lines of JSON: where things are, and then the cookie of a session for every line that
asks for one, until the input closes. The test database of pytest stays out of it. With `--days`
October is still open and a worker runs beside the server: there the stories of `test_days.py`
change things. With `--record` the women of `record_world.py` are there, for the stories that write
in their records.
"""

import json
import sys
import threading
import time
from typing import Any

import django

JOINED = "2020-01-01"


class People:
    """Who may come into this region, by the name that a test gives them."""

    def __init__(self, region: Any, own: dict[Any, Any], other: dict[Any, Any]) -> None:
        from ooievaar.network.models import Person, Position
        from ooievaar.network.roles import Role
        from ooievaar.network.signing_in.commands import enrol_demo_person, set_one_time_password

        self.held: dict[str, Position] = {
            **{f"own {role}": held for role, held in own.items()},
            **{f"other {role}": held for role, held in other.items()},
        }
        duin, linde = region.organisations["duin"], region.organisations["linde"]
        self.passwords: dict[str, str] = {}
        for name, first, places in (
            ("new", "Nel", [duin]),
            ("known", "Kaat", [duin]),
            ("half", "Hanna", [duin]),
            ("two places", "Tessa", [duin, linde]),
            ("colleague", "Carla", [linde]),
            ("nowhere", "Nora", []),
        ):
            person = Person.objects.create(
                username=first.lower(), first_name=first, last_name="de Boer", is_demo=True
            )
            for place in places:
                self.held[name] = Position.objects.create(
                    person=person, role=Role.MIDWIFE, organisation=place, valid_from=JOINED
                )
            self.held.setdefault(name, Position(person=person))
            if name == "new":
                self.passwords[name] = set_one_time_password(person)
            if name == "known":
                enrol_demo_person(person)
        for name in ("known", f"own {Role.APPROVER}"):
            person = self.held[name].person
            person.set_password(OWN_PASSWORD)
            person.save(update_fields=["password"])
            self.passwords[name] = OWN_PASSWORD

    def session(self, name: str, steps: int, ago: int) -> str:
        """Return the cookie of a session that was opened some seconds ago, in one step or two."""
        from django.test import Client

        from ooievaar.network.tests.people import come_in

        held = self.held[name]
        client = come_in(Client(), held)
        session = client.session
        proofs = session["account_authentication_methods"][:steps]
        fresh = {"at": time.time() - ago, "reauthenticated": True}
        session["account_authentication_methods"] = [{**p, **fresh} for p in proofs]
        if name == "two places":
            del session["position_id"]
        session.save()
        return client.cookies["sessionid"].value


OWN_PASSWORD = "vier natte fietsen in mei"


def main() -> None:
    """Make a region in the data folder of the environment, and serve it."""
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from waitress import create_server

    from ooievaar.cli.database import prepare_database
    from ooievaar.cli.worker import start_worker, stop_worker

    prepare_database()
    lets_days_pass = "--days" in sys.argv
    make = region_of_days if lets_days_pass else region_to_look_at
    people, places = region_of_records() if "--record" in sys.argv else make()
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    worker = start_worker() if lets_days_pass else None
    try:
        tell({"address": f"http://127.0.0.1:{server.effective_port}", **places})
        for line in sys.stdin:
            asked = json.loads(line)
            tell(people.session(**asked))
    finally:
        if worker is not None:
            stop_worker(worker)


def tell(answer: Any) -> None:
    """Write one line of JSON."""
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


def region_to_look_at() -> tuple[People, dict[str, Any]]:
    """Make a region in which every page has something to show: two closed months and a request."""
    from ooievaar.network.roles import Role
    from tests.access.world import make_world
    from tests.browser.record_world import fill_record

    world = make_world()
    people = People(world.region, world.own, world.other)
    things = {role: world.things(role) for role in Role}
    filled = fill_record(world.region, world.own, world.own[Role.DIRECTOR].person)
    own = {"things": things, "of_page": world.money.of_page, "women": filled.things}
    return people, own | places(people)


def region_of_days() -> tuple[People, dict[str, Any]]:
    """Make a region whose October is over and not closed yet."""
    from ooievaar.web.tests.small_region import CLOSED, small_region
    from tests.access.world import make_people

    region = small_region(tuple(CLOSED)[:1])
    own, other, _ = make_people(region)
    people = People(region, own, other)
    return people, {"things": {}, "women": {}, **places(people)}


def region_of_records() -> tuple[People, dict[str, Any]]:
    """Make a region of women whose records live, in which nothing is closed yet."""
    from ooievaar.network.roles import Role
    from ooievaar.web.tests.small_region import small_region
    from tests.access.world import make_people
    from tests.browser.record_world import fill_record

    region = small_region(())
    own, other, _ = make_people(region)
    people = People(region, own, other)
    filled = fill_record(region, own, own[Role.DIRECTOR].person)
    return people, {"things": {}, "women": filled.things, **places(people)}


def places(people: People) -> dict[str, Any]:
    """Return where the pregnancies and Saskia's products are, and who has which password."""
    from ooievaar.bundles.models import Product
    from ooievaar.record.models import Pregnancy

    of_saskia = Product.objects.filter(pregnancy__woman__name="Saskia Jansen").order_by("id")
    return {
        "pregnancies": dict(Pregnancy.objects.values_list("reference", "id")),
        "products": list(of_saskia.values_list("product_no", flat=True)),
        "passwords": people.passwords,
    }


if __name__ == "__main__":
    main()
