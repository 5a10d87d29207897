"""Models beside their references, each a script: `python -m benchmarks.models.NAME`."""
