"""Decoders: how a KubeObject becomes what a caller wants to hold, a class of the official client or one of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from informer.objects import KubeObject

T = TypeVar("T")


def decoder_for(model: type[T] | Callable[[dict[str, Any]], T]) -> Callable[[KubeObject], T]:
    """The function that turns a `KubeObject` into `model`: look it up once, call it for each delivery.

    `model` is a class of the official client (`V1Pod`), a `msgspec.Struct`, or any callable that takes a dict that is its own. What the
    function raises is what the model raised when it refused the object.
    """
    if isinstance(model, type) and issubclass(model, msgspec.Struct):
        return _struct_decoder(cast("type[T]", model))
    if is_client_model(model):
        return _client_decoder(cast("type[T]", model))
    return lambda obj: cast("Callable[[dict[str, Any]], T]", model)(obj.to_dict())


def is_client_model(model: object) -> bool:
    """Whether `model` is one of the official client's generated classes, of any of its releases."""
    return (isinstance(model, type) and hasattr(model, "openapi_types")) or _module(model).startswith("kubernetes.client")


def _module(model: object) -> str:
    return str(getattr(model, "__module__", "")) if isinstance(model, type) else ""


def _struct_decoder(struct: type[T]) -> Callable[[KubeObject], T]:
    def decode(obj: KubeObject) -> T:
        return msgspec.convert(obj.to_dict(), struct)

    return decode


def _client_decoder(model: type[T]) -> Callable[[KubeObject], T]:
    from_dict = getattr(model, "from_dict", None)
    if from_dict is not None:
        return lambda obj: cast("T", from_dict(obj.to_dict()))

    from kubernetes.client import ApiClient, Configuration

    client: Any = ApiClient(Configuration())

    class Body:
        """What the deserializer of the client's older releases asks of a response."""

        def __init__(self, obj: KubeObject) -> None:
            self.data = obj.raw.decode()

    def decode(obj: KubeObject) -> T:
        return cast("T", client.deserialize(Body(obj), model.__name__))

    return decode
