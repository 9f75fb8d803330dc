"""Coming in: password, second step, the login of one's own organisation; built on allauth."""
