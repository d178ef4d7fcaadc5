"""Completion for bash, zsh and fish: the shells' scripts, and what may follow the words on the command line.

Every press of the tab key starts this, so it reads files alone: no engine is asked, and nothing slow is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invoke import Collection, ParseError

from scenarios import places
from scenarios.commands import overview
from scenarios.scenario import TOPICS

# The words up to the cursor are handed over, the last of them unfinished; a name that ends with = has its value next.
BASH = """\
_complete_iolab() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
        [[ $line == *= ]] && compopt -o nospace 2>/dev/null
    done < <("${COMP_WORDS[0]}" --complete -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
}
complete -o default -F _complete_iolab inv invoke
"""
ZSH = """\
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_complete_iolab() {
    local -a found names
    found=("${(@f)$("${words[1]}" --complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    found=(${found:#})
    names=(${(M)found:#*=})
    (( $#names )) && compadd -S '' -- $names
    (( $#found > $#names )) && compadd -- ${found:#*=}
    (( $#found )) || _files
}
compdef _complete_iolab inv invoke
"""
FISH = """\
function __complete_iolab
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    test -n "$current"; or set current ''
    $words[1] --complete -- $words "$current" 2>/dev/null
end
function __complete_iolab_has_none
    test -z "$(__complete_iolab)"
end
for command in inv invoke
    complete --command $command --no-files --arguments '(__complete_iolab)'
    complete --command $command --condition __complete_iolab_has_none --force-files
end
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
ENGINES = ("auto", "docker", "local")


def script(shell: str) -> str:
    """What a shell has to read once; raises ParseError for a shell that is not known."""
    if shell not in SCRIPTS:
        raise ParseError(f"there is no completion for {shell!r}; there is for {', '.join(SCRIPTS)}")
    return SCRIPTS[shell]


@dataclass
class Typed:
    """What stands on the command line before the unfinished word."""

    command: Any = None  # invoke's context of the last command
    flag: str | None = None  # it awaits its value
    positional: list[str] = field(default_factory=list)


def candidates(words: Sequence[str], namespace: Collection, flags: Iterable[str]) -> list[str]:
    """What the last of the words may become; the first is the program. `flags` are those before any command."""
    *before, last = list(words[1:]) or [""]
    contexts = {name: one for one in namespace.to_contexts() for name in (str(one.name), *one.aliases)}
    typed = _read(before, contexts)
    if typed.flag is not None:
        found = _values(typed.flag, typed)
    elif last.startswith("-"):
        found = [flag for flag in (typed.command.flag_names() if typed.command else flags) if flag.startswith("--")]
    else:
        arguments = _arguments(typed)
        found = sorted(name for name, _ in overview.commands(namespace)) if arguments is None else arguments
    return [one for one in found if one.startswith(last)]


def _read(tokens: Sequence[str], contexts: dict[str, Any]) -> Typed:
    typed = Typed()
    for token in tokens:
        if typed.flag is not None:
            typed.flag = None
        elif token.startswith("-"):
            known = typed.command.flags.get(token) if typed.command else None
            typed.flag = token if known is not None and known.takes_value else None
        elif typed.command and len(typed.positional) < _takes(typed.command.name):
            typed.positional.append(token)
        elif token in contexts:
            typed = Typed(contexts[token])
    return typed


def _takes(command: str) -> int:
    return len(ARGUMENTS.get(command, ()))


def _arguments(typed: Typed) -> list[str] | None:
    """What may stand next without a flag; None when the command has all that it takes, so that another may follow."""
    taken = ARGUMENTS.get(typed.command.name, ()) if typed.command else ()
    return taken[len(typed.positional)](typed) if len(typed.positional) < len(taken) else None


def _values(flag: str, typed: Typed) -> list[str]:
    if flag == "--set":
        return [f"{name}=" for name in _keys(typed, "parameters")]
    return VALUES[flag](typed) if flag in VALUES else []


def _scenarios(_: Typed) -> list[str]:
    return sorted(path.stem for path in places.CATALOG.glob("*.yaml"))


def _keys(typed: Typed, key: str) -> list[str]:
    """The keys of a mapping in the file of the scenario that is named."""
    from scenarios.errors import SpecError
    from scenarios.yaml_source import YamlSource

    name = typed.positional[0] if typed.positional else ""
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else places.CATALOG / f"{name}.yaml"
    try:
        data = YamlSource(path, name).data
    except SpecError:
        return []
    found = data.get(key) if isinstance(data, dict) else None
    return [str(one) for one in found] if isinstance(found, dict) else []


def _runs(typed: Typed) -> list[str]:
    """The scenarios that were run, for their latest runs, and all ids."""
    from scenarios import rundirs

    runs = rundirs.everything()
    return sorted({path.parent.name for path in runs}) + _ids(typed)


def _ids(_: Typed) -> list[str]:
    from scenarios import rundirs

    return [rundirs.run_of(path) for path in rundirs.newest()]


def _services(typed: Typed) -> list[str]:
    """Those of the run that is named, else of the latest."""
    from scenarios import rundirs
    from scenarios.errors import LabError

    try:
        run = rundirs.find(typed.positional[0] if typed.positional else None)
    except LabError:
        return []
    return sorted(path.stem for path in run.glob("logs/*.stdout"))


def _exercises(_: Typed) -> list[str]:
    return sorted(path.name for path in places.EXERCISES.glob("[0-9]*"))


def _measures(typed: Typed) -> list[str]:
    """What can be drawn of the scenario that is named."""
    from scenarios import families, spec
    from scenarios.errors import LabError
    from scenarios.sweeps import measures

    try:
        return list(measures.of(families.find(spec.load(typed.positional[0]).family))) if typed.positional else []
    except LabError:
        return []


ARGUMENTS: dict[str, tuple[Callable[[Typed], list[str]], ...]] = {
    "scenario": (_scenarios,),
    "sweep": (_scenarios,),
    "compare": (_runs, _runs),
    "logs": (_runs, _services),
    "report": (_runs,),
    "shell": (_services,),
    **{f"lab.{command}": (_exercises,) for command in ("start", "check", "watch", "hint", "solution", "reset")},
}
VALUES: dict[str, Callable[[Typed], list[str]]] = {
    "--engine": lambda _: list(ENGINES),
    "--measure": _measures,
    "--image": lambda _: ["base", "linux", "windows"],
    "--run": _ids,
    "--service": _services,
    "--topic": lambda _: list(TOPICS),
}
