"""The server with what Windows has to offer."""

import selectors

from serving import serve

if __name__ == "__main__":
    # TODO 1: Windows has no epoll. Take the best that there is on each system.
    serve(selectors.EpollSelector())
