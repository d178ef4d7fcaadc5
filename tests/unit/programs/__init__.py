"""Tests of the programs by themselves: what they say, parse and keep, without a process of their own."""
