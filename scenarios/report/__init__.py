"""Shows runs: on the terminal, as pages, and as JSON and JUnit XML for programs."""
