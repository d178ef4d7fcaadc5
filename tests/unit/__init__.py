"""Fast tests, one module for each module."""
