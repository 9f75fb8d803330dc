"""Messages made by hand: positions as the specifications print them, not as our data has them.

01, 02, 04 up to position 58, 98 and 99 stand where the generic format has them (identical in six
standards). The rest of 04 is from the printed specification of each standard; for KZ301 and VK301
it is our own provisional order.
"""

from collections.abc import Mapping

Places = Mapping[int, str]

HEADER = {
    1: "01",
    10: "T",
    11: "000000",
    27: "3311",
    31: "00000000",
    39: "00000000",
    47: "00000000",
    55: "53140001",
    63: "04",
    65: "20260301",
    73: "20260331",
    81: "IGO000000042",
    93: "20260402",
    115: "EUR",
}
INSURED = {
    1: "02",
    3: "000000000001",
    15: "123456782",
    24: "3311",
    54: "19930412",
    62: "2",
    63: "1",
    64: "Jansén",
    99: "0",
    135: "A",
    141: "0",
    157: "00012",
    181: "2",
}
KEYS = {3: "000000000002", 15: "123456782", 24: "3311"}
LINE = {1: "04", **KEYS, 58: "1"}
TRAILER = {
    1: "99",
    3: "000001",
    9: "000000",
    15: "000001",
    21: "000000",
    27: "0000002",
    34: "00000095000",
    45: "D",
}
COMMENT = {1: "98", 3: "000000000002", 15: "0001", 19: "Zie brief"}
PROVISIONAL = {
    59: "069",
    62: "190021",
    68: "20260302",
    76: "20260305",
    84: "53140001",
    92: "0000",
    96: "00000000",
    104: "0000",
    109: "0001",
    113: "00095000",
    121: "00095000",
    129: "D",
    130: "0000",
    134: "00095000",
    142: "D",
    143: "REF7",
    183: "00",
}
DENTAL = {
    59: "20260302",
    67: "00",
    70: "000",
    73: "010",
    76: "C11",
    82: "0",
    83: "00",
    91: "000",
    94: "0000",
    99: "53140001",
    107: "0000",
    111: "00000000",
    119: "0000",
    123: "00095000",
    131: "0001",
    135: "00095000",
    143: "D",
    144: "00000000",
    152: "0000",
    156: "00095000",
    164: "D",
    165: "REF7",
}
HOSPITAL = {
    59: "19930412",
    67: "041",
    70: "15A001",
    76: "20260302",
    84: "20260305",
    92: "01",
    118: "00000000",
    126: "00000000",
    151: "00000000",
    159: "04",
    161: "00000000",
    169: "0000",
    173: "00000000",
    196: "0001",
    206: "0",
    210: "000",
    220: "000",
    231: "000",
    234: "00",
    238: "0307",
    242: "00000000",
    535: "00",
    537: "000",
    540: "00000000",
    548: "000",
    552: "00",
    555: "D",
    556: "REF7",
}
TARIFF = {
    1: "06",
    **KEYS,
    3: "000000000003",
    43: "041",
    46: "000",
    49: "15A001",
    55: "20260302",
    63: "01",
    65: "01",
    67: "53140001",
    75: "0307",
    79: "00095000",
    87: "10000",
    92: "00",
    94: "00095000",
    102: "D",
    103: "0000",
    107: "00095000",
    115: "D",
    116: "REF7",
}
HOSPITAL_TRAILER = {
    1: "99",
    3: "000001",
    9: "000000",
    15: "000001",
    21: "000001",
    27: "000000",
    33: "000000",
    39: "0000003",
    46: "00000095000",
    57: "D",
}
ANSWER = {335: "20260410", 343: "0200", 311: "INS-2026-1"}
PART_GRANTED = {311: "00050000", 319: "D", 320: "00050000", 328: "D", 329: "0611"}
RETURN_TRAILER = {**TRAILER, 46: "00000050000", 57: "D"}


def line(length: int, *places: Places) -> bytes:
    """A record of `length` with texts at positions (from 1), spaces elsewhere, CR/LF behind it."""
    text = [" "] * length
    for start, part in ((start, part) for place in places for start, part in place.items()):
        assert start - 1 + len(part) <= length
        text[start - 1 : start - 1 + len(part)] = part
    return "".join(text).encode("latin-1") + b"\r\n"


def message(length: int, *records: Places) -> bytes:
    """Records of one length, one after the other."""
    return b"".join(line(length, record) for record in records)


def header(code: str, version: str) -> dict[int, str]:
    """The header of a standard: message code, and version with subversion in four digits."""
    return {**HEADER, 3: code, 6: version}


def moved(places: Places, by: int) -> dict[int, str]:
    """The same texts further on."""
    return {start + by: part for start, part in places.items()}


KZ301 = message(
    310,
    header("133", "0302"),
    INSURED,
    {**LINE, **PROVISIONAL},
    COMMENT,
    {**TRAILER, 21: "000001", 27: "0000003"},
)
VK301 = message(310, header("141", "0302"), INSURED, {**LINE, **PROVISIONAL, 59: "032"}, TRAILER)
MZ301 = message(310, header("176", "0103"), INSURED, {**LINE, **DENTAL}, TRAILER)
ZH308 = message(610, header("101", "0900"), INSURED, {**LINE, **HOSPITAL}, TARIFF, HOSPITAL_TRAILER)
KZ302 = message(
    370,
    {**header("134", "0302"), **ANSWER},
    {**INSURED, 311: "0200"},
    {**LINE, **PROVISIONAL, **PART_GRANTED},
    {**COMMENT, 311: "0200"},
    {**RETURN_TRAILER, 21: "000001", 27: "0000003"},
)
VK302 = message(
    370,
    {**header("142", "0302"), **ANSWER},
    {**INSURED, 311: "0200"},
    {**LINE, **PROVISIONAL, 59: "032", **PART_GRANTED},
    RETURN_TRAILER,
)
MZ302 = message(
    370,
    {**header("177", "0103"), **ANSWER},
    {**INSURED, 311: "0200"},
    {**LINE, **DENTAL, **PART_GRANTED},
    RETURN_TRAILER,
)
ZH309 = message(
    670,
    {**header("102", "0900"), **moved(ANSWER, 300)},
    {**INSURED, 611: "0200"},
    {**LINE, **HOSPITAL, 611: "0611"},
    {**TARIFF, **moved(PART_GRANTED, 300), 629: "0200"},
    {**HOSPITAL_TRAILER, 58: "00000050000", 69: "D"},
)

CLAIMS = {
    "KZ301-3.2": KZ301,
    "VK301-3.2": VK301,
    "MZ301-1.3": MZ301,
    "ZH308-9.0": ZH308,
}
RETURNS = {
    "KZ302-3.2": (KZ301, KZ302),
    "VK302-3.2": (VK301, VK302),
    "MZ302-1.3": (MZ301, MZ302),
    "ZH309-9.0": (ZH308, ZH309),
}
