"""Pages over HTTP for this machine alone: past runs, and the run in progress. They only read, and start nothing."""
