"""A server that starts and never says `ready`: the lab must give up in time and show its output."""

import time

if __name__ == "__main__":
    print("loading a very large table ...", flush=True)
    time.sleep(3600)
