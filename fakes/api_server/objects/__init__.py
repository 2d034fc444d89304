"""Objects: what is stored, as documents, and the metadata that all of them have."""
