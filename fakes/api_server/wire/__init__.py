"""The wire: how bodies are read, and answers written, in JSON, YAML and protobuf."""
