"""The benchmark: whole commands against each other, in one run."""
