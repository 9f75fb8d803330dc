"""What is mutated, and which tests have to notice: a part of the rules with the tests of it."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parent.parent
DECLARED = {"schemas.py", "facts.py"}
"""Names and types of columns: nothing is decided there."""


@dataclass(frozen=True, slots=True)
class Room:
    """The rules in `name`: plain ones with their `tests`, set-based ones with their `set_tests`.

    `compiled` gives the set-based ones as SQL; a mutant whose SQL is the same to the letter is not
    tried further. `left_out` names tests that cost more than all others, or that look elsewhere.
    """

    name: str
    tests: tuple[str, ...]
    set_tests: tuple[str, ...] = ()
    compiled: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def all_tests(self) -> tuple[str, ...]:
        """Return every test file of the room."""
        return (*self.tests, *self.set_tests)

    def tests_of(self, path: Path) -> tuple[str, ...]:
        """Return the test files that have to notice a mutant of this file."""
        return self.set_tests if self.is_set_based(path) else self.tests

    def is_set_based(self, path: Path) -> bool:
        """Tell whether a file holds stages, or is read by them."""
        return (
            not self.tests
            or b"storage.pipeline import" in path.read_bytes()
            or (b"ibis" in path.read_bytes())
        )

    def files(self) -> list[Path]:
        """Return the rules' files."""
        folder = ROOT / "src" / "ooievaar" / self.name
        return [path for path in sorted(folder.glob("*.py")) if path.name not in DECLARED]

    def mutants(self) -> Iterator[Mutant]:
        """Yield every mutant of the room."""
        for path in self.files():
            yield from mutants_of(path, f"{self.name.split('/')[0]}/{path.stem}")

    def compile(self) -> list[str]:
        """Return the SQL of the rules as this process holds them now."""
        if not self.compiled:
            return []
        module, name = self.compiled.split(":")
        return [stage.sql for stage in getattr(importlib.import_module(module), name)()]


ROOMS = {
    room.name: room
    for room in (
        Room(
            "claims/rules",
            tests=(
                "src/ooievaar/claims/tests/test_deadlines.py",
                "src/ooievaar/claims/tests/test_difference.py",
                "src/ooievaar/claims/tests/test_difference_properties.py",
                "src/ooievaar/claims/tests/test_problems.py",
                "src/ooievaar/claims/tests/test_rules_edges.py",
            ),
        ),
        Room(
            "contracts/rules",
            tests=(
                "src/ooievaar/contracts/tests/test_checks.py",
                "src/ooievaar/contracts/tests/test_follow.py",
                "src/ooievaar/contracts/tests/test_yearly_rules.py",
                "src/ooievaar/contracts/tests/test_rules_agreement.py",
                "src/ooievaar/contracts/agreements/tests/test_text.py",
                "src/ooievaar/settlement/year_end/tests/test_settling.py",
                "tests/engine/test_years_agree.py",
            ),
            set_tests=(
                "src/ooievaar/contracts/tests/test_division.py",
                "src/ooievaar/contracts/tests/test_division_methods.py",
                "src/ooievaar/contracts/tests/test_rules_division.py",
                "tests/engine/test_division_methods.py",
                "tests/engine/test_division_properties.py",
            ),
            compiled="ooievaar.contracts.rules.division:compiled_split",
            left_out=(
                "test_what_is_written_reads_as_it_was",
                "test_examples_survive_being_written",
                "test_the_difference_in_words_names_everything_that_changed",
                "test_an_agreement_differs_in_nothing_from_itself",
                "test_no_stage_joins_every_product_with_every_row",
                "test_ten_thousand_partners_get_every_cent",
                "test_the_mirror_of_a_split_is_the_split_of_the_mirror",
                "test_every_level_adds_up_and_agrees_with_the_plain_split",
            ),
        ),
        Room(
            "bundles/rules",
            tests=(),
            set_tests=(
                "tests/engine/test_two_engines_agree.py",
                "tests/engine/test_stories.py",
                "tests/engine/test_stories_of_breaking.py",
                "tests/engine/test_stories_at_an_edge.py",
                "tests/engine/test_properties.py",
                "tests/engine/test_performed.py",
            ),
            compiled="ooievaar.bundles.engine:compiled_rules",
            left_out=("test_generated_pregnancies_meet_every_outcome",),  # asks the generator only
        ),
    )
}
