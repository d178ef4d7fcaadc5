"""How an experiment runs: from a YAML file to a verdict."""
