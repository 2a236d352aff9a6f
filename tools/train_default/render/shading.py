"""Colour and light of every pixel, in compiled loops."""

import math

import numba
import numpy as np

from .assets import LEFT_EYE, LOWER_TEETH, RIGHT_EYE, SKIN, TONGUE, UPPER_TEETH

NOTHING, BARE, INSIDE, TEETH, EYE, THING = range(6)  # classes of pixels: skin, the mouth's inside, and so on

# Columns of the values that `surface` reads at vertices.
MEAN, CANVAS, WORLD, NORMAL, PLACE, VALUES = 0, 3, 5, 8, 11, 14


@numba.njit(inline="always")
def _smooth(x, low, high):
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)


@numba.njit(cache=True, fastmath=True)
def surface(
    owner, weights, triangles, values, texture, parts, layers, furrow, first_column, lips_picture, inside_picture, lip,
    lip_edge, lip_gloss, furrow_colour, teeth, iris, eye_numbers, eye_centres, gaze, things,
):  # fmt: skip
    """What is seen at every pixel of owner [S, S].

    values [v, 14]: a vertex's place on the mean head, on the canvas, turned, its turned normal, and its own place.
    layers [rows, columns, 5]: albedo, gloss and relief of the skin; furrow [rows, some columns] from first_column on.
    things [n, 6]: first and last triangle, colour, gloss. Returns albedo [S, S, 3], gloss, height, normal [S, S, 3],
    world [S, S, 3], the mean head's place [S, S, 3] and the class.
    """
    size, of_head = owner.shape[0], len(parts)
    rows, columns = layers.shape[0], layers.shape[1]
    pictured = lips_picture.shape[0]
    albedo, gloss = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    height, normal = np.zeros((size, size), np.float32), np.zeros((size, size, 3), np.float32)
    world, mean = np.zeros((size, size, 3), np.float32), np.zeros((size, size, 3), np.float32)
    kind = np.zeros((size, size), np.int8)
    v = np.zeros(VALUES, np.float32)
    iris_size, pupil, white = eye_numbers[0], eye_numbers[1], eye_numbers[2]
    for y in range(size):
        for x in range(size):
            t = owner[y, x]
            if t < 0:
                continue
            wa, wb, wc = weights[y, x, 0], weights[y, x, 1], weights[y, x, 2]
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            for k in range(VALUES):
                v[k] = wa * values[a, k] + wb * values[b, k] + wc * values[c, k]
            length = math.sqrt(v[8] * v[8] + v[9] * v[9] + v[10] * v[10]) + 1e-9
            for k in range(3):
                world[y, x, k] = v[WORLD + k]
                normal[y, x, k] = v[NORMAL + k] / length
            if t >= of_head:
                kind[y, x] = THING
                if v[10] < 0:
                    for k in range(3):
                        normal[y, x, k] *= -1
                for n in range(things.shape[0]):
                    if things[n, 0] <= t < things[n, 1]:
                        for k in range(3):
                            albedo[y, x, k] = things[n, 2 + k]
                        gloss[y, x] = things[n, 5]
                continue
            for k in range(3):
                mean[y, x, k] = v[MEAN + k]
            part = parts[t]
            if part == SKIN:
                u = min(max(v[CANVAS], 0.0), columns - 1.001)
                w = min(max(v[CANVAS + 1], 0.0), rows - 1.001)
                column, row = int(u), int(w)
                fu, fw = u - column, w - row
                w00, w01, w10, w11 = (1 - fu) * (1 - fw), fu * (1 - fw), (1 - fu) * fw, fu * fw
                tu = wa * texture[t, 0, 0] + wb * texture[t, 1, 0] + wc * texture[t, 2, 0]
                tv = wa * texture[t, 0, 1] + wb * texture[t, 1, 1] + wc * texture[t, 2, 1]
                tc, tr = min(pictured - 1, max(0, int(tu * pictured))), min(
                    pictured - 1, max(0, int((1 - tv) * pictured))
                )
                on_lips, inside = lips_picture[tr, tc], inside_picture[tr, tc]
                depth = 0.0
                fc = column - first_column
                if 0 <= fc < furrow.shape[1] - 1:
                    depth = (
                        w00 * furrow[row, fc]
                        + w01 * furrow[row, fc + 1]
                        + w10 * furrow[row + 1, fc]
                        + w11 * furrow[row + 1, fc + 1]
                    )
                shade = min(1.4, max(0.0, depth)) * furrow_colour
                for k in range(5):
                    read = (
                        w00 * layers[row, column, k] + w01 * layers[row, column + 1, k]
                        + w10 * layers[row + 1, column, k] + w11 * layers[row + 1, column + 1, k]
                    )  # fmt: skip
                    if k < 3:
                        share = on_lips * lip_edge
                        read = read * (1 - share) + lip[k] * share
                        read = read * (1 - inside) + (0.06 if k == 0 else 0.012) * inside
                        albedo[y, x, k] = max(0.002, read * (1 - shade * (0.95 if k == 0 else 1.0)))
                    elif k == 3:
                        gloss[y, x] = read + on_lips * lip_gloss
                    else:
                        height[y, x] = (-depth * 0.011 + read * 0.012) * (1 - inside)
                kind[y, x] = INSIDE if inside > 0.5 else BARE
            elif part == LEFT_EYE or part == RIGHT_EYE:
                kind[y, x], gloss[y, x] = EYE, 1.2
                e = 0 if part == LEFT_EYE else 1
                ox, oy, oz = (
                    v[PLACE] - eye_centres[e, 0],
                    v[PLACE + 1] - eye_centres[e, 1],
                    v[PLACE + 2] - eye_centres[e, 2],
                )
                length = math.sqrt(ox * ox + oy * oy + oz * oz) + 1e-9
                gx = (ox * gaze[0, 0] + oy * gaze[1, 0] + oz * gaze[2, 0]) / length
                gy = (ox * gaze[0, 1] + oy * gaze[1, 1] + oz * gaze[2, 1]) / length
                gz = (ox * gaze[0, 2] + oy * gaze[1, 2] + oz * gaze[2, 2]) / length
                angle, spoke = math.acos(min(1.0, max(-1.0, gz))), math.atan2(gy, gx)
                rays = 1 + 0.25 * math.sin(spoke * 13 + 3 * math.sin(spoke * 5))
                in_iris = 1 - _smooth(angle, iris_size - 0.05, iris_size + 0.05)
                rim = _smooth(angle, iris_size - 0.12, iris_size - 0.02) * (
                    1 - _smooth(angle, iris_size, iris_size + 0.06)
                )
                in_pupil = 1 - _smooth(angle, pupil - 0.05, pupil + 0.05)
                edge = 1 - 0.25 * _smooth(abs(gx), 0.3, 0.9)
                for k in range(3):
                    sclera = (0.78 if k == 0 else 0.71 if k == 1 else 0.66) * white * edge
                    colour = (sclera * (1 - in_iris) + iris[k] * rays * in_iris) * (1 - 0.6 * rim)
                    albedo[y, x, k] = max(0.002, colour * (1 - in_pupil) + 0.004 * in_pupil)
            elif part == UPPER_TEETH or part == LOWER_TEETH:
                kind[y, x], gloss[y, x] = TEETH, 0.3
                gap = 1 - 0.25 * _smooth(math.cos(v[MEAN] * 2 * math.pi / 0.085), 0.75, 1.0)
                for k in range(3):
                    albedo[y, x, k] = teeth[k] * gap
            elif part == TONGUE:
                kind[y, x], gloss[y, x] = INSIDE, 0.25
                albedo[y, x, 0], albedo[y, x, 1], albedo[y, x, 2] = 0.30, 0.085, 0.085
    return albedo, gloss, height, normal, world, mean, kind


@numba.njit(cache=True, fastmath=True)
def illuminated(
    kind, normal, gloss, shadow, hollow, mean_z, light, key, wrap, warm, ambient, above, cool, second, second_colour, shade, shine
):  # fmt: skip
    """Light that arrives at every pixel, [S, S, 3], and the mirrored part of it [S, S].

    shadow [S, S] is the share of the key light that is not blocked, hollow [S, S] the share of the sky. second: direction
    [3] of another lamp. shade: how dark shadows are; shine: the exponent of the highlight.
    """
    size = kind.shape[0]
    arriving, mirrored = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    hx, hy, hz = light[0], light[1], light[2] + 1
    length = math.sqrt(hx * hx + hy * hy + hz * hz)
    hx, hy, hz = hx / length, hy / length, hz / length
    for y in range(size):
        for x in range(size):
            what = kind[y, x]
            if what == NOTHING:
                continue
            nx, ny, nz = normal[y, x, 0], normal[y, x, 1], normal[y, x, 2]
            facing = nx * light[0] + ny * light[1] + nz * light[2]
            other = max(0.0, nx * second[0] + ny * second[1] + nz * second[2])
            open_sky = hollow[y, x]
            if what == INSIDE or what == TEETH:
                behind = min(1.0, max(0.0, (1.40 - mean_z[y, x]) * 2.0))
                open_sky *= 1 - (0.3 if what == TEETH else 0.85) * behind
            reached = 1 - shade * (1 - shadow[y, x])
            around = ambient * (1 + above * 0.6 * ny + 0.3 * nz)
            for k in range(3):
                direct = max(0.0, (facing + wrap[k]) / (1 + wrap[k])) * reached
                arriving[y, x, k] = (key * direct * warm[k] + around * cool[k] + other * second_colour[k]) * open_sky
            if facing > -0.1:
                half = max(0.0, nx * hx + ny * hy + nz * hz)
                spot = 1.6 * half**120 if gloss[y, x] > 1 else 0.45 * half**shine
                mirrored[y, x] = spot * gloss[y, x] * key * shadow[y, x] * open_sky
    return arriving, mirrored
