"""One run on an engine: up, drive, look, collect, down."""
