# finding: each_client_has_a_thread_that_waits_for_it
import select
import threading

from labs.programs.servers.echoing import Client, announce, listen


def serve():
    poll = select.poll()
    while clients:
        for descriptor in list(clients):
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(1):
            if not clients[descriptor].step():
                poll.unregister(descriptor)
                clients.pop(descriptor).sock.close()
                gone.pop(descriptor).set()


listener, clients, gone = listen(None, None), {}, {}
announce(listener)
while True:
    client = Client(listener)
    gone[client.sock.fileno()] = threading.Event()
    clients[client.sock.fileno()] = client
    threading.Thread(target=serve if len(clients) == 1 else gone[client.sock.fileno()].wait).start()
