"""What is taught: the programs that run in the containers, and the exercises."""
