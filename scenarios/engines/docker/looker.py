"""The lab's own process in a container: looks at the program through /proc and tries ways out, all by itself.

It is started before the program can use up the container's processes, and answers every look over one connection.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

from scenarios.engines.base import Executed
from scenarios.engines.docker.streams import Conversation, begin
from scenarios.errors import EngineError

# perl, because Debian's base has it in every image; what `look` says is what run/samples.py reads.
# `try` does not wait for its connections: whether one came about, the lab hears at the other end. `room` tells how many
# more processes the container may have; `run` gets a command, and says what it wrote, in hexadecimal digits.
# What ended threads had of the processor, the process's clock still counts; those that live say what they had. It is
# told where no thread ran while the two were read: else one may have more than the other.
# `glance` asks the kernel over netlink for the port's sockets, as engines/local/sockets.py does, where the numbers have
# their names.
# A process's clock (clock_getcpuclockid(3)) counts nanoseconds, where /proc counts in hundredths of a second. perl has
# no name for the system call without a module that not every base has: its number goes with the machine that perl is
# made for, as its own ELF header says.
SCRIPT = r"""
use strict;
use Socket qw(:DEFAULT SOCK_NONBLOCK);
$| = 1;
my @tried;
my %clock_gettime = (62 => 228, 183 => 113);
open(my $perl, "<", "/proc/self/exe");
sysread($perl, my $header, 20);
my $number = $clock_gettime{unpack "x18 v", $header};
sub nanoseconds {
    use integer;
    my ($clock, $time) = (~(0 + $_[0]) << 3 | 2, "\0" x 16);
    return unless $number and syscall($number, $clock, $time) == 0;
    my ($seconds, $rest) = unpack "qq", $time;
    return $seconds * 1_000_000_000 + $rest;
}
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
sub glance {
    opendir(my $folder, "/proc/$_[0]/fd") or return "";
    my $descriptors = grep { /^\d+$/ } readdir $folder;
    my @fields = stat_of($_[0]) or return "";
    my $sockets = sockets($_[1]);
    my ($user, $system) = times;
    return join(" ", $user + $system, $descriptors, $sockets, @fields) . "\n";
}
sub sockets {
    my ($port, $count, $said) = ($_[0], 0);
    socket(my $kernel, 16, SOCK_RAW, 4) or return "-";
    my $states = 1 << 10 | 1 << 1 | 1 << 8;
    my $question = pack "LSSLL CCCxL nnx32LLL", 72, 20, 0x301, 1, 0, 2, 6, 0, $states, $port, 0, 0, ~0, ~0;
    send($kernel, $question, 0) or return "-";
    while (defined recv($kernel, $said, 1 << 17, 0) and length $said) {
        for (my $at = 0; $at < length $said;) {
            my ($length, $kind) = unpack "LS", substr $said, $at, 6;
            return $count if $kind == 3;
            return "-" if $kind == 2;
            $count++ if unpack "L", substr $said, $at + 84, 4;
            $at += $length + 3 & ~3;
        }
    }
    return "-";
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
    my ($processes, $threads, $ticks, $memory, $known, $clocks) = (0, 0, 0, 0, 1, 0);
    my @todo = ($_[0]);
    while (defined(my $pid = shift @todo)) {
        my $fields = $of{$pid} or next;
        push @todo, @{$children{$pid} || []};
        $processes++;
        $threads += $fields->[17];
        $ticks += $fields->[$_] for 11 .. 14;
        $clocks += nanoseconds($pid) // 10_000_000 * ($fields->[11] + $fields->[12]);
        $clocks += 10_000_000 * ($fields->[13] + $fields->[14]);
        if (open(my $maps, "<", "/proc/$pid/smaps_rollup")) {
            /^Pss_Anon:\s+(\d+)/ and $memory += $1 for <$maps>;
        } elsif ($pid == $_[0]) { $known = 0 }
    }
    my $own = nanoseconds($_[0]);
    my $said = "tree $processes $threads $ticks " . ($known ? $memory : "-") . "\n";
    return $said . (defined $own ? "clocks $own $clocks\n" . ended($_[0]) : "");
}
sub ended {
    for (1 .. 5) {
        my ($before, $living) = (nanoseconds($_[0]), 0);
        for my $path (glob "/proc/$_[0]/task/*/schedstat") {
            open(my $file, "<", $path) or return "";
            $living += (split " ", <$file> // return "")[0];
        }
        my $after = nanoseconds($_[0]);
        return "" unless defined $before and defined $after;
        return "ended " . ($after - $living) . "\n" if $before == $after;
    }
    return "";
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
sub room {
    for my $folder ("/sys/fs/cgroup", "/sys/fs/cgroup/pids") {
        open(my $most, "<", "$folder/pids.max") or next;
        open(my $now, "<", "$folder/pids.current") or next;
        my ($may, $has) = (scalar <$most>, scalar <$now>);
        return $may =~ /^\d/ ? $may - $has . "\n" : "";
    }
    return "";
}
sub run {
    my @command = map { pack "H*", substr $_, 1 } @_;
    pipe(my $out, my $out_end) and pipe(my $err, my $err_end) or return "failed $!\n";
    defined(my $process = fork) or return "failed $!\n";
    if (!$process) {
        open(STDIN, "<", "/dev/null") and open(STDOUT, ">&", $out_end) and open(STDERR, ">&", $err_end) or exit 126;
        exec { $command[0] } @command or exit 127;
    }
    close $_ for $out_end, $err_end;
    my %open = (stdout => $out, stderr => $err);
    while (%open) {
        my $ready = "";
        vec($ready, fileno $_, 1) = 1 for values %open;
        select($ready, undef, undef, undef);
        for my $stream (grep { vec($ready, fileno $open{$_}, 1) } keys %open) {
            sysread($open{$stream}, my $part, 65536) or delete $open{$stream}, next;
            print "$stream ", unpack("H*", $part), "\n";
        }
    }
    waitpid $process, 0;
    return "ended " . ($? & 127 ? 128 + ($? & 127) : $? >> 8) . "\n";
}
my %answers = (look => \&look, glance => \&glance, try => \&attempt, room => \&room, run => \&run, hello => sub { "" });
while (my $line = <STDIN>) {
    my ($what, @words) = split " ", $line;
    print $answers{$what}->(@words), ".\n";
}
"""
COMMAND = ("perl", "-e", SCRIPT)
ANSWER_WITHIN = 30.0  # seconds
END = b".\n"
STREAMS = ("stdout", "stderr")


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

    def room(self) -> int:
        """How many processes more there may be in the container; 0 where it cannot tell. Raises EngineError."""
        return int(self.ask("room") or 0)

    def run(self, command: Sequence[str], within: float) -> Executed:
        """Runs a command, for so many seconds at most; raises EngineError."""
        question = " ".join(["run", *(f"x{word.encode().hex()}" for word in command)])
        lines = [line.partition(" ") for line in self.ask(question, within).splitlines()]
        said = {name: b"".join(bytes.fromhex(part) for one, _, part in lines if one == name) for name in STREAMS}
        how, _, status = lines[-1]
        if how != "ended":
            raise EngineError(f"looking into {self._service}: {command[0]} cannot be started: {status}")
        return Executed(int(status), said["stdout"], said["stderr"])

    def ask(self, question: str, within: float | None = None) -> str:
        """The answer to one line; raises EngineError when none comes, and then none will come any more."""
        with self._lock:
            said: list[bytes] = []
            within = within or self._within
            until = time.monotonic() + within
            try:
                self._conversation.send(f"{question}\n".encode(), until)
                for _, part in self._conversation.frames(until):
                    said.append(part)
                    if _ended(said):
                        return b"".join(said)[: -len(END)].decode(errors="replace")
            except TimeoutError as error:
                self._give_up()
                raise EngineError(f"looking into {self._service} took more than {within:g} s") from error
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


def _ended(said: Sequence[bytes]) -> bool:
    """Whether the last line came; the parts before need not be looked through again."""
    end = b"".join(said[-len(END) - 1 :])
    return end == END or end.endswith(b"\n" + END)
