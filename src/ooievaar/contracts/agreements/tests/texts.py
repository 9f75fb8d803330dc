"""An agreement that uses everything, as a board would write it."""

TEXT = """\
titel: Verdeelafspraak 2026
netwerk: IGO Waterland
geldt_vanaf: 2026-01-01
geldt_tot: 2027-01-01
toelichting: |
  Het eerste jaar verdelen we nog grotendeels zoals de oude bekostiging.
  Kraamzorg gaat al naar uren.

partijen:
  verloskundigen:
    De Eerste Stap: "08999001"
    Het Nest: "08999002"
    De Wieg: "08999003"
    Coöperatie Zuid: "08999009"
  gynaecologen:
    Gynaecologen Waterland: "03999001"
  ziekenhuis:
    Ziekenhuis Waterland: "06999001"
  kraamzorg:
    Warme Handen: "41999001"
    De Kraamkamer: "41999002"

organisatiekosten:
  deel: 3 %

reserve:
  deel: 1,5 %
  hoogstens: € 250.000,00
  vrijval: wat boven het plafond komt gaat terug

toeslagen:
  - naam: Toeslag integrale geboortezorg
    doel: casemanagement en gezamenlijke scholing
    deel: 0,5 %

producten:
  elk ander product:
    werkwijze: zoals de oude bekostiging
    tot: 2027-01-01
  prenataal:
    werkwijze: vast aandeel
    aandelen:
      verloskundigen: 60 %
      gynaecologen: 10 %
      ziekenhuis: 30 %
    anders_binnen:
      ziekenhuis: vast aandeel
  nataal:
    werkwijze: naar verrichtingen
    prijzen:
      V-PAR: € 500,00
      elke andere code: € 20,00
  kraamzorg per uur:
    werkwijze: vast aandeel
    aandelen:
      kraamzorg: 100 %

disciplines:
  verloskundigen:
    werkwijze: vast aandeel
    aandelen:
      De Eerste Stap: 60 %
      Coöperatie Zuid: 40 %
    besloten: ja
    cooperaties:
      - cooperatie: Coöperatie Zuid
        leden:
          - Het Nest
          - De Wieg
        werkwijze: vast aandeel
        aandelen:
          Het Nest: 50 %
          De Wieg: 50 %
        besloten: ja
  gynaecologen:
    werkwijze: vast aandeel
    aandelen:
      Gynaecologen Waterland: 100 %
  ziekenhuis:
    werkwijze: vast aandeel
    aandelen:
      Ziekenhuis Waterland: 100 %
  kraamzorg:
    werkwijze: naar verrichtingen

leveranciers:
  - naam: Ziekenhuis Verderop
    agb: "06999008"
    codes:
      - "037610"
    prijzen:
      "037610": € 210,00

garantie:
  deel_per_jaar:
    "2026": 100 %
    "2027": 95 %
  maatstaf: het oude inkomen van een jaar
  jaar: 2025
  hoogstens: 10 %
  betaald_uit:
    - vangnet
    - reserve
    - wie erop vooruitgaat

vangnet:
  - uzovi: "9910"
    ruimte: 2 %
    verrekend: 50 %

voorschotten:
  deel: 80 %
  geldgever: Ziekenhuis Waterland
  hoogstens: € 400.000,00
  stopt_bij_vertrek: ja
  stopt_na_maanden_zonder_zorg: 3

betalen: als betaald
afronding: grootste rest

voorbeelden:
  - naam: Een gewone zwangerschap
    gegeven:
      - product: prenataal
        bedrag: € 1.000,00
    dan:
      organisatiekosten: € 30,00
      reserve: € 14,55
      toeslagen: € 4,85
      verloskundigen: € 570,36
      De Eerste Stap: € 342,22
      Het Nest: € 114,07
      De Wieg: € 114,07
      Gynaecologen Waterland: € 95,06
      Ziekenhuis Waterland: € 285,18
  - naam: Kraamzorg naar uren
    gegeven:
      - product: kraamzorg per uur
        bedrag: € 100,00
        verricht:
          Warme Handen: 180
          De Kraamkamer: 60
    dan:
      Warme Handen: € 71,29
      De Kraamkamer: € 23,76
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The text with each first one replaced by its second."""
    text = TEXT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text
