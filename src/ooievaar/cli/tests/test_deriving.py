"""`ooievaar derive` for several networks, as the timer of the night asks it."""

from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from ooievaar.bundles.models import Derivation, Product
from ooievaar.claims.models import Proposal
from ooievaar.cli import deriving as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Network
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db


def run(*words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["derive", *words])


def refusal(*words: str) -> str:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    return str(result.exception.faults[0])


def test_all_derives_every_network_and_again_changes_nothing() -> None:
    regions = [Region("IGO Zuid"), Region("IGO Noord")]
    regions[0].usual_care()
    Network.objects.create(kind="vsv", name="VSV Midden")
    result = run("--all")
    assert result.exit_code == 0, result.output
    assert result.output.index("IGO Noord") < result.output.index("IGO Zuid")
    assert "VSV" not in result.output
    derived = {row.network_id for row in Derivation.objects.all()}
    assert derived == {region.network.pk for region in regions}
    assert run("--all").output.count("er is niets veranderd") == 2


def test_at_night_claims_are_compared_again_also_when_nothing_else_changed() -> None:
    region = Region("IGO Zuid")
    region.usual_care()
    run("--all")
    owed = Product.objects.filter(derivation__network=region.network, is_open=False)
    assert owed.exists()
    proposed = Proposal.objects.filter(network=region.network)
    assert set(proposed.values_list("key", flat=True)) == set(owed.values_list("key", flat=True))
    proposed.delete()
    assert "Declaraties vergeleken" in run("--all").output
    assert proposed.count() == owed.count()


def test_at_night_the_books_are_posted_and_statements_made_once() -> None:
    region = Region("IGO Zuid")
    region.usual_care()
    for month in ("2025-06", "2025-07", "2025-08"):
        region.close(month)
    told = run("--all").output
    assert "Grootboek: " in told and "Grootboek: 0" not in told
    statements = Statement.objects.filter(network=region.network)
    assert set(statements.values_list("month", flat=True)) == {"2025-06", "2025-07", "2025-08"}
    assert Transaction.objects.filter(network=region.network, reason="divided").exists()
    before = statements.count()
    told = run("--all").output
    assert "Grootboek: 0 boekingen erbij; 0 afschriften gemaakt" in told
    assert statements.count() == before


def test_a_network_that_fails_keeps_no_other_from_its_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    north, south = Region("IGO Noord"), Region("IGO Zuid")
    south.usual_care()
    south.close("2025-06")
    whole = command.derive_network

    def fails_in_the_north(network: Network, **given: Any) -> Any:
        if network == north.network:
            raise ZeroDivisionError("mevrouw De Vries")
        return whole(network, **given)

    monkeypatch.setattr(command, "derive_network", fails_in_the_north)
    result = run("--all")
    assert result.exit_code == 1
    assert "Niet gelukt: IGO Noord" in result.output and "ZeroDivisionError" in result.output
    assert "De Vries" not in result.output
    assert Derivation.objects.get().network == south.network
    assert Statement.objects.filter(network=south.network).exists()


def test_without_all_several_networks_ask_for_a_name() -> None:
    assert "geen IGO" in refusal("--all")
    Region("IGO Zuid")
    Region("IGO Noord")
    assert "één van: IGO Noord, IGO Zuid" in refusal()
    assert "één van beide" in refusal("--all", "--network", "IGO Zuid")
    assert not Derivation.objects.exists()
