"""The verbs: what each does to the objects in the storage."""
