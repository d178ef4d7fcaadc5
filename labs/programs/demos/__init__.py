"""Programs that misbehave on purpose, to see what the lab makes of them."""
