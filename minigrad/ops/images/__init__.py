"""Images: ops on (N, C, H, W), and on inputs with one or three spatial axes.

    convolution         conv2d, conv_transpose2d, unfold, fold
    pooling             max_pool2d, avg_pool2d, max_unpool2d
    adaptive_pooling    adaptive_avg_pool2d, adaptive_max_pool2d
    resize              interpolate, pixel_shuffle
    warp                affine_grid, grid_sample
"""

from minigrad.ops.images import adaptive_pooling, convolution, pooling, resize, warp

__all__ = ["adaptive_pooling", "convolution", "pooling", "resize", "warp"]
