"""Sections 4.1 and 4.2: the parameters of a list, and what is wrong with them."""

from __future__ import annotations

from tests.conformance.definitions import config_map, foo, pod
from tests.conformance.script import script
from tests.conformance.session import Session


@script("4.1 a limit that is no number, and one that is none")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    for limit in ("abc", "0", "-1", "1.5", "99999999999999999999"):
        s.get(s.at("configmaps"), limit=limit)


@script("4.1 unknown parameters are ignored, and so is timeoutSeconds")
def _(s: Session) -> None:
    s.have(config_map("a"))
    s.get(s.at("configmaps"), nosuch="1", timeoutSeconds="1")
    s.get(s.at("configmaps"), timeoutSeconds="abc")
    s.get(s.at("configmaps"), allowWatchBookmarks="true")
    s.get(s.at("configmaps"), watch="false")


@script("4.1 timeout is a duration")
def _(s: Session) -> None:
    s.get(s.at("configmaps"), timeout="30s")
    s.get(s.at("configmaps"), timeout="abc")


@script("4.1 every form of a timeout")
def _(s: Session) -> None:
    for timeout in (
        "",
        "0",
        "0s",
        "1",
        "1h30m",
        ".5s",
        "-5s",
        "+5s",
        "1d",
        "1e3s",
        " 1s",
        "1s ",
        "1.s",
        "s",
        "1h-1m",
        "99999999h",
    ):
        s.get(s.at("configmaps"), timeout=timeout)


@script("4.2 which complaint comes first")
def _(s: Session) -> None:
    for query in (
        {"limit": "abc", "resourceVersionMatch": "Foo"},
        {"limit": "abc", "timeoutSeconds": "abc"},
        {"timeoutSeconds": "abc", "limit": "abc", "watch": "true"},
        {"resourceVersionMatch": "Foo", "labelSelector": "a b"},
        {"labelSelector": "a b", "fieldSelector": "foo"},
        {"fieldSelector": "nosuch=1", "labelSelector": "a b"},
        {"fieldSelector": "nosuch=1", "resourceVersion": "abc"},
        {"labelSelector": "a b", "resourceVersion": "abc"},
        {"fieldSelector": "nosuch=1", "continue_": "garbage"},
        {"continue_": "garbage", "resourceVersion": "abc"},
        {"timeout": "abc", "limit": "abc"},
        {"labelSelector": "a b", "limit": "abc"},
        {"fieldSelector": "foo", "limit": "abc"},
        {"fieldSelector": "foo", "resourceVersionMatch": "Foo"},
        {"sendInitialEvents": "true", "labelSelector": "a b", "continue_": "garbage"},
        {"fieldSelector": "nosuch=1", "resourceVersionMatch": "Exact"},
    ):
        s.get(s.at("configmaps"), **query)
        s.get(s.at("foos"), **query)
        s.watch(s.at("foos"), **{"timeoutSeconds": "1", **query}).close()


@script("4.2 combinations of versions and matches")
def _(s: Session) -> None:
    s.have(foo("a"))
    for query in (
        {"resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "NotOlderThan"},
        {"resourceVersionMatch": "Exact", "resourceVersion": "0"},
        {"resourceVersionMatch": "Foo", "resourceVersion": "5"},
        {"resourceVersionMatch": "Foo"},
        {"resourceVersionMatch": "Exact", "resourceVersion": "5", "continue_": "x"},
        {"resourceVersionMatch": "Foo", "resourceVersion": "0", "continue_": "x"},
        {"sendInitialEvents": "true"},
        {"sendInitialEvents": "false"},
        {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"},
        {"sendInitialEvents": "abc"},
        {"resourceVersion": "abc"},
        {"resourceVersion": "-1"},
        {"resourceVersion": "abc", "resourceVersionMatch": "NotOlderThan"},
        {"resourceVersion": "abc", "limit": "1"},
    ):
        s.get(s.at("foos"), **query)


@script("4.2 a version with a token")
def _(s: Session) -> None:
    s.have(config_map("a"), config_map("b"))
    page = s.get(s.at("configmaps"), limit=1)
    s.get(s.at("configmaps"), limit=1, continue_=page.rest, resourceVersion=page.version)
    s.get(s.at("configmaps"), limit=1, continue_="garbage", resourceVersion="5")


@script("4.2 label selectors that cannot be parsed")
def _(s: Session) -> None:
    for selector in (
        "==x",
        "a b",
        "a==x,",
        "-bad=x",
        "a=bad value",
        "a in (x",
        "a in x",
        "a>x",
        "a in ()",
        "a=b=c",
        ",",
        "!",
        "a notin",
        "a=-b",
        "a/b/c",
        f"{'x' * 64}=y",
        "a>1.5",
        "(a)",
    ):
        s.get(s.at("configmaps"), labelSelector=selector)


@script("4.2 field selectors that cannot be parsed or are not supported")
def _(s: Session) -> None:
    for selector in ("foo", "spec.size=1", "metadata.name", "=x", "data.a=1", "metadata.name=a,b", "metadata.labels=x", "a\\=b=c"):
        s.get(s.at("configmaps"), fieldSelector=selector)
        s.get(s.at("foos"), fieldSelector=selector)


@script("4.1 label selectors")
def _(s: Session) -> None:
    for name, labels in (("a", {"n": "1"}), ("b", {"n": "2", "x": ""}), ("c", {"n": "3", "y": "z"}), ("d", {})):
        s.have(config_map(name, {}, labels=labels))
    for selector in (
        "n=1",
        "n==2",
        "n!=1",
        "n in (1,2)",
        "n notin (1,2)",
        "n",
        "!n",
        "n>1",
        "n<3",
        "x=",
        "n,x",
        "n in (1,2),!x",
        " n = 1 ",
        "n in (1,)",
        "n>1,n<3",
        "y=z,n=3",
        "x in ()",
        "",
    ):
        s.get(s.at("configmaps"), labelSelector=selector)


@script("4.1 field selectors of metadata")
def _(s: Session) -> None:
    s.have(config_map("a", {}), config_map("b", {}))
    for selector in (
        "metadata.name=a",
        "metadata.name==a",
        "metadata.name!=a",
        f"metadata.namespace={s.ns}",
        "metadata.namespace=x",
        "metadata.name=a,metadata.name=b",
        "metadata.name=",
        "metadata.name!=",
    ):
        s.get(s.at("configmaps"), fieldSelector=selector)


@script("4.1 field selectors of pods")
def _(s: Session) -> None:
    s.have(pod("a"), pod("b", node="n1"))
    for selector in (
        "spec.nodeName=n1",
        "spec.nodeName=",
        "spec.nodeName!=n1",
        "status.phase=Pending",
        "status.phase!=Pending",
        "spec.restartPolicy=Always",
        "spec.schedulerName=default-scheduler",
        "spec.serviceAccountName=",
        "status.podIP=",
        "status.nominatedNodeName=",
        "spec.hostNetwork=false",
        "spec.hostNetwork=true",
        "spec.nosuch=1",
    ):
        answer = s.ask(
            "GET",
            s.at("pods"),
            None,
            {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"},
            fieldSelector=selector,
        )
        assert answer.status in (200, 400)


@script("4.1 selectable fields of a custom resource")
def _(s: Session) -> None:
    s.have(foo("a", {"color": "red"}), foo("b", {"color": "blue"}), foo("c", {"size": 1}))
    for selector in ("spec.color=red", "spec.color!=red", "spec.color=", "spec.size=1"):
        s.get(s.at("foos"), fieldSelector=selector)


@script("4.1 field selectors of secrets, events, namespaces and others that have some")
def _(s: Session) -> None:
    for path, selector in (
        (s.at("secrets"), "type=Opaque"),
        (s.at("events"), "involvedObject.name=x"),
        (s.at("events"), "reason=x,type=Normal"),
        (s.at("events"), "nosuch=x"),
        (s.at("replicasets"), "status.replicas=0"),
        (s.at("jobs"), "status.successful=0"),
        (s.at("deployments"), "status.replicas=0"),
        (s.at("services"), "spec.type=ClusterIP"),
        (s.at("services"), "spec.clusterIP=None"),
        (s.at("replicationcontrollers"), "status.replicas=0"),
        (s.at("persistentvolumeclaims"), "status.phase=Bound"),
        (s.at("leases"), "metadata.name=x"),
        (s.at("leases"), "spec.holderIdentity=x"),
    ):
        s.get(path, fieldSelector=selector)


@script("4.1 a version to come, where a list is about one name")
def _(s: Session) -> None:
    for more in ({"limit": "2"}, {"resourceVersionMatch": "Exact"}, {"resourceVersionMatch": "NotOlderThan"}):
        s.get(s.at("configmaps"), resourceVersion="999999999", fieldSelector="metadata.name=a", **more)
    s.get(s.at("configmaps"), resourceVersion="999999999", limit="2")


@script("4.1 in a list of one name a version with limit is a least one; with a token it is as any other")
def _(s: Session) -> None:
    first = s.have(config_map("a"), config_map("b")).version
    s.patch(s.at("configmaps", "a"), {"data": {"a": "2"}})
    s.have(config_map("c"))
    for more in (
        {"limit": "1"},
        {"resourceVersionMatch": "Exact"},
        {"resourceVersionMatch": "NotOlderThan"},
        {"limit": "1", "continue_": "x"},
    ):
        s.get(s.at("configmaps"), fieldSelector="metadata.name=a", resourceVersion=first, **more)
    s.get(s.at("configmaps"), fieldSelector="metadata.name=a", limit="1", continue_="nonsense")
