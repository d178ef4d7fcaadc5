"""The pure models that several families predict with; each module's docstring names the rules that it rests on."""
