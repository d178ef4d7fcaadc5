"""The images of containers, and how they are built."""
