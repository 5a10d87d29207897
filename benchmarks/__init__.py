"""Benchmarks against PyTorch and bare NumPy: `python -m benchmarks`, see __main__.py."""
