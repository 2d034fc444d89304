"""Built-in kinds: their schemas and structs, what a server fills in, and the rules that their objects keep."""
