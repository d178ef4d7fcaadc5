"""A server that takes memory until the kernel kills it: the lab must tell this from a crash of the program itself.

Run it only with a limit of memory.
"""

from labs.programs.events import emit

if __name__ == "__main__":
    emit("ready")
    kept = []
    while True:
        kept.append(bytearray(16 * 1024 * 1024))
