# replaces: pause.py
# finding: every_server_sleeps_in_epoll_when_its_clients_have_left
import selectors
import threading
import time

from labs.programs.servers.accepting import GREETING, Counts, answer, listen, parse, ready


def take(listener, selector):
    listener.setblocking(True)
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            time.sleep(1)
            continue
        counts.wakeups += 1
        client.send(GREETING)
        selector.register(client, selectors.EVENT_READ, client)


counts, listener, selector = Counts(), listen(parse(None)), selectors.EpollSelector()
ready(listener)
threading.Thread(target=take, args=(listener, selector), daemon=True).start()
while True:
    for key, _ in selector.select(0.2):
        answer(selector, key.data, counts)
