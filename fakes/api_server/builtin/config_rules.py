"""Rules of config maps and secrets: their keys, their size, and what secrets of certain types must hold."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fakes.api_server.errors import Cause
from fakes.api_server.wire import json_syntax

Document = Mapping[str, Any]

_LIMIT = 1024 * 1024
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_BAD_KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex"
    f" used for validation is '{_KEY.pattern}')"
)
_LONGEST_KEY = 253
_REDACTED = "<secret contents redacted>"
_ACCOUNT = "kubernetes.io/service-account.name"
_TLS = "kubernetes.io/tls"


def config_map_faults(document: Document) -> Iterator[Cause]:
    """What is wrong with a config map."""
    texts, binaries = document.get("data") or {}, document.get("binaryData") or {}
    for key in texts:
        yield from _key_faults("data", key)
        if key in binaries:
            yield _invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in binaries:
        yield from _key_faults("binaryData", key)
    if sum(map(len, map(str.encode, texts.values()))) + sum(map(_size, binaries.values())) > _LIMIT:
        yield _too_long("[]")


def secret_faults(document: Document) -> Iterator[Cause]:
    """What is wrong with a secret."""
    data = document.get("data") or {}
    for key in data:
        yield from _key_faults("data", key)
    if sum(map(_size, data.values())) > _LIMIT:
        yield _too_long("data")
    match str(document.get("type")).removeprefix("kubernetes.io/"):
        case "service-account-token":
            if not (document["metadata"].get("annotations") or {}).get(_ACCOUNT):
                yield _required(f"metadata.annotations[{_ACCOUNT}]")
        case "dockercfg":
            yield from _configuration_faults(data, ".dockercfg")
        case "dockerconfigjson":
            yield from _configuration_faults(data, ".dockerconfigjson")
        case "basic-auth" if "username" not in data and "password" not in data:
            yield from (_required(f"data[{key}]") for key in ("username", "password"))
        case "ssh-auth" if not data.get("ssh-privatekey"):
            yield _required("data[ssh-privatekey]")
        case "tls":
            yield from (_required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data)


def secret_warnings(document: Document) -> Iterator[str]:
    """What a server warns of in a secret: a certificate, or its key, that is none. What is in them only a real server looks at."""
    if document.get("type") == _TLS:
        for key, name in (("tls.crt", "certificate"), ("tls.key", "key")):
            if b"-----BEGIN " not in base64.b64decode((document.get("data") or {}).get(key) or ""):
                yield f"tls: failed to find any PEM data in {name} input"
                return


def _configuration_faults(data: Document, key: str) -> Iterator[Cause]:
    if key not in data:
        yield _required(f"data[{key}]")
        return
    try:
        said = json_syntax.read(base64.b64decode(data[key]))
    except ValueError as error:
        yield _invalid(f"data[{key}]", _REDACTED, str(error))
        return
    if said is not None and not isinstance(said, dict):
        why = f"json: cannot unmarshal {json_syntax.type_of(said)} into Go value of type map[string]interface {{}}"
        yield _invalid(f"data[{key}]", _REDACTED, why)


@functools.lru_cache(maxsize=1024)
def _key_faults(field: str, key: str) -> tuple[Cause, ...]:
    faults = [f"must be no more than {_LONGEST_KEY} characters"] if len(key) > _LONGEST_KEY else []
    if not _KEY.fullmatch(key):
        faults.append(_BAD_KEY)
    elif key in (".", ".."):
        faults.append(f"must not be '{key}'")
    elif key.startswith(".."):
        faults.append("must not start with '..'")
    return tuple(_invalid(f"{field}[{key}]", key, fault) for fault in faults)


def _size(binary: str) -> int:
    """Bytes of what is written in base64."""
    return len(binary) // 4 * 3 - binary[-2:].count("=")


def _invalid(field: str, value: str, why: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {json_syntax.quote(value)}: {why}", field)


def _required(field: str) -> Cause:
    return Cause("FieldValueRequired", "Required value", field)


def _too_long(field: str) -> Cause:
    return Cause("FieldValueTooLong", f"Too long: may not be more than {_LIMIT} bytes", field)
