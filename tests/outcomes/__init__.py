"""The testinfra modules that scenarios name as their outcome."""
