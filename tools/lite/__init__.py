"""The course as a static site that runs in a browser: `python -m tools.lite`, or `make lite`."""
