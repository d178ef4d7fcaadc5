"""How an experiment runs: from a YAML file to a verdict."""

__version__ = "0.2"
