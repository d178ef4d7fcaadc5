"""Tests, outcome checks and the benchmark."""
