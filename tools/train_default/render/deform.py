"""From a person and an expression to vertices, with what the targets leave out when they are added up."""

import numpy as np

from .expression import face_units


class Deformer:
    """Moves the head's vertices. Places are given on the mean head: eyes at (.31, 7.28), mouth corners (.25, 6.69)."""

    def __init__(self, head):
        self.head = head
        x, y, z = head.mean.T
        self.x, self.y, self.z = x, y, z
        # Vertices that the jaw carries along belong to the lower lip.
        carried = -head.displaced(head.mean.copy(), {"jawOpen": 1.0})[:, 1] + y
        near = head.skin & (np.abs(x) < 0.24) & (z > 1.34) & (y > 6.62) & (y < 6.74)
        # Pairs of the lips' inner edge: the lowest of the upper lip and the highest of the lower, at five places.
        self.seam = []
        for place in (-0.16, -0.08, 0, 0.08, 0.16):
            column = near & (np.abs(x - place) < 0.025)
            lower = column & (carried > 0.5 * carried[column].max())
            self.seam.append((place, np.where(column & ~lower)[0], np.where(lower)[0]))

    def bump(self, x, y, width, height, front=0.9):
        """A smooth weight [v] around a place on the face, 0 behind z = front."""
        return np.exp(-(((self.x - x) / width) ** 2 + ((self.y - y) / height) ** 2)) * (self.z > front) * self.head.skin

    def rest(self, person):
        """Vertices of the neutral face, [v, 3]."""
        if person.shape is None:
            person.shape = self.head.displaced(self.head.base, person.weights)
        return self._shortened(person.shape.copy(), person)

    def _shortened(self, vertices, person):
        """Real faces are shorter between eyes and mouth than the mesh: 1.06 eye distances."""
        centre = float(person.shape[self.head.eyes[0], 1].mean())
        vertices[:, 1] = centre + (vertices[:, 1] - centre) * person.height
        return vertices

    def shaped(self, person, expression, gaze):
        """Vertices [v, 3] with an expression (AU -> (left, right)) and a gaze (right, up, in radians)."""
        units = face_units(expression, person.anatomy)
        up = gaze[1]
        for side in ("Left", "Right"):
            if up > 0:
                units["eyeLookUp" + side] = min(1, up / 0.4)
            else:
                units["eyeLookDown" + side] = min(1, -up / 0.4)
        self.rest(person)
        vertices = self.head.displaced(person.shape, units)
        self._correct(vertices, expression, units)
        vertices = self._shortened(vertices, person)
        jaw = units.get("jawOpen", 0)
        vertices[self.head.upper_teeth] += person.tags.get("upper_teeth", np.zeros(3, np.float32))
        return vertices, jaw

    def _correct(self, vertices, expression, units):
        def of(unit):
            return expression.get(unit, (0, 0))

        jaw = units.get("jawOpen", 0)
        for index, sign in ((0, 1), (1, -1)):
            four, one, six, twelve, fifteen = of(4)[index], of(1)[index], of(6)[index], of(12)[index], of(15)[index]
            seven, nine, ten, seventeen = of(7)[index], of(9)[index], of(10)[index], of(17)[index]
            side = self.x * sign > -0.01
            if four:  # brows drawn together; the skin between them bulges
                pull = self.bump(0.17 * sign, 7.50, 0.13, 0.10) * side
                vertices[:, 0] -= sign * 0.052 * four * pull
                vertices[:, 1] -= 0.030 * four * (1 - 0.9 * one) * pull
                vertices[:, 2] += 0.018 * four * self.bump(0.07 * sign, 7.49, 0.06, 0.08)
            if one:  # oblique: the inner ends highest
                vertices[:, 1] += 0.030 * one * self.bump(0.12 * sign, 7.53, 0.10, 0.10)
                vertices[:, 1] -= 0.012 * one * four * self.bump(0.40 * sign, 7.50, 0.10, 0.08)
            if six:  # cheeks up and forward, lower lid pushed up, corners of the eyes drawn in
                vertices[:, 2] += 0.045 * six * self.bump(0.40 * sign, 7.02, 0.13, 0.11)
                vertices[:, 1] += 0.030 * six * self.bump(0.38 * sign, 7.10, 0.16, 0.10)
                vertices[:, 1] += 0.018 * six * self.bump(0.31 * sign, 7.215, 0.15, 0.045)
                vertices[:, 1] -= 0.012 * six * self.bump(0.47 * sign, 7.42, 0.09, 0.06)
            if seven:
                vertices[:, 1] += 0.020 * seven * self.bump(0.31 * sign, 7.225, 0.14, 0.035)
            if twelve:  # the cheek that the corner pushes up; with the jaw open the corner stays up
                vertices[:, 2] += 0.030 * twelve * self.bump(0.36 * sign, 6.95, 0.10, 0.09)
                corner = self.bump(0.25 * sign, 6.68, 0.10, 0.08)
                vertices[:, 1] += (0.07 * min(jaw, 1) * twelve) * corner
                vertices[:, 0] += sign * 0.03 * min(jaw, 1) * twelve * corner
                vertices[:, 2] -= 0.015 * twelve * corner
            if fifteen:  # corners down without parting the lips
                corner = self.bump(0.26 * sign, 6.66, 0.085, 0.07)
                vertices[:, 1] -= 0.045 * fifteen * corner
                vertices[:, 0] -= sign * 0.008 * fifteen * corner
                vertices[:, 1] += 0.010 * fifteen * self.bump(0, 6.66, 0.10, 0.05)
            if nine:
                vertices[:, 1] += 0.012 * nine * self.bump(0.10 * sign, 7.05, 0.08, 0.10)
                vertices[:, 2] += 0.012 * nine * self.bump(0.06 * sign, 7.28, 0.06, 0.05)
            if ten:
                vertices[:, 2] += 0.018 * ten * self.bump(0.22 * sign, 6.95, 0.07, 0.07)
            if seventeen:
                vertices[:, 2] += 0.022 * seventeen * self.bump(0, 6.46, 0.13, 0.07) * side
        self._close(vertices, expression, units)

    def gap(self, vertices):
        """Between the lips, at five places [5], in the mesh's units; below 0 where they overlap."""
        return np.array([vertices[upper, 1].min() - vertices[lower, 1].max() for _, upper, lower in self.seam])

    def _close(self, vertices, expression, units):
        """Lips that nothing parts meet."""
        parted = max(max(expression.get(unit, (0, 0))) for unit in (25, 26, 10, 16, 22, 19))
        closing = max(0, 1 - parted / 0.12)
        if not closing:
            return
        rest = self.gap(self.head.mean)
        for (place, _, _), gap, usual in zip(self.seam, self.gap(vertices), rest):
            excess = gap - max(usual, 0) - 0.004
            if excess > 0:
                weight = np.exp(-(((self.x - place) / 0.06) ** 2)) * self.head.skin * (self.z > 1.25) * closing * 0.8
                lower = weight * np.exp(-(((self.y - 6.64) / 0.06) ** 2)) * (self.y < 6.684)
                upper = weight * np.exp(-(((self.y - 6.73) / 0.06) ** 2)) * (self.y >= 6.684)
                vertices[:, 1] += 0.6 * excess * lower
                vertices[:, 1] -= 0.4 * excess * upper
