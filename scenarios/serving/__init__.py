"""Pages over HTTP, for this machine alone: what was run, and what runs at this moment. They read, and start nothing."""
