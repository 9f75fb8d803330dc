"""The agreement of a synthetic region is a text too, that people can read and build on."""

import pytest

from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.importing import with_examples
from ooievaar.contracts.agreements.queries import agreement_of
from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement, AgreementVersion
from ooievaar.simulator.commands import simulate_region
from ooievaar.simulator.prices import OVERHEAD_PPM, SHARES_PPM


@pytest.mark.django_db
def test_the_agreement_of_a_synthetic_region_has_a_text() -> None:
    simulate_region(births=12, years=1, report=lambda _: None)
    version = AgreementVersion.objects.get()
    assert version.is_imported and Agreement.objects.get().version == version
    agreement = agreement_of(version)
    assert agreement.overhead.ppm == OVERHEAD_PPM
    natal = {name: ppm for name, (ppm, _) in SHARES_PPM["natal"].items()}
    assert agreement.products["natal"].shares == natal
    start = with_examples(agreement)
    assert len(start.examples) == len(agreement.products)
    assert all(result.holds for result in run_examples(start))
    assert read_agreement("start", write(start)) == start
