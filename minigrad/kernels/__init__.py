"""Floor 4: kernels, the fast ways to compute fused ops. Delete this folder and every result stays."""
