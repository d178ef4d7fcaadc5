"""The small programs that run inside the containers; each also starts by hand with python -m."""
