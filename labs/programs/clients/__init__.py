"""Clients: load for the servers, and programs that fetch."""
