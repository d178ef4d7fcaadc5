"""A server that dies before it is ready: the lab must notice at once and show its last lines."""

if __name__ == "__main__":
    print("reading the configuration ...", flush=True)
    raise RuntimeError("there is no configuration")
