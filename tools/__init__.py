"""Programs that generate source files."""
