"""The commands that tasks.py calls: one module each."""
