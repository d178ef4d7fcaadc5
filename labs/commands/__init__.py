"""The lab.* commands: tasks.py calls one function of each module, which returns an exit status."""
