"""The rules: Ibis expressions over declared tables, one module per rule. No Django, no clock."""
