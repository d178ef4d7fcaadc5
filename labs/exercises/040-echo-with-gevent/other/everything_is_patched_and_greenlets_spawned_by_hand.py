"""Everything is patched, so the standard library's sockets switch to the loop; the main greenlet accepts and spawns."""

from gevent import monkey

monkey.patch_all()

import gevent

from labs.programs.servers.echoing import announce, echo, listen

listener = listen(__doc__)
gevent.sleep(0)  # the loop runs from here on
gevent.spawn(announce, listener)
while True:
    gevent.spawn(echo, listener.accept()[0])
