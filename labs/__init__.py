"""The course: its exercises, the commands lab.*, and the programs that run in containers."""
