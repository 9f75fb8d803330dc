"""Pure rules of the record: who may see what of whom."""
