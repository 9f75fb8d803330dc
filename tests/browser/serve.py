"""Serve the small region from a database of its own, in a process of its own.

Printed as one line of JSON once it answers: the address, and where things are. The pages only
read, so one region serves all tests; the test database of pytest stays out of it.
"""

import json
import sys

import django


def main() -> None:
    """Make the region in the data folder of the environment and serve it until stdin closes."""
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from waitress import create_server

    from ooievaar.bundles.models import Breaker, Disposition, Product
    from ooievaar.record.models import Pregnancy
    from ooievaar.web.tests.small_region import small_region

    call_command("migrate", verbosity=0)
    small_region()
    product = Product.objects.earliest("id")
    places = {
        "pregnancies": dict(Pregnancy.objects.values_list("reference", "id")),
        "products": list(
            Product.objects.filter(pregnancy=product.pregnancy).values_list("product_no", flat=True)
        ),
        "breaker": Breaker.objects.earliest("id").pk,
        "activity": Disposition.objects.filter(product_no=product.product_no)
        .earliest("id")
        .activity_id,
    }
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    address = f"http://127.0.0.1:{server.effective_port}"
    sys.stdout.write(json.dumps({"address": address, **places}) + "\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main()
