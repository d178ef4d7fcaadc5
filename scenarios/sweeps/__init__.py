"""A sweep: one scenario over several values of its parameters; what it costs against them, and where it breaks."""
