"""Dutch identifiers are recognised, and a BSN is never shown whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.kernel.identifiers import BSN_UNKNOWN, is_agb, is_bsn, is_uzovi, mask_bsn


def eleven_proof(first_eight: str) -> str | None:
    """Give the BSN that begins with these eight digits, or None when no last digit fits."""
    rest = sum(w * int(c) for w, c in zip(range(9, 1, -1), first_eight, strict=True)) % 11
    return f"{first_eight}{rest}" if rest < 10 else None


EIGHT_DIGITS = st.text("0123456789", min_size=8, max_size=8).filter(lambda text: int(text) > 0)


@given(EIGHT_DIGITS)
def test_exactly_one_last_digit_at_most_passes_the_eleven_test(first_eight):
    passing = [f"{first_eight}{last}" for last in range(10) if is_bsn(f"{first_eight}{last}")]
    expected = eleven_proof(first_eight)
    assert passing == ([expected] if expected else [])


@given(EIGHT_DIGITS.map(eleven_proof).filter(bool), st.integers(0, 8), st.integers(1, 9))
def test_one_mistyped_digit_is_always_found(bsn, place, shift):
    digit = (int(bsn[place]) + shift) % 10
    assert not is_bsn(f"{bsn[:place]}{digit}{bsn[place + 1 :]}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000000000",
        "12345678",
        "1234567890",
        "12345678a",
        BSN_UNKNOWN,
        " 11122233",
        "１１１２２２３３３",
    ],
)
def test_what_is_no_bsn(text):
    assert not is_bsn(text)


@pytest.mark.parametrize("text", ["111222333", "123456782"])
def test_known_test_numbers_pass(text):
    assert is_bsn(text)


def test_only_the_last_three_digits_of_a_bsn_are_shown():
    assert mask_bsn("123456782") == "******782"
    assert mask_bsn("") == ""


@pytest.mark.parametrize(
    ("text", "agb", "uzovi"),
    [
        ("08001234", True, False),
        ("3313", False, True),
        ("0800123", False, False),
        ("0800123x", False, False),
        ("٠٨٠٠١٢٣٤", False, False),
        ("33.3", False, False),
        ("", False, False),
    ],
)
def test_agb_has_eight_digits_and_uzovi_four(text, agb, uzovi):
    assert is_agb(text) is agb
    assert is_uzovi(text) is uzovi
