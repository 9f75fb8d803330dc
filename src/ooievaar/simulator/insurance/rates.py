"""How often a claim goes wrong, and how long an answer takes: every rate a value, all of them own.

No public figure exists of refusals in integral birth care; these are ours to try a year with.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class InsuranceRates:
    """Chances between 0 and 1 and spans in days; `per file` or `per line` as the comments say."""

    # What is true of a woman and stands otherwise with us, per woman.
    insured_elsewhere: float = 0.006  # another insurer than we recorded
    born_otherwise: float = 0.002  # another birth date than we recorded
    # The portal, per file.
    portal_refuses_file: float = 0.02  # a technical fault: voorloop- and sluitrecord only
    portal_refuses_records: float = 0.03  # one record it does not know sends the whole file back
    # The insurer, per line.
    refuses: float = 0.004  # without a fault of ours
    grants_in_part: float = 0.003
    part: tuple[float, float] = (0.6, 0.95)  # what it then grants of a line
    # The insurer, per file.
    refuses_file: float = 0.004
    answers_late: float = 0.06
    answers_never: float = 0.004  # until somebody asks for it
    answers_twice: float = 0.06
    answer_is_damaged: float = 0.03  # the good one follows some days later
    answer_of_another: float = 0.03  # a return that belongs to another party, dropped with ours
    pays_late: float = 0.04
    pays_never: float = 0.002  # until somebody asks for it
    pays_in_two: float = 0.03
    # Days.
    answer_days: tuple[int, int] = (6, 20)
    late_answer_days: tuple[int, int] = (34, 75)
    pay_days: tuple[int, int] = (4, 9)
    late_pay_days: tuple[int, int] = (30, 60)
    # Our own people.
    left_lying: float = 0.05  # problems that nobody takes up

    def times(self, factor: float) -> "InsuranceRates":
        """Give the same rates with every chance of a fault multiplied, 0.5 at most."""
        chances = {
            name: min(0.5, getattr(self, name) * factor)
            for name in self.__slots__
            if isinstance(getattr(self, name), float)
        }
        return replace(self, **chances)


DEFAULT = InsuranceRates()
FAULTLESS = DEFAULT.times(0)
EVERY_FAULT = replace(
    DEFAULT.times(8),
    born_otherwise=0.08,
    refuses=0.06,
    grants_in_part=0.06,
    refuses_file=0.06,
    answers_never=0.08,
    pays_never=0.05,
    left_lying=0.0,
)
"""So many faults that a small region meets each of them in a year, and nobody looks away."""
