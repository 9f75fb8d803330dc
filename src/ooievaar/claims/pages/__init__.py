"""The pages of claims: the funnel, files and lines, the work list, and what is nearly too late."""
