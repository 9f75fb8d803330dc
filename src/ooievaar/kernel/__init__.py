"""What are the words? Money, gestation, periods, Dutch identifiers, faults.

Pure values, no Django, no I/O, no clock. Every other room speaks these words.
"""
