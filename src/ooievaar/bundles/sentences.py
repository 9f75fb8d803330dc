"""What the engine's codes say to a person, in Dutch and English; facts fill the braces."""

Sentence = dict[str, str]

DISPOSITIONS: dict[str, Sentence] = {
    "in_product": {"nl": "deel van een product", "en": "part of a product"},
    "breaks_bundle": {"nl": "breekt de bundel", "en": "breaks the bundle"},
    "outside_bundle": {"nl": "buiten de bundel", "en": "outside the bundle"},
    "monodisciplinary": {"nl": "op de oude wijze te declareren", "en": "billable the old way"},
    "not_billable": {"nl": "niet te declareren", "en": "not billable"},
}

REASONS: dict[str, Sentence] = {
    "member": {"nl": "zorg van een lid", "en": "care by a member"},
    "supplier": {"nl": "ingekochte zorg", "en": "care bought from a supplier"},
    "open": {"nl": "de fase loopt nog", "en": "the phase still runs"},
    "duplicate": {"nl": "dubbel geregistreerd", "en": "registered twice"},
    "unknown_code": {"nl": "code niet in de catalogus", "en": "code not in the catalogue"},
    "no_pregnancy": {"nl": "hoort bij geen zwangerschap", "en": "belongs to no pregnancy"},
    "before_intake": {"nl": "vóór de eerste intake", "en": "before the first intake"},
    "after_phase": {"nl": "na de laatste fase", "en": "after the last phase"},
    "non_member": {"nl": "aanbieder is geen lid", "en": "provider is no member"},
    "parallel_allowed": {"nl": "mag naast de bundel", "en": "allowed beside the bundle"},
    "outside_provider": {"nl": "aanbieder van buiten", "en": "outside provider"},
    "member_billed": {"nl": "lid declareerde zelf", "en": "a member billed it itself"},
    "already_billed": {"nl": "al apart gedeclareerd", "en": "already billed apart"},
    "no_consequence": {"nl": "van buiten, zonder gevolg", "en": "from outside, no consequence"},
    "broken": {"nl": "bundel van de fase is gebroken", "en": "bundle of the phase is broken"},
    "exempt": {"nl": "zwangere is uitgezonderd", "en": "pregnancy is exempt"},
    "outside_practice": {"nl": "intake buiten de IGO", "en": "intake outside the IGO"},
    "not_insured": {"nl": "geen verzekering bekend", "en": "no insurance known"},
    "no_contract": {"nl": "geen contract", "en": "no contract"},
    "product_not_covered": {"nl": "product niet in het contract", "en": "product not in contract"},
    "preconception": {"nl": "preconceptiezorg", "en": "preconception care"},
    "contraception": {"nl": "anticonceptie", "en": "contraception"},
    "advanced_ultrasound": {"nl": "geavanceerd ultrageluid", "en": "advanced ultrasound"},
    "nipt_high_risk": {"nl": "NIPT bij hoog risico", "en": "high-risk NIPT"},
    "high_care_obstetrics": {"nl": "high care obstetrics", "en": "high-care obstetrics"},
}
"""Why an activity ended where it did, in a few words: for tables and lists."""

OUTCOMES: dict[str, Sentence] = {
    "member": {
        "nl": "Deze zorg is deel van het product {product} ({cents}).",
        "en": "This care is part of the product {product} ({cents}).",
    },
    "supplier": {
        "nl": "Deze zorg is ingekocht bij een onderaannemer en is deel van het product {product} "
        "({cents}); de onderaannemer wordt op factuur betaald.",
        "en": "This care was bought from a supplier and is part of the product {product} "
        "({cents}); the supplier is paid by invoice.",
    },
    "open": {
        "nl": "Deze zorg is deel van het product {product}; de fase loopt nog, het bedrag staat "
        "nu op {cents}.",
        "en": "This care is part of the product {product}; the phase still runs, the amount now "
        "stands at {cents}.",
    },
    "duplicate": {
        "nl": "Dezelfde zorg staat er al, uit een bron die meer wordt vertrouwd; zij telt één keer.",
        "en": "The same care is there already, from a source that is trusted more; it counts once.",
    },
    "unknown_code": {
        "nl": "De code stond op die dag niet in de catalogus.",
        "en": "The code was not in the catalogue on that day.",
    },
    "no_pregnancy": {
        "nl": "Er is geen zwangerschap waar deze zorg bij hoort.",
        "en": "There is no pregnancy that this care belongs to.",
    },
    "before_intake": {
        "nl": "De zorg was vóór de eerste fysieke intake ({intake}); de bundel begint daar.",
        "en": "The care was before the first physical intake ({intake}), where the bundle starts.",
    },
    "after_phase": {
        "nl": "Op deze dag liep geen fase van de zwangerschap meer.",
        "en": "No phase of the pregnancy ran on this day any more.",
    },
    "non_member": {
        "nl": "De aanbieder was op deze dag geen lid of onderaannemer; de zorg staat naast de bundel.",
        "en": "The provider was no member or supplier on this day; the care stands beside the bundle.",
    },
    "parallel_allowed": {
        "nl": "Zorg van buiten die volgens het contract naast de bundel mag.",
        "en": "Outside care that the contract allows beside the bundle.",
    },
    "no_consequence": {
        "nl": "Zorg van buiten; het contract verbindt er geen gevolg aan.",
        "en": "Outside care; the contract attaches no consequence to it.",
    },
    "outside_provider": {
        "nl": "Een aanbieder van buiten gaf zorg in een fase die de IGO al begonnen was.",
        "en": "An outside provider gave care in a phase that the IGO had already opened.",
    },
    "member_billed": {
        "nl": "Een lid declareerde deze zorg zelf op de oude wijze.",
        "en": "A member billed this care itself the old way.",
    },
    "already_billed": {
        "nl": "Deze zorg is al op de oude wijze gedeclareerd; dat heeft hier geen gevolg.",
        "en": "This care was already billed the old way; that has no consequence here.",
    },
    "broken": {
        "nl": "De bundel van deze fase is gebroken; de leden declareren op de oude wijze.",
        "en": "The bundle of this phase is broken; the members bill the old way.",
    },
    "exempt": {
        "nl": "Deze zwangerschap is uitgezonderd van integrale bekostiging.",
        "en": "This pregnancy is exempt from integral funding.",
    },
    "outside_practice": {
        "nl": "De zwangerschap is bij een praktijk buiten de IGO begonnen en niet overgenomen.",
        "en": "The pregnancy began at a practice outside the IGO and was not taken over.",
    },
    "not_insured": {
        "nl": "Van deze vrouw is op die dag geen verzekering bekend.",
        "en": "No insurance of this woman is known on that day.",
    },
    "no_contract": {
        "nl": "De IGO had met haar verzekeraar geen contract toen de fase begon.",
        "en": "The IGO had no contract with her insurer when the phase began.",
    },
    "product_not_covered": {
        "nl": "Het contract heeft geen tarief voor dit product; alles gaat op de oude wijze.",
        "en": "The contract has no tariff for this product; everything goes the old way.",
    },
}
"""By reason; a reason that is not here is why the catalogue puts a code outside the bundle."""

OUTCOMES_WITHOUT_EUROS: dict[str, Sentence] = {
    "member": {
        "nl": "Deze zorg is deel van het bundelproduct van de fase.",
        "en": "This care is part of the bundled product of the phase.",
    },
    "supplier": {
        "nl": "Deze zorg is ingekocht bij een onderaannemer en is deel van het bundelproduct van "
        "de fase.",
        "en": "This care was bought from a supplier and is part of the phase's bundled product.",
    },
    "open": {
        "nl": "Deze zorg is deel van het bundelproduct van de fase; de fase loopt nog.",
        "en": "This care is part of the bundled product of the phase; the phase still runs.",
    },
}
"""For who sees no euros: no amount, and no product that would tell what others did."""

HIDDEN_ACT: Sentence = {
    "nl": "een verrichting van een andere organisatie",
    "en": "an act of another organisation",
}
HIDDEN_ACTS: Sentence = {
    "nl": "{n} verrichtingen van andere organisaties",
    "en": "{n} acts of other organisations",
}
"""What a reader may not see, as far as it may be told."""

OUTSIDE_SCOPE: Sentence = {
    "nl": "Deze zorg valt op die dag buiten de wettelijke bundel ({scope}).",
    "en": "This care is outside the law's bundle on that day ({scope}).",
}

TURNS: dict[str, Sentence] = {
    "duplicate": {
        "nl": "Zonder de andere registratie zou deze tellen.",
        "en": "Without the other registration this one would count.",
    },
    "unknown_code": {
        "nl": "Met een code uit de catalogus wordt de zorg beoordeeld.",
        "en": "With a code from the catalogue the care is judged.",
    },
    "no_pregnancy": {
        "nl": "Met een zwangerschap die op deze dag loopt, of een koppeling in de bron.",
        "en": "With a pregnancy that runs on this day, or a link in the source.",
    },
    "before_intake": {
        "nl": "Op of na {intake} was deze zorg deel van de bundel.",
        "en": "On or after {intake} this care would be part of the bundle.",
    },
    "after_phase": {
        "nl": "Op een dag waarop een fase liep, was deze zorg deel van de bundel.",
        "en": "On a day on which a phase ran, this care would be part of the bundle.",
    },
    "non_member": {
        "nl": "Was {organisation} op {day} lid of onderaannemer geweest, dan telde deze zorg mee.",
        "en": "Had {organisation} been a member or supplier on {day}, this care would count.",
    },
    "parallel_allowed": {
        "nl": "Stond de code niet op de parallelliteitslijst van het contract, dan brak zij de bundel.",
        "en": "Were the code not on the contract's parallel list, it would break the bundle.",
    },
    "no_consequence": {
        "nl": "Onder een parallelliteitsverbod of tariefcorrectie brak deze zorg de bundel.",
        "en": "Under a parallel ban or a tariff correction this care would break the bundle.",
    },
    "outside_provider": {
        "nl": "Gegeven door een lid, of op de parallelliteitslijst van het contract, brak zij niets.",
        "en": "Given by a member, or on the contract's parallel list, it would break nothing.",
    },
    "member_billed": {
        "nl": "Zonder die eigen declaratie was deze zorg deel van het product.",
        "en": "Without that claim of its own this care would be part of the product.",
    },
    "already_billed": {
        "nl": "Zonder die eigen declaratie was deze zorg deel van het product.",
        "en": "Without that claim of its own this care would be part of the product.",
    },
    "broken": {
        "nl": "Zonder de breker van {broken_on} was deze zorg deel van het product.",
        "en": "Without the breaker of {broken_on} this care would be part of the product.",
    },
    "exempt": {
        "nl": "Zonder de uitzondering zou het contract van haar verzekeraar gelden.",
        "en": "Without the exemption the contract of her insurer would hold.",
    },
    "outside_practice": {
        "nl": "Was haar eerste intake bij een lid, of nam een lid haar over, dan telde deze zorg mee.",
        "en": "Had her first intake been at a member, or a member taken her over, it would count.",
    },
    "not_insured": {
        "nl": "Met een bekende verzekeraar die een contract heeft, telde deze zorg mee.",
        "en": "With a known insurer that has a contract this care would count.",
    },
    "no_contract": {
        "nl": "Had het contract met haar verzekeraar gegolden toen de fase begon, dan telde zij mee.",
        "en": "Had the contract with her insurer held when the phase began, it would count.",
    },
    "product_not_covered": {
        "nl": "Met een tarief voor dit product in het contract telde deze zorg mee.",
        "en": "With a tariff for this product in the contract this care would count.",
    },
    "outside_scope": {
        "nl": "Alleen een wijziging van de wet of de beleidsregel verandert dit.",
        "en": "Only a change of the law or the policy rule would change this.",
    },
}
"""By reason: the nearest change that would turn a disposition."""

LEAVES_PRODUCT: Sentence = {
    "nl": "Was {organisation} op {day} geen lid of onderaannemer, dan telde deze zorg niet mee.",
    "en": "Were {organisation} no member or supplier on {day}, this care would not count.",
}
"""What would put an act of a product elsewhere: the same act by an outsider is the nearest."""

PRODUCT_OUTCOMES: dict[str, Sentence] = {
    "regular": {
        "nl": "{product}: leden gaven zorg in deze fase, zonder gynaecoloog.",
        "en": "{product}: members gave care in this phase, without a gynaecologist.",
    },
    "gynaecologist_acted": {
        "nl": "{product}: een gynaecoloog van de IGO handelde in deze fase.",
        "en": "{product}: a gynaecologist of the IGO acted in this phase.",
    },
    "on_request": {
        "nl": "{product}: bevalling in het ziekenhuis zonder medische noodzaak.",
        "en": "{product}: birth in hospital without medical need.",
    },
    "before_16_weeks": {
        "nl": "{product}: de zwangerschap eindigde vóór 16 weken, toen daarvoor een eigen product gold.",
        "en": "{product}: the pregnancy ended before 16 weeks, when that had a product of its own.",
    },
    "hours": {
        "nl": "{product}: {minutes} minuten, afgerond op {units} eenheden, tegen {tariff} per uur.",
        "en": "{product}: {minutes} minutes, rounded to {units} units, at {tariff} an hour.",
    },
}
PRODUCT_OUTCOMES_WITHOUT_EUROS: dict[str, Sentence] = {
    "hours": {
        "nl": "{product}: naar de uren van deze maand.",
        "en": "{product}: by the hours of this month.",
    },
}
DEDUCTED: Sentence = {
    "nl": " Van het tarief van {tariff} gaat {deduction} af voor zorg van buiten; er blijft {cents}.",
    "en": " From the tariff of {tariff}, {deduction} is deducted for outside care; {cents} remains.",
}
PRODUCT_TURNS: dict[str, Sentence] = {
    "gynaecologist_acted": {
        "nl": "Zonder {acts} was dit het product {alternative}, {difference}.",
        "en": "Without {acts} this were the product {alternative}, {difference}.",
    },
    "on_request": {
        "nl": "Zonder {acts} was dit het product {alternative}, {difference}.",
        "en": "Without {acts} this were the product {alternative}, {difference}.",
    },
    "regular": {
        "nl": "Met één verrichting van de gynaecoloog was dit het product {alternative}, {difference}.",
        "en": "With one act of the gynaecologist this were the product {alternative}, {difference}.",
    },
    "before_16_weeks": {
        "nl": "Bij een einde na deze zorg, vanaf 16+0, was dit het product {alternative}, {difference}.",
        "en": "With an end after this care, from 16+0 on, this were the product {alternative}, {difference}.",
    },
    "hours": {
        "nl": "Een eenheid meer of minder verandert het bedrag met {unit}.",
        "en": "A unit more or less changes the amount by {unit}.",
    },
}
PRODUCT_TURNS_TO_NONE: dict[str, Sentence] = {
    "gynaecologist_acted": {
        "nl": "Zonder {acts} had deze fase geen product.",
        "en": "Without {acts} this phase had no product.",
    },
    "on_request": {
        "nl": "Zonder {acts} had deze fase geen product.",
        "en": "Without {acts} this phase had no product.",
    },
    "regular": {
        "nl": "Met één verrichting van de gynaecoloog had deze fase geen product.",
        "en": "With one act of the gynaecologist this phase had no product.",
    },
    "before_16_weeks": {
        "nl": "Bij een einde vanaf 16+0 had deze fase geen product.",
        "en": "With an end from 16+0 on this phase had no product.",
    },
}
"""Where the care would amount to no product in force, or nothing of it would be left."""

BREAKERS: dict[str, Sentence] = {
    "outside_provider": {
        "nl": "Een aanbieder van buiten gaf zorg in een fase die de IGO al begonnen was.",
        "en": "An outside provider gave care in a phase that the IGO had already opened.",
    },
    "member_billed": {
        "nl": "Een lid declareerde zorg uit de bundel zelf op de oude wijze.",
        "en": "A member billed care of the bundle itself the old way.",
    },
    "entered_mid_phase": {
        "nl": "De vrouw kwam midden in de fase in zorg bij de IGO.",
        "en": "The woman came into the IGO's care in mid-phase.",
    },
    "left_mid_phase": {
        "nl": "De vrouw verliet de IGO midden in de fase.",
        "en": "The woman left the IGO in mid-phase.",
    },
    "phase_before_contract": {
        "nl": "De fase begon vóór het contract met haar verzekeraar.",
        "en": "The phase began before the contract with her insurer.",
    },
    "insurer_changed": {
        "nl": "Zij wisselde midden in de fase van verzekeraar, en het contract laat dat breken.",
        "en": "She changed insurer in mid-phase, and the contract lets that break the bundle.",
    },
    "late_miscarriage": {
        "nl": "Een vroeg einde werd bekend nadat een product van een latere fase was gemaakt.",
        "en": "An early end became known after a product of a later phase was made.",
    },
}
REGIMES: dict[str, Sentence] = {
    "parallel_ban": {
        "nl": "Onder het parallelliteitsverbod is er geen product; {loss}.",
        "en": "Under the parallel ban there is no product; {loss}.",
    },
    "correction": {
        "nl": "Het product blijft, verminderd met wat buiten is betaald; {loss}.",
        "en": "The product stays, less what was paid outside; {loss}.",
    },
    "none": {
        "nl": "Het contract verbindt er geen gevolg aan; {loss}.",
        "en": "The contract attaches no consequence to it; {loss}.",
    },
}
COSTS: dict[str, Sentence] = {
    "phase_before_contract": {
        "nl": "Er was nog geen product; {loss}.",
        "en": "There was no product yet; {loss}.",
    },
    "late_miscarriage": {
        "nl": "Dat product vervalt; {loss}.",
        "en": "That product lapses; {loss}.",
    },
}
"""By kind, in the place of its regime's: these break no product of a phase that runs."""
LOSS: Sentence = {"nl": "verlies", "en": "loss"}
GAIN: Sentence = {"nl": "voordeel", "en": "advantage"}
LOSS_ELSEWHERE: Sentence = {
    "nl": "Het verlies van deze fase staat bij de vroegste breker.",
    "en": "The loss of this phase stands with its earliest breaker.",
}
BREAKER_TURNS: dict[str, Sentence] = {
    "outside_provider": {
        "nl": "Bij een lid gegeven, of op de parallelliteitslijst van het contract, bleef de bundel heel.",
        "en": "Given by a member, or on the contract's parallel list, the bundle would stand.",
    },
    "member_billed": {
        "nl": "Zonder die eigen declaratie bleef de bundel heel.",
        "en": "Without that claim of its own the bundle would stand.",
    },
    "entered_mid_phase": {
        "nl": "Overgenomen vóór {starts} of vanaf {until} brak er niets.",
        "en": "Taken over before {starts} or from {until} on, nothing would break.",
    },
    "left_mid_phase": {
        "nl": "Vertrokken na het einde van de fase brak er niets.",
        "en": "Had she left after the end of the phase, nothing would break.",
    },
    "phase_before_contract": {
        "nl": "Een fase die op of na {day} begint, valt onder het contract.",
        "en": "A phase that starts on or after {day} falls under the contract.",
    },
    "insurer_changed": {
        "nl": "Zonder de wissel, of met een contract dat hem toestaat, bleef de bundel heel.",
        "en": "Without the change, or under a contract that allows it, the bundle would stand.",
    },
    "late_miscarriage": {
        "nl": "Eerder bekend was het latere product nooit gemaakt.",
        "en": "Known earlier, the later product would never have been made.",
    },
}
ROUTES: dict[str, Sentence] = {
    "contract": {
        "nl": "Integraal: het contract van haar verzekeraar geldt.",
        "en": "Integral: the contract of her insurer holds.",
    },
    "followed_contract": {
        "nl": "Integraal: haar verzekeraar volgt het contract van een andere.",
        "en": "Integral: her insurer follows the contract of another.",
    },
    "outside_practice": {
        "nl": "De oude weg: haar eerste intake was bij een praktijk buiten de IGO.",
        "en": "The old way: her first intake was at a practice outside the IGO.",
    },
    "no_contract": {
        "nl": "De oude weg: met haar verzekeraar is er geen contract.",
        "en": "The old way: there is no contract with her insurer.",
    },
    "exempt": {
        "nl": "De oude weg: deze zwangerschap is uitgezonderd.",
        "en": "The old way: this pregnancy is exempt.",
    },
    "not_insured": {
        "nl": "De oude weg: haar verzekering is niet bekend.",
        "en": "The old way: her insurance is not known.",
    },
}
BREAKER_NAMES: dict[str, Sentence] = {
    "outside_provider": {"nl": "zorg van buiten", "en": "outside care"},
    "member_billed": {"nl": "zelf gedeclareerd", "en": "billed by a member"},
    "entered_mid_phase": {"nl": "ingestroomd in de fase", "en": "entered in mid-phase"},
    "left_mid_phase": {"nl": "vertrokken in de fase", "en": "left in mid-phase"},
    "phase_before_contract": {
        "nl": "fase van vóór het contract",
        "en": "phase before the contract",
    },
    "insurer_changed": {"nl": "andere verzekeraar", "en": "insurer changed"},
    "late_miscarriage": {"nl": "laat bekend vroeg einde", "en": "early end learned late"},
}
PHASES: dict[int, Sentence] = {
    0: {"nl": "geen fase", "en": "no phase"},
    1: {"nl": "prenataal", "en": "prenatal"},
    2: {"nl": "nataal", "en": "natal"},
    3: {"nl": "postnataal", "en": "postnatal"},
}
