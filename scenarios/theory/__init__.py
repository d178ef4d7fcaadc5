"""The pure models that families count with; each module's docstring names the rules that it rests on."""
