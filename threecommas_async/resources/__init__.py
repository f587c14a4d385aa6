"""The API's groups of endpoints: one file each, verbs and paths and types, nothing else."""
