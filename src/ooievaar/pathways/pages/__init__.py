"""The pages of pathways: the plan of a woman, the library of the region, care shifts."""
