"""Who takes part, since when? People, organisations, networks, memberships, suppliers, insurers.

Public: `models`, `commands` (writes), `queries` (reads for other rooms).
"""
