"""How is a woman handed over on paper? One pregnancy as a letter (PDF), by who receives it.

Only the receiver's part of the dataset, of what the sender may see, and only what she lets be
shared. Public: `compose.letter_for`, `drawing.as_pdf`, `receivers`.
"""
