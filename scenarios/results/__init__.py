"""The files of a run: evidence, events, record, time series, and the run directories they stand in."""
