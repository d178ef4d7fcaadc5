"""A server that takes memory until the kernel kills it: the lab must tell this from a crash of the program's own."""

from labs.programs.events import emit

if __name__ == "__main__":
    emit("ready")
    taken = []
    while True:
        taken.append(bytearray(16 * 1024 * 1024))
