"""Servers: those of a family differ in what they teach, and share the rest."""
