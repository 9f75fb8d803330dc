"""The pages of the record: the dossier, writing in it, one entry, the growth, taking into care."""
