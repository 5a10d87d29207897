"""Lesson 9: right answers written in other ways than the solutions, and wrong ones."""

import numpy as np


def output_size_by_counting(H, K, padding, stride):
    count, first = 0, 0
    while first + K <= H + 2 * padding:
        count += 1
        first += stride
    return count


def patches_by_windows(x, K):
    windows = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(2, 3))
    windows = windows.transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(*windows.shape[:3], -1)


def patches_number_by_number(x, K):
    N, C, H, W = x.shape
    out = np.zeros((N, H - K + 1, W - K + 1, C * K * K))
    for n in range(N):
        for i in range(H - K + 1):
            for j in range(W - K + 1):
                place = 0
                for c in range(C):
                    for a in range(K):
                        for b in range(K):
                            out[n, i, j, place] = x[n, c, i + a, j + b]
                            place = place + 1
    return out


def patches_in_lists(x, K):
    N, C, H, W = x.shape
    return [[[x[n, :, i:i + K, j:j + K].flatten() for j in range(W - K + 1)] for i in range(H - K + 1)]
            for n in range(N)]


def average_pool_by_loops(x):
    N, C, H, W = x.shape
    y = np.zeros((N, C, H // 2, W // 2), dtype=np.float32)
    for i in range(H // 2):
        for j in range(W // 2):
            y[:, :, i, j] = np.mean(x[:, :, 2 * i:2 * i + 2, 2 * j:2 * j + 2], axis=(2, 3))
    return y


def max_pool_gradient_by_loops(g, x):
    result = np.zeros(x.shape)
    N, C, H, W = g.shape
    for n in range(N):
        for c in range(C):
            for i in range(H):
                for j in range(W):
                    square = x[n, c, 2 * i:2 * i + 2, 2 * j:2 * j + 2]
                    a, b = np.unravel_index(np.argmax(square), (2, 2))
                    result[n, c, 2 * i + a, 2 * j + b] = g[n, c, i, j]
    return result


def max_pool_gradient_by_reshaping(g, x):
    N, C, H, W = x.shape
    squares = x.reshape(N, C, H // 2, 2, W // 2, 2)
    mask = squares == squares.max(axis=(3, 5), keepdims=True)
    return (mask * g[:, :, :, None, :, None]).reshape(x.shape)


def cross_entropy_gradient_by_loop(z, t):
    total = sum(np.exp(each) for each in z)
    return [np.exp(z[k]) / total - (1 if k == t else 0) for k in range(len(z))]


def cross_entropy_gradient_shifted(z, t):
    e = np.exp(z - z.max())
    return e / e.sum() - np.eye(len(z))[t]


def shifted_pixel_by_pixel(images, down, right):
    N, C, H, W = images.shape
    result = np.zeros((N, C, H, W))
    for i in range(H):
        for j in range(W):
            if 0 <= i - down < H and 0 <= j - right < W:
                result[:, :, i, j] = images[:, :, i - down, j - right]
    return result


def shifted_on_a_larger_sheet(images, down, right):
    H, W = images.shape[2:]
    sheet = np.pad(images, [(0, 0), (0, 0), (H, H), (W, W)])
    return sheet[:, :, H - down:2 * H - down, W - right:2 * W - right]


def shifted_by_roll(images, down, right):
    result = np.roll(images, (down, right), axis=(2, 3))
    if down > 0:
        result[:, :, :down] = 0
    if down < 0:
        result[:, :, down:] = 0
    if right > 0:
        result[..., :right] = 0
    if right < 0:
        result[..., right:] = 0
    return result


ALSO_RIGHT = {
    "9.1": [output_size_by_counting,
            lambda H, K, padding, stride: len(range(0, H + padding + padding - K + 1, stride)),
            lambda H, K, padding, stride: int((H + 2 * padding - K) / stride) + 1],
    "9.2": [patches_by_windows, patches_number_by_number, patches_in_lists],
    "9.3": [average_pool_by_loops,
            lambda x: sum(x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)) / 4],
    "9.4": [max_pool_gradient_by_loops, max_pool_gradient_by_reshaping],
    "9.5": [cross_entropy_gradient_by_loop, cross_entropy_gradient_shifted],
    "9.6": [shifted_pixel_by_pixel, shifted_on_a_larger_sheet, shifted_by_roll],
}
ALSO_WRONG = {
    "9.1": [lambda H, K, padding, stride: round((H + 2 * padding - K) / stride + 1),
            lambda H, K, padding, stride: H, lambda H, K, padding, stride: (H - K) // stride + 1,
            lambda H, K, padding, stride: (1, 2)],
    "9.2": [lambda x, K: x, lambda x, K: x[:, :, :K, :K].reshape(len(x), -1), lambda x, K: K,
            lambda x, K: np.zeros((len(x), x.shape[2] - K + 1, x.shape[3] - K + 1, x.shape[1] * K * K))],
    "9.3": [lambda x: x, lambda x: x.mean(), lambda x: x.mean(axis=(2, 3)), lambda x: x.reshape(3, 5)],
    "9.4": [lambda g, x: g, lambda g, x: x, lambda g, x: np.zeros_like(x), lambda g, x: g * x],
    "9.5": [lambda z, t: z, lambda z, t: z[t], lambda z, t: "p - 1", lambda z, t: np.exp(z) - 1],
    "9.6": [lambda images, down, right: images, lambda images, down, right: images[..., down:, right:],
            lambda images, down, right: images * 0],
}
