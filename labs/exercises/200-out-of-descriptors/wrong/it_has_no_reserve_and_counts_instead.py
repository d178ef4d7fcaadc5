# replaces: reserve.py
# finding: before_the_first_client_the_predicted_descriptors_are_open
from labs.programs.events import soft_nofile
from labs.programs.servers.accepting import serve

room = soft_nofile() - 6


def accept(listener, counts):
    client, _ = listener.accept()
    if client.fileno() < room + 5:
        return client
    client.close()
    counts.shed += 1
    return None


serve(accept, __doc__)
