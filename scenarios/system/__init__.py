"""The machine and process that the lab itself runs on: owners, /proc, signals, files."""
