"""Convolution and max-pooling in NumPy, for the reference and the test accuracies: written to be read, not timed.

Images are [image, row, column, channel], and the pooled outputs so too, [image, row, column, map]. The weights are
[field][map], where the field goes over the rows, columns and channels under the kernel, channels fastest.
"""

import numpy as np


def fields(images, kernel):
    """What lies under the kernel: [image, place, field], the places row by row."""
    # [image, row, column, channel, row in the kernel, column in the kernel]
    windows = np.lib.stride_tricks.sliding_window_view(images, (kernel, kernel), axis=(1, 2))
    count, rows, columns = windows.shape[:3]
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(count, rows * columns, -1)


def pooled(images, weights, shape):
    """The largest output of each window, without a bias; which place of the window won, the first of equals; the fields."""
    under = fields(images.reshape(len(images), shape.side, shape.side, shape.channels), shape.kernel)
    convolved_side, side, pool = shape.side - shape.kernel + 1, shape.pooled_side(), shape.pool
    z = (under @ weights).reshape(len(images), convolved_side, convolved_side, -1)
    # What is left over at the right and at the bottom is ignored.
    windows = z[:, : side * pool, : side * pool].reshape(len(images), side, pool, side, pool, -1)
    windows = windows.transpose(0, 1, 3, 2, 4, 5).reshape(len(images), side, side, pool * pool, -1)
    winners = windows.argmax(axis=3)[:, :, :, None]
    return np.take_along_axis(windows, winners, axis=3)[:, :, :, 0], winners, under


def unpooled(delta, winners, shape):
    """The errors of the outputs before pooling, [image, place, map]: those of the winners, 0 elsewhere."""
    count, side, pool = len(delta), shape.pooled_side(), shape.pool
    windows = np.zeros((count, side, side, pool * pool, shape.n_out), delta.dtype)
    np.put_along_axis(windows, winners, delta.reshape(count, side, side, 1, -1), axis=3)
    convolved_side = shape.side - shape.kernel + 1
    errors = np.zeros((count, convolved_side, convolved_side, shape.n_out), delta.dtype)
    windows = windows.reshape(count, side, side, pool, pool, -1).transpose(0, 1, 3, 2, 4, 5)
    errors[:, : side * pool, : side * pool] = windows.reshape(count, side * pool, side * pool, -1)
    return errors.reshape(count, convolved_side**2, -1)


def images_from(field_errors, shape):
    """The errors of the images: each pixel's sum over the fields that it lies in."""
    count, kernel, convolved_side = len(field_errors), shape.kernel, shape.side - shape.kernel + 1
    field_errors = field_errors.reshape(count, convolved_side, convolved_side, kernel, kernel, shape.channels)
    images = np.zeros((count, shape.side, shape.side, shape.channels), field_errors.dtype)
    for row in range(kernel):
        for column in range(kernel):
            images[:, row : row + convolved_side, column : column + convolved_side] += field_errors[:, :, :, row, column]
    return images
