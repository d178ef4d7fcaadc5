"""Compares what was measured with what was predicted: quantities, failures, checks, verdict, two runs."""
