# replaces: server.py
# finding: served
import select
import sys

from labs.programs.events import emit

emit("ready", port=8001, selector="EpollSelector", platform=sys.platform, python="3.11.2", descriptors=5)
select.epoll().poll()
