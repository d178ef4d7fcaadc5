"""./inv for scenarios with misbehaving programs: a file beside the YAML, named as one of its services, is its code.

The lab carries such a file into the service's machine as it does a learner's.
"""

import runpy
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The checkout instead of this file's own folder.
sys.path[0] = str(ROOT)

from scenarios.definition import catalog  # noqa: E402
from scenarios.definition.scenario import Scenario  # noqa: E402
from tests.misbehaving import code_of  # noqa: E402

load = catalog.load


def load_with_code(name: str, given: Mapping[str, str] | None = None) -> Scenario:
    scenario = load(name, given)
    files = {service: Path(name).with_name(f"{service}.py") for service in scenario.services}
    services = {
        service: replace(one, code=code_of(files[service])) if files[service].is_file() else one
        for service, one in scenario.services.items()
    }
    return replace(scenario, services=services)


if __name__ == "__main__":
    catalog.load = load_with_code
    runpy.run_path(str(ROOT / "requirements" / "start.py"), run_name="__main__")
