"""What a container is made of, and how it is built."""
