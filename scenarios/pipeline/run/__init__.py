"""One run on an engine: create, drive, take snapshots, collect, remove."""
