"""Services as containers of a Docker Engine."""
