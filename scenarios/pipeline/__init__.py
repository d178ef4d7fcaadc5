"""How an experiment is carried out: predict, prepare, run, measure, check, judge; batches and sweeps of them."""
