"""How a run is shown: on the terminal, and as JSON for programs."""
