"""The server with what Windows has to offer."""

import selectors

from serving import serve

if __name__ == "__main__":
    serve(selectors.DefaultSelector())
