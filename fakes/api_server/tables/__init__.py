"""Tables: what `kubectl get` shows, computed as a real server computes it: columns, cells, and the envelope around them."""

from fakes.api_server.tables.table import IncludeObject, Tables, TableStream

__all__ = ["IncludeObject", "TableStream", "Tables"]
