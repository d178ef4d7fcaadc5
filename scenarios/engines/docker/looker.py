"""The lab's own process in a container: looks at the program through /proc and tries ways out, all by itself.

It is started before the program can use up the container's processes, and answers every look over one connection.
"""

import threading
import time
from typing import Any

from scenarios.engines.docker.streams import Conversation, begin
from scenarios.errors import EngineError

# perl, because Debian's base has it in every image; what it says is what run/samples.py reads.
# `try` does not wait for its connections: whether one came about, the lab hears at the other end.
SCRIPT = r"""
use strict;
use Socket qw(:DEFAULT SOCK_NONBLOCK);
$| = 1;
my @tried;
sub look {
    my $process = "/proc/$_[0]";
    opendir(my $folder, "$process/fd") or return "";
    my @descriptors = grep { /^\d+$/ } readdir $folder;
    my $said = "descriptors " . @descriptors . "\n";
    for my $descriptor (@descriptors) {
        next unless (readlink("$process/fd/$descriptor") || "") eq "anon_inode:[eventpoll]";
        open(my $about, "<", "$process/fdinfo/$descriptor") or next;
        $said .= "watched " . (grep { /^tfd:/ } <$about>) . "\n";
    }
    $said .= tree($_[0]);
    open(my $limits, "<", "$process/limits") or return "";
    $said .= join "", grep { /^Max open files/ } <$limits>;
    open(my $stat, "<", "$process/stat") or return "";
    my $fields = join "", <$stat>;
    $fields =~ s/^.*\) //s;
    return $said . "stat $fields";
}
sub stat_of {
    open(my $file, "<", "/proc/$_[0]/stat") or return;
    my $text = join "", <$file>;
    $text =~ s/^.*\) //s;
    return split " ", $text;
}
sub tree {
    opendir(my $folder, "/proc") or return "";
    my (%of, %children);
    for my $pid (grep { /^\d+$/ } readdir $folder) {
        my @fields = stat_of($pid) or next;
        $of{$pid} = \@fields;
        push @{$children{$fields[1]}}, $pid unless $fields[0] =~ /[ZX]/;
    }
    my ($processes, $threads, $ticks, $memory, $known) = (0, 0, 0, 0, 1);
    my @todo = ($_[0]);
    while (defined(my $pid = shift @todo)) {
        my $fields = $of{$pid} or next;
        push @todo, @{$children{$pid} || []};
        $processes++;
        $threads += $fields->[17];
        $ticks += $fields->[$_] for 11 .. 14;
        if (open(my $maps, "<", "/proc/$pid/smaps_rollup")) {
            /^Pss_Anon:\s+(\d+)/ and $memory += $1 for <$maps>;
        } elsif ($pid == $_[0]) { $known = 0 }
    }
    return "tree $processes $threads $ticks " . ($known ? $memory : "-") . "\n";
}
sub attempt {
    my ($port, @addresses) = @_;
    my $said = "";
    for my $address (@addresses) {
        socket(my $socket, PF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) or next;
        connect($socket, sockaddr_in($port, inet_aton($address)));
        my ($own_port, $own) = sockaddr_in(getsockname($socket));
        push @tried, $socket;
        $said .= join(" ", "tried", $address, inet_ntoa($own), $own_port) . "\n";
    }
    return $said;
}
while (my $line = <STDIN>) {
    my ($what, @words) = split " ", $line;
    my $said = $what eq "look" ? look(@words) : $what eq "try" ? attempt(@words) : "";
    print "$said.\n";
}
"""
COMMAND = ("perl", "-e", SCRIPT)
ANSWER_WITHIN = 30.0  # seconds
END = b".\n"


class Looker:
    """The process in one container; one question at a time."""

    def __init__(self, api: Any, container: str, service: str, within: float = ANSWER_WITHIN) -> None:
        """Starts it and waits until it answers; raises EngineError, and what the SDK raises."""
        self._service, self._within = service, within
        self._lock = threading.Lock()
        job = api.exec_create(container, list(COMMAND), stdin=True)["Id"]
        self._conversation: Conversation = begin(api, job)
        self.broken = False
        self.ask("hello")

    def look(self, pid: int) -> str:
        """What run/samples.py reads of a process; nothing when it is gone. Raises EngineError."""
        return self.ask(f"look {pid}")

    def ask(self, question: str) -> str:
        """The answer to one line; raises EngineError when none comes, and then none will come any more."""
        with self._lock:
            said: list[bytes] = []
            until = time.monotonic() + self._within
            try:
                self._conversation.send(f"{question}\n".encode(), until)
                for _, part in self._conversation.frames(until):
                    said.append(part)
                    if _ended(b"".join(said)):
                        return b"".join(said)[: -len(END)].decode(errors="replace")
            except (OSError, ValueError) as error:
                self._give_up()
                raise EngineError(f"looking into {self._service}: {error}") from error
            self._give_up()
            text = b"".join(said).decode(errors="replace").strip() or "its process in the container ended"
            raise EngineError(f"looking into {self._service}: {text}")

    def _give_up(self) -> None:
        self.broken = True
        self.close()

    def close(self) -> None:
        """The process in the container ends with its input."""
        self._conversation.close()


def _ended(said: bytes) -> bool:
    return said == END or said.endswith(b"\n" + END)
