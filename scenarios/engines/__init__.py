"""What an experiment runs on. Nothing outside this package knows a container engine's SDK."""
