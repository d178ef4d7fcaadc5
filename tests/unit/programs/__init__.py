"""Tests of the programs that run in the containers."""
