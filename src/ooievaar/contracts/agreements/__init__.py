"""Distribution agreements as text: one YAML document that a board can read aloud.

Public: `reading` (text to values), `writing` (and back), `words` (said aloud), `differences`,
`examples` (run on the real division), `commands`, `queries`.
"""
