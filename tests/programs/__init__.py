"""The programs of the containers as real processes of this machine."""
