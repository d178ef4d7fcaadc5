"""Servers, alike but for how they wait."""
