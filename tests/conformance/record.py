"""Record: play every script on a real control plane and keep what it answers as the suite's expectations."""

from __future__ import annotations

import sys

from fakes.clusters import open_cluster
from tests.conformance import outcome, scripts
from tests.conformance.running import on_a_cluster
from tests.conformance.script import SCRIPTS


def main() -> None:
    assert scripts.__all__
    with open_cluster("control-plane") as cluster:
        seen = on_a_cluster(SCRIPTS.values(), cluster)
    broken = {name: error for name, error in seen.items() if isinstance(error, BaseException)}
    for name, error in broken.items():
        print(f"{name}: {error!r}", file=sys.stderr)
    outcome.write({name: answers for name in SCRIPTS if not isinstance(answers := seen[name], BaseException)})
    print(f"{len(seen) - len(broken)} scripts recorded, {len(broken)} broken")


if __name__ == "__main__":
    main()
