"""What tasks.py calls: one module a command."""
