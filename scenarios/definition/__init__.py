"""From a catalog file to a frozen Scenario: schema, parameters, ranges, and the one validator."""
