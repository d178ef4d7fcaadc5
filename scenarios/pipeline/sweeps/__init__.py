"""A sweep: one scenario run for many values of its parameters; how its cost grows with them, and where it breaks."""
