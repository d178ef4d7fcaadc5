"""What tasks.py calls for the course: one module a command, each returns an exit status."""
