"""What does a region do in a year? A seeded synthetic region that does not exist.

Rates stand in `profiles`, organisations and terms in `region`, the courses of pregnancies in
`pregnancies`, their acts in `activities`; `commands` writes a region as files or into the database.
No woman, organisation or insurer in it is real.
"""
