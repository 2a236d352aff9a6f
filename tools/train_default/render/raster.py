"""The rasteriser: loops over triangles and pixels, compiled by numba.

A face has 11,000 triangles and 37,000 pixels. Compiled loops over them take a few milliseconds, array operations ten
times as long; numba needs no compiler on the machine and keeps what it has compiled beside the sources.
"""

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True)
def _covered(a, b, c, size):
    """The first and the last of `size` pixels whose centres lie between three corners' coordinates."""
    return max(0, int(np.ceil(min(a, b, c) - 0.5))), min(size - 1, int(np.floor(max(a, b, c) - 0.5)))


@numba.njit(cache=True, fastmath=True)
def draw(points, triangles, one_sided, depth, owner, barycentric, first=0):
    """Z-buffer. points [v, 3]: x, y in pixels (y down), z the distance from the camera.

    Fills depth [S, S], owner [S, S] (the triangle seen, counted from `first`) and barycentric [S, S, 3], correct in
    perspective; does not clear them.
    """
    size = depth.shape[0]
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by, cx, cy = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area > -1e-9 and (one_sided[t] or area < 1e-9):
            continue
        left, right = _covered(ax, bx, cx, size)
        top, bottom = _covered(ay, by, cy, size)
        if left > right or top > bottom:
            continue
        inverse = 1 / area
        ia, ib, ic = 1 / points[a, 2], 1 / points[b, 2], 1 / points[c, 2]
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                wc = 1 - wa - wb
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                z = 1 / (wa * ia + wb * ib + wc * ic)
                if z < depth[y, x]:
                    depth[y, x] = z
                    owner[y, x] = t + first
                    barycentric[y, x, 0] = wa * ia * z
                    barycentric[y, x, 1] = wb * ib * z
                    barycentric[y, x, 2] = wc * ic * z


@numba.njit(cache=True, fastmath=True)
def strands(points, triangles, attributes, mask, noise, depth, image, colour, light, threshold, opacity):
    """Blends one shell of hair over image [S, S, 3], behind nothing nearer than depth [S, S].

    attributes [v, 5]: canvas x and y; the noise's column (across the strands) and row (along them), above 0; brightness.
    A pixel is covered where mask (a canvas) is high and the noise [n, n] at the strand's place is above the threshold.
    """
    size, rows, columns, period = depth.shape[0], mask.shape[0], mask.shape[1], noise.shape[0]
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by, cx, cy = points[a, 0], points[a, 1], points[b, 0], points[b, 1], points[c, 0], points[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        left, right = _covered(ax, bx, cx, size)
        top, bottom = _covered(ay, by, cy, size)
        if left > right or top > bottom:
            continue
        inverse = 1 / area
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * inverse
                wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * inverse
                wc = 1 - wa - wb
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                z = wa * points[a, 2] + wb * points[b, 2] + wc * points[c, 2]
                if z > depth[y, x] + 0.03:
                    continue
                u = wa * attributes[a, 0] + wb * attributes[b, 0] + wc * attributes[c, 0]
                v = wa * attributes[a, 1] + wb * attributes[b, 1] + wc * attributes[c, 1]
                column = min(columns - 1, max(0, int(u)))
                row = min(rows - 1, max(0, int(v)))
                m = mask[row, column]
                if m < 0.02:
                    continue
                s = wa * attributes[a, 2] + wb * attributes[b, 2] + wc * attributes[c, 2]
                r = wa * attributes[a, 3] + wb * attributes[b, 3] + wc * attributes[c, 3]
                n1 = noise[int(r) % period, int(s) % period]
                n2 = noise[int(r * 0.37 + 77) % period, int(s * 0.37 + 31) % period]
                cover = (0.6 * n1 + 0.5 * n2 + 2.2 * (m - 0.5) - threshold) * 2.0 + 0.5
                cover = min(1.0, max(0.0, cover)) * opacity
                if cover <= 0:
                    continue
                k = wa * attributes[a, 4] + wb * attributes[b, 4] + wc * attributes[c, 4]
                tone = k * np.exp(0.22 * n1 + 0.25 * n2)
                for i in range(3):
                    image[y, x, i] = image[y, x, i] * (1 - cover) + cover * colour[i] * tone * light[i]


@numba.njit(cache=True, fastmath=True)
def normals(vertices, triangles):
    """Unit normals [v, 3] of vertices [v, 3], weighted by the triangles' areas."""
    result = np.zeros_like(vertices)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            result[k, 0] += nx
            result[k, 1] += ny
            result[k, 2] += nz
    for i in range(result.shape[0]):
        length = np.sqrt(result[i, 0] ** 2 + result[i, 1] ** 2 + result[i, 2] ** 2) + 1e-12
        result[i] /= length
    return result


@numba.njit(cache=True, fastmath=True)
def gather(owner, barycentric, triangles, values):
    """Values [v, k] at every pixel of owner [S, S], as [S, S, k]; 0 where nothing is seen."""
    size, width = owner.shape[0], values.shape[1]
    result = np.zeros((size, size, width), np.float32)
    for y in range(size):
        for x in range(size):
            t = owner[y, x]
            if t < 0:
                continue
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            wa, wb, wc = barycentric[y, x, 0], barycentric[y, x, 1], barycentric[y, x, 2]
            for k in range(width):
                result[y, x, k] = wa * values[a, k] + wb * values[b, k] + wc * values[c, k]
    return result


@numba.njit(cache=True, fastmath=True)
def weighted_sum(maps, weights):
    """Sum over k of weights [k] and maps [k, h, w] (float16 or float32): [h, w]. Zero weights cost nothing."""
    result = np.zeros((maps.shape[1], maps.shape[2]), np.float32)
    for k in range(maps.shape[0]):
        amount = weights[k]
        if amount == 0:
            continue
        for i in range(maps.shape[1]):
            for j in range(maps.shape[2]):
                result[i, j] += amount * maps[k, i, j]
    return result
