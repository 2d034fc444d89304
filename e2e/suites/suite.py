"""Suite: which package of which pinned module is a test suite, how it is started, and what is left out of it.

`go/NAME/go.mod` is the only place where its versions are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from e2e.kubectl import find_kubectl
from e2e.suites.suite_module import SuiteModule
from fakes.clusters.control_plane.build import Build, cache_folder

_MODULES = Path(__file__).parent / "go"
_WEBHOOK = "it needs a webhook server that runs in a pod"


@dataclass(frozen=True)
class Suite:
    """`name` is what the option `--suite` takes, `title` what people call it.

    `focus` is the pattern of the specs that are meant; those that match one of `left_out` are not run, for the reason that stands there.
    `controllers` run beside the fake, and with `node` it has a node that is Ready. `arguments` gives those that are not Ginkgo's.
    """

    name: str
    title: str
    module: SuiteModule
    controllers: Sequence[str]
    node: bool = False
    focus: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Callable[[Path], Sequence[str]] = lambda kubeconfig: ()

    def why_left_out(self, spec: str) -> str:
        """The reason for which a spec of this name is not run; empty where there is none."""
        return next((reason for pattern, reason in self.left_out.items() if re.search(pattern, spec)), "")

    def program(self) -> Path:
        """The suite, built first where this very module has not been built before. Raises as `Build.ensure` does."""
        return Build(self.module, cache_folder(), "suites").ensure() / self.module.program


def _kubernetes_arguments(kubeconfig: Path) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        f"--kubectl-path={find_kubectl()}",
        "--provider=skeleton",
        "--allowed-not-ready-nodes=-1",
        "--minStartupPods=0",
        "--e2e-verify-service-account=false",
    ]


SUITES = {
    suite.name: suite
    for suite in (
        Suite(
            name="controller-runtime",
            title="controller-runtime, the suite of its cache",
            module=SuiteModule(_MODULES / "controller_runtime", tested="sigs.k8s.io/controller-runtime", package="pkg/cache"),
            controllers=("garbage-collector", "namespaces"),
            environment={"USE_EXISTING_CLUSTER": "true"},
        ),
        Suite(
            name="kubernetes",
            title="Kubernetes, its conformance suite of sig-api-machinery",
            module=SuiteModule(_MODULES / "kubernetes", tested="k8s.io/kubernetes", package="test/e2e"),
            controllers=("garbage-collector", "namespaces", "service-accounts", "replicas", "kubelet"),
            node=True,
            focus=r"\[sig-api-machinery\].*\[Conformance\]",
            left_out={
                "AdmissionWebhook": _WEBHOOK,
                "Aggregator Should": "it needs an API server that runs in a pod",
                "CustomResourceConversionWebhook": _WEBHOOK,
                "CustomResourceFieldSelectors": _WEBHOOK,
                "AdmissionPolicy .* should (mutate|validate|allow)": "admission policies need CEL",
                "ResourceQuota should (apply|create|verify)": "nothing counts or enforces quotas",
            },
            arguments=_kubernetes_arguments,
        ),
    )
}
