"""Completion for bash, zsh and fish: the shells' scripts, and the candidates for the last word of a command line.

Each press of the Tab key starts a process that runs this, so it only reads files and asks no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from invoke import Collection, ParseError

from scenarios import families, places
from scenarios.commands import help_text
from scenarios.definition import catalog
from scenarios.definition.scenario import TOPICS
from scenarios.definition.yaml_source import YamlSource
from scenarios.errors import LabError, SpecError
from scenarios.pipeline.sweeps import measures
from scenarios.results import run_directories

# Each script passes the words up to the cursor; the last word may be unfinished. After a candidate that ends with `=`
# it adds no space, since the value follows.
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
    """The script that the user's shell reads at its start; raises ParseError for an unknown shell."""
    if shell not in SCRIPTS:
        raise ParseError(f"there is no completion for {shell!r}; there is for {', '.join(SCRIPTS)}")
    return SCRIPTS[shell]


@dataclass
class Typed:
    """The command line before the unfinished word."""

    command: Any = None  # invoke's context of the last command
    flag: str | None = None  # the option whose value comes next
    positional: list[str] = field(default_factory=list)


def candidates(words: Sequence[str], namespace: Collection, flags: Iterable[str]) -> list[str]:
    """The candidates for the last of `words`, the first of which is the program. `flags` are those before a command."""
    *before, last = list(words[1:]) or [""]
    contexts = {name: one for one in namespace.to_contexts() for name in (str(one.name), *one.aliases)}
    typed = _parse(before, contexts)
    if typed.flag is not None:
        found = _values(typed.flag, typed)
    elif last.startswith("-"):
        found = [flag for flag in (typed.command.flag_names() if typed.command else flags) if flag.startswith("--")]
    else:
        arguments = _arguments(typed)
        found = sorted(name for name, _ in help_text.commands(namespace)) if arguments is None else arguments
    return [one for one in found if one.startswith(last)]


def _parse(tokens: Sequence[str], contexts: dict[str, Any]) -> Typed:
    typed = Typed()
    for token in tokens:
        if typed.flag is not None:
            typed.flag = None
        elif token.startswith("-"):
            known = typed.command.flags.get(token) if typed.command else None
            typed.flag = token if known is not None and known.takes_value else None
        elif typed.command and len(typed.positional) < len(ARGUMENTS.get(typed.command.name, ())):
            typed.positional.append(token)
        elif token in contexts:
            typed = Typed(contexts[token])
    return typed


def _arguments(typed: Typed) -> list[str] | None:
    """Candidates for the next argument; None if the command has all its arguments, so that a command may follow."""
    known = ARGUMENTS.get(typed.command.name, ()) if typed.command else ()
    return known[len(typed.positional)](typed) if len(typed.positional) < len(known) else None


def _values(flag: str, typed: Typed) -> list[str]:
    if flag == "--set":
        return [f"{name}=" for name in _keys(typed, "parameters")]
    return VALUES[flag](typed) if flag in VALUES else []


def _scenarios(_: Typed) -> list[str]:
    return sorted(places.catalog_files())


def _nothing(_: Typed) -> list[str]:
    return []


def _families(_: Typed) -> list[str]:
    return families.names()


def _keys(typed: Typed, key: str) -> list[str]:
    """The keys of a mapping, such as `parameters`, in the file of the scenario on the command line."""
    name = typed.positional[0] if typed.positional else ""
    is_path = "/" in name or name.endswith((".yaml", ".yml"))
    path = Path(name) if is_path else places.catalog_files().get(name, Path())
    try:
        data = YamlSource(path, name).data
    except SpecError:
        return []
    found = data.get(key) if isinstance(data, dict) else None
    return [str(one) for one in found] if isinstance(found, dict) else []


def _runs(typed: Typed) -> list[str]:
    """The names of scenarios that were run, which mean their latest runs, and the ids of all runs."""
    runs = run_directories.everything()
    return sorted({path.parent.name for path in runs}) + _ids(typed)


def _ids(_: Typed) -> list[str]:
    return [run_directories.run_of(path) for path in run_directories.newest()]


def _services(typed: Typed) -> list[str]:
    """The services of the run on the command line, else of the latest run."""
    try:
        run = run_directories.find(typed.positional[0] if typed.positional else None)
    except LabError:
        return []
    return sorted(path.stem for path in run.glob("logs/*.stdout"))


def _exercises(_: Typed) -> list[str]:
    return sorted(path.name for path in places.EXERCISES.glob("[0-9]*"))


def _measures(typed: Typed) -> list[str]:
    """The values that a sweep of the scenario on the command line can draw."""
    if not typed.positional:
        return []
    try:
        return list(measures.available(families.find(catalog.load(typed.positional[0]).family)))
    except LabError:
        return []


ARGUMENTS: dict[str, tuple[Callable[[Typed], list[str]], ...]] = {
    "scenario": (_scenarios,),
    "scenarios": (_scenarios,),
    "families": (_families,),
    "new.scenario": (_families, _nothing),
    "new.family": (_nothing,),
    "new.exercise": (_scenarios, _nothing),
    "sweep": (_scenarios,),
    "compare": (_runs, _runs),
    "logs": (_runs, _services),
    "report": (_runs,),
    "shell": (_services,),
    **{
        f"lab.{command}": (_exercises,)
        for command in ("start", "check", "watch", "hint", "solution", "reset", "verify")
    },
}
VALUES: dict[str, Callable[[Typed], list[str]]] = {
    "--engine": lambda _: list(ENGINES),
    "--measure": _measures,
    "--image": lambda _: ["base", "linux", "windows"],
    "--run": _ids,
    "--service": _services,
    "--topic": lambda _: list(TOPICS),
}
