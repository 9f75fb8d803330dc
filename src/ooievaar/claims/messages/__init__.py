"""EI messages: bytes to typed records and back, driven by layouts that are data.

`layout` says what stands where, `fixed` reads and writes one record, `reading` and `writing` a
whole file, `returns` what the portal and the insurer answer, `kz301` and `mono` turn lines into
rows. Pure: no Django, no database, no clock. What is wrong with a file is a `Finding`, never an
exception.
"""
