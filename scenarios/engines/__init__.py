"""The engines that run an experiment's services. Nothing outside this package knows a container engine's SDK."""
