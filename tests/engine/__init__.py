"""Real scenarios on a real engine, through ./inv as a user runs it."""
