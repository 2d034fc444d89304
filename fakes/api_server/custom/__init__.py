"""Custom resources: their definitions, and the structural schemas that their objects keep."""
