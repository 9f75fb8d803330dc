"""The tables the division reads and the one it gives, with the type of every column.

Amounts are integer cents, weights are integers, open ends are the far date. All rows are of one
network; `memberships` are those that take part in its funding. What is null, counts as nothing.
"""

PRODUCTS = {
    "product_no": "int64",
    "product": "string",
    "starts_on": "date",
    "cents": "int64",
    "month": "date",  # may be null; the month that it is divided in: carries its fixed overhead
    "carried_cents": "int64",  # null: never divided before; else the overhead it carries since
}
UNITS = {  # what each organisation performed for a product: minutes of kraamzorg, else acts
    "product_no": "int64",
    "organisation_id": "int64",
    "units": "int64",
}
CODED_UNITS = {  # the same by code, for products that are divided by internal prices
    "product_no": "int64",
    "organisation_id": "int64",
    "code": "string",
    "units": "int64",
}
MONO = {  # what the old system would have paid each for a product
    "product_no": "int64",
    "organisation_id": "int64",
    "cents": "int64",  # null: unknown
}
SUPPLIER_COSTS = {  # what was bought for a product from outside
    "product_no": "int64",
    "organisation_id": "int64",
    "cents": "int64",
}
AGREEMENTS = {
    "agreement_id": "int64",
    "valid_from": "date",
    "valid_until": "date",
    "overhead_ppm": "int64",
    "overhead_cents": "int64",  # a month; above zero it takes the place of the parts per million
    "reserve_ppm": "int64",  # of what the overhead leaves, like the earmarked part
    "earmarked_ppm": "int64",  # surcharges with a purpose of their own, together
}
PRODUCT_RULES = {  # '*' stands for the products that the agreement does not name
    "agreement_id": "int64",
    "product": "string",
    "method": "string",  # over the disciplines: fixed_share (also without a rule), mono_pro_rata,
    #                      performed
    "until": "date",  # for products that start before; from then on by fixed share
}
DISCIPLINE_SHARES = {
    "agreement_id": "int64",
    "product": "string",  # or '*'
    "discipline": "string",
    "ppm": "int64",
    "method": "string",  # over its members: fixed_share, mono_pro_rata, performed, by_clients
}
MEMBER_RULES = {  # how a discipline divides where no discipline share tells; else as the product
    "agreement_id": "int64",
    "discipline": "string",
    "method": "string",
}
MEMBER_SHARES = {"agreement_id": "int64", "organisation_id": "int64", "ppm": "int64"}
COOPERATIVES = {  # the cooperative is an organisation of the discipline, with one part of it
    "agreement_id": "int64",
    "organisation_id": "int64",
    "method": "string",
}
COOPERATIVE_MEMBERS = {
    "agreement_id": "int64",
    "cooperative_id": "int64",  # its organisation
    "organisation_id": "int64",
    "ppm": "int64",
}
UNIT_PRICES = {  # internal prices, per act or per minute of kraamzorg; what has none weighs nothing
    "agreement_id": "int64",
    "product": "string",  # as in the product rules
    "code": "string",  # '*' stands for the codes that are not named
    "cents": "int64",
}
MEMBERSHIPS = {"organisation_id": "int64", "valid_from": "date", "valid_until": "date"}
ORGANISATIONS = {"organisation_id": "int64", "discipline": "string"}

DIVISION_INPUTS = {
    "divisible_products": PRODUCTS,
    "units": UNITS,
    "coded_units": CODED_UNITS,
    "mono": MONO,
    "supplier_costs": SUPPLIER_COSTS,
    "agreements": AGREEMENTS,
    "product_rules": PRODUCT_RULES,
    "discipline_shares": DISCIPLINE_SHARES,
    "member_rules": MEMBER_RULES,
    "member_shares": MEMBER_SHARES,
    "cooperatives": COOPERATIVES,
    "cooperative_members": COOPERATIVE_MEMBERS,
    "unit_prices": UNIT_PRICES,
    "memberships": MEMBERSHIPS,
    "organisations": ORGANISATIONS,
}

SPLIT_PARAMETERS = {  # what was split last, and by which part
    "agreement_id": "int64",
    "discipline_ppm": "int64",
    "parent_cents": "int64",  # of the product, its discipline, or the cooperative
    "weight": "int64",
    "weight_total": "int64",
}
LEVEL_PARAMETERS = {  # how the levels above came about, null where it was by fixed share
    "product_method": "string",
    "rest_cents": "int64",  # what the disciplines divided
    "discipline_weight": "int64",
    "discipline_weight_total": "int64",
    "method": "string",  # of the last level, where the reason does not tell: also internal_prices
    "cooperative_id": "int64",
    "discipline_cents": "int64",  # what the discipline divided, cooperatives among its members
    "cooperative_weight": "int64",
    "cooperative_weight_total": "int64",
}
PARAMETERS = {**SPLIT_PARAMETERS, **LEVEL_PARAMETERS}

SHARES = {
    "product_no": "int64",
    "kind": "string",  # 'supplier', 'overhead', 'surcharge', 'partner' or 'reserve'
    "discipline": "string",  # '' where no discipline was reached
    "organisation_id": "int64",  # may be null; reserve: who is not entitled, or whose members
    "cents": "int64",  # never 0: what nobody gets is no share
    "rule": "string",  # 'division'
    "reason": "string",  # invoice | overhead, monthly_overhead | earmarked | fixed_share,
    #                      performed, by_clients, mono_pro_rata, mono_partly_unknown | reserve:
    #                      agreed_reserve, no_agreement, supplier_shortfall, not_a_member,
    #                      no_member_share, nobody_performed, no_mono_value
    **PARAMETERS,  # each may be null
}
