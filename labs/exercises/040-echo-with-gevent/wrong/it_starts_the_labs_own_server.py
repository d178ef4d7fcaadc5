# finding: crash
"""A wrong program: it starts the lab's server instead of being one."""

from labs.programs.servers import echo_gevent

echo_gevent.main()
