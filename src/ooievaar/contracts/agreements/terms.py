"""The Dutch words of the text, and the keys that stand for them in code.

They are part of texts that were signed: a word may be added, never changed.
"""

from collections.abc import Mapping

from ooievaar.contracts.rules.agreement import ANY_PRODUCT, EARMARKED, OVERHEAD, RESERVE

DISCIPLINES = {
    "midwives": "verloskundigen",
    "gynaecologists": "gynaecologen",
    "hospital": "ziekenhuis",
    "kraamzorg": "kraamzorg",
    "ultrasound": "echocentra",
    "other": "overig",
}
PRODUCTS = {
    ANY_PRODUCT: "elk ander product",
    "early_end": "begeleiding tot 16 weken",
    "prenatal": "prenataal",
    "prenatal_complex": "prenataal complex",
    "natal": "nataal",
    "natal_on_request": "nataal op eigen verzoek",
    "natal_complex": "nataal complex",
    "postnatal": "postnataal",
    "postnatal_complex": "postnataal complex",
    "kraamzorg_hour": "kraamzorg per uur",
}
METHODS = {
    "fixed_share": "vast aandeel",
    "mono_pro_rata": "zoals de oude bekostiging",
    "performed": "naar verrichtingen",
    "by_clients": "naar aantal cliënten",
}
RELEASES = {
    "members_decide": "de leden beslissen",
    "above_ceiling": "wat boven het plafond komt gaat terug",
}
REFERENCES = {
    "mono_of_year": "het oude inkomen van een jaar",
    "mono_of_this_care": "het oude inkomen voor deze zorg",
}
FINANCIERS = {
    "safety_net": "vangnet",
    "reserve": "reserve",
    "gainers": "wie erop vooruitgaat",
}
PAYS_WHEN = {
    "paid": "als betaald",
    "granted": "als toegekend",
    "divided": "als verdeeld",
}
IGO = "de IGO zelf"
ANY_CODE = "elke andere code"
ROUNDING = {"largest_remainder": "grootste rest"}
OUTCOMES = {
    OVERHEAD: "organisatiekosten",
    RESERVE: "reserve",
    EARMARKED: "toeslagen",
} | DISCIPLINES
"""What an example may name in its outcome, beside the parties themselves."""
YES, NO = "ja", "nee"

FIELDS = {
    "title": "titel",
    "network": "netwerk",
    "valid_from": "geldt_vanaf",
    "valid_until": "geldt_tot",
    "explanation": "toelichting",
    "parties": "partijen",
    "overhead": "organisatiekosten",
    "reserve": "reserve",
    "surcharges": "toeslagen",
    "products": "producten",
    "disciplines": "disciplines",
    "suppliers": "leveranciers",
    "guarantee": "garantie",
    "safety_nets": "vangnet",
    "advances": "voorschotten",
    "pays_when": "betalen",
    "rounding": "afronding",
    "examples": "voorbeelden",
    "method": "werkwijze",
    "shares": "aandelen",
    "until": "tot",
    "unit_prices": "prijzen",
    "cooperatives": "cooperaties",
    "agb": "cooperatie",
    "members": "leden",
    "ppm_by_year": "deel_per_jaar",
    "reference_year": "jaar",
    "financed_by": "betaald_uit",
    "uzovi": "uzovi",
    "lender": "geldgever",
    "given": "gegeven",
    "starts_on": "begint",
    "then": "dan",
    "product": "product",
}
"""The key in the text of each field that a finding may point at."""


def keyed(words: Mapping[str, str]) -> dict[str, str]:
    """Turn words around: from what the text says to the key."""
    return {word: key for key, word in words.items()}
