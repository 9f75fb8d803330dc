"""Pure rules of the pathways: what a definition means, and when it is due."""
