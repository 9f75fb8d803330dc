"""The pure rules of what was agreed: who follows whose terms, how income is divided, what fits."""
