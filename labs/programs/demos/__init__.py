"""Programs that need no peer: each shows one mechanism and measures itself."""
