"""Scripts that put each network of minigrad.models beside a reference; docs/models has what they printed."""
