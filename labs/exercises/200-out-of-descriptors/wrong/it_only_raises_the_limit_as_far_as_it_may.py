# replaces: reserve.py
# finding: crash
import resource

from labs.programs.servers.accepting import serve


def accept(listener, counts):
    return listener.accept()[0]


resource.setrlimit(
    resource.RLIMIT_NOFILE,
    (resource.getrlimit(resource.RLIMIT_NOFILE)[1], resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
)
serve(accept, __doc__)
