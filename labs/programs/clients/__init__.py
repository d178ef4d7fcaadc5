"""Clients: what loads the servers, and what fetches."""
