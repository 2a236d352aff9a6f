"""One picture: camera, light, skin, eyes, teeth, hair and things, and what the sensor makes of them."""

from dataclasses import dataclass

import cv2
import numpy as np

from . import hair as hair_module
from . import shading
from .assets import LASHES, SKIN
from .raster import draw, gather, normals, weighted_sum

SIZE, OUTPUT = 192, 96  # pixels of the side: rendered, and written
EYE_DISTANCE, EYE_CENTRE = 0.369, (0.5, 0.389)  # the product's crop, as fractions of the side
REGIONS = {
    "brows": ((-0.55, 0.55), (7.40, 7.60)),
    "eyes": ((-0.5, 0.5), (7.18, 7.40)),
    "nose": ((-0.2, 0.2), (6.90, 7.2)),
    "mouth": ((-0.32, 0.32), (6.50, 6.85)),
}


def rotation(yaw, pitch, roll=0.0):
    """Radians; yaw to the subject's left and pitch upwards are positive."""
    cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(-pitch), np.sin(-pitch), np.cos(roll), np.sin(roll)
    turned = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nodded = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    rolled = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (rolled @ nodded @ turned).astype(np.float32)


class View:
    """Camera, light and sensor of a picture, drawn at random; frames of a sequence share one."""

    def __init__(self, rng, quiet=False):
        turned = rng.random() < 0.25
        self.yaw = float(np.clip(rng.normal(0, 0.45 if turned else 0.2), -0.72, 0.72))
        self.pitch = float(np.clip(rng.normal(0, 0.16), -0.45, 0.45))
        self.roll = rng.uniform(-0.35, 0.35)  # turns the light only: the crop takes it out
        self.distance = rng.choice([rng.uniform(4.5, 8), rng.uniform(8, 22)])
        self.zoom, self.tilt = np.exp(rng.normal(0, 0.035)), rng.normal(0, 0.04)
        self.shift = rng.normal(0, 0.012, 2)
        self.gaze = (
            (0.0, 0.0)
            if rng.random() < 0.4
            else (float(np.clip(rng.normal(0, 0.22), -0.55, 0.55)), float(np.clip(rng.normal(-0.03, 0.13), -0.4, 0.3)))
        )
        self.hard = rng.random() < 0.2
        self.direction = self._direction(rng, 1.6 if self.hard else 1.1).astype(np.float32)
        self.key = rng.uniform(0.6, 1.0) * (1.5 if self.hard else 1)
        self.ambient = rng.uniform(0.06, 0.2) if self.hard else rng.uniform(0.12, 0.45)
        self.from_above = rng.uniform(0.2, 0.9)
        self.warm = np.exp(np.array([0.08, 0, -0.10]) * rng.normal(-0.1, 0.9))
        self.cool = np.exp(np.array([0.08, 0, -0.10]) * rng.normal(-0.3, 0.9))
        self.wrap = np.array([0.32, 0.2, 0.16]) * rng.uniform(0.4, 1.2) + (0 if self.hard else rng.uniform(0, 0.3))
        self.shadow = 0.95 if self.hard else rng.uniform(0.2, 0.75)
        self.penumbra = 0.9 if self.hard else rng.uniform(1.5, 5)
        self.warm, self.cool, self.wrap = (np.float32(a) for a in (self.warm, self.cool, self.wrap))
        self.second = (
            (self._direction(rng, 2.2), rng.uniform(0.1, 0.6) * np.exp(rng.normal(0, 0.12, 3)))
            if rng.random() < 0.4
            else None
        )
        self.occlusion = rng.uniform(0.9, 1.7)
        self.shine = rng.uniform(8, 26)
        self.exposure, self.contrast = float(np.clip(rng.normal(0.30, 0.11), 0.08, 0.62)), (
            rng.uniform(0.85, 1.3) if rng.random() < 0.3 else 1
        )
        self.grey = rng.random() < 0.12
        self.saturation = rng.uniform(0.6, 1.25)
        u = rng.random()
        self.blur = rng.uniform(0.3, 0.9) if u < 0.35 else 0
        self.sharpen = rng.uniform(0.2, 0.8) if u > 0.8 else 0
        self.motion = (rng.uniform(1, 4), rng.uniform(0, np.pi)) if rng.random() < 0.06 else None
        self.noise, self.small = rng.uniform(0, 0.022), int(rng.uniform(36, 80)) if rng.random() < 0.2 else 0
        self.quality = int(rng.uniform(30, 95)) if rng.random() < 0.6 else 0
        self.seed = int(rng.integers(2**31))

    @staticmethod
    def _direction(rng, spread):
        across, up = rng.uniform(-1, 1) * spread, rng.uniform(-0.25, 1.0)
        return np.array([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)])


def backdrop(rng, noise, size):
    """A blurred room or wall, linear [size, size, 3]."""
    colours = np.float32(rng.uniform(0, 1, (2, 3)) ** 1.5 * rng.uniform(0.15, 1))
    if rng.random() < 0.75:
        colours = colours.mean(1, keepdims=True).repeat(3, 1) * np.float32(1 + rng.normal(0, 0.06, (2, 3)))
    rows, columns = np.float32(np.mgrid[:size, :size] / size)
    if rng.random() < 0.4:
        turn = rng.uniform(0, 6.28)
        t = np.clip((columns - 0.5) * np.cos(turn) + (rows - 0.5) * np.sin(turn) + 0.5, 0, 1)
    else:
        cloud = cv2.GaussianBlur(noise.patch(rng, noise.soft, size, size, (4, 4)), (0, 0), rng.uniform(1, 7))
        t = np.clip(0.5 + 0.3 * (cloud - cloud.mean()) / (cloud.std() + 1e-6), 0, 1)
    picture = (colours[0] * (1 - t[..., None]) + colours[1] * t[..., None]).astype(np.float32)
    for _ in range(rng.integers(0, 5)):
        corners = (rng.uniform(-0.2, 1.2, (4, 2)) * size).astype(np.int32)
        patch = np.zeros((size, size), np.float32)
        cv2.fillConvexPoly(patch, cv2.convexHull(corners), 1.0)
        patch = cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.5, 4))[..., None]
        colour = rng.uniform(0, 1) ** 2 * np.exp(rng.normal(0, 0.25, 3))
        picture = picture * (1 - patch) + colour.astype(np.float32) * patch
    return picture


@dataclass
class Surface:
    """What is seen at every pixel, [S, S] or [S, S, 3]; `kind` is one of shading's classes."""

    albedo: np.ndarray
    gloss: np.ndarray
    height: np.ndarray
    normal: np.ndarray
    world: np.ndarray
    mean: np.ndarray
    kind: np.ndarray


class Scene:
    """A deformed head before a camera. `things` are meshes in the head's coordinates."""

    def __init__(self, head, canvas, furrows, noise, vertices, rest, view, things):
        self.head, self.canvas, self.furrows, self.noise, self.view = head, canvas, furrows, noise, view
        self.vertices, self.things = vertices, things
        self.skin_triangles = head.skin_triangles
        self.rotation = rotation(view.yaw, view.pitch)
        self.eye_centres = np.stack([rest[index].mean(0) for index in head.eyes])
        self.centre = self.eye_centres.mean(0) - np.array([0, 0.25, 0.6], np.float32)
        eyes = (self.eye_centres - self.centre) @ self.rotation.T
        flat = self._flat(eyes)
        apart = flat[0] - flat[1]
        true = np.linalg.norm(self.eye_centres[0] - self.eye_centres[1]) / (view.distance - eyes[:, 2].mean())
        distance = max(np.hypot(*apart), 0.87 * true) * view.zoom
        turn = -(np.arctan2(apart[1], apart[0]) + view.tilt)
        self._middle, self._scale = flat.mean(0), SIZE * EYE_DISTANCE / distance
        self._turn = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        self._offset = (np.array(EYE_CENTRE) + view.shift) * SIZE
        self.pixels_per_unit = self._scale / view.distance
        self.world = self.turn(vertices)
        self.normals = normals(np.ascontiguousarray(vertices), head.solid_triangles)
        self.world_normals = self.normals @ self.rotation.T
        roll = rotation(0, 0, view.roll)
        self.light = (roll @ view.direction / np.linalg.norm(view.direction)).astype(np.float32)
        self.key, self.ambient, self.tint = view.key, view.ambient, np.asarray(view.warm, np.float32)
        self.noise_level = 0.0

    def turn(self, points):
        return ((points - self.centre) @ self.rotation.T).astype(np.float32)

    def _flat(self, points):
        away = self.view.distance - points[..., 2]
        return np.stack([points[..., 0] / away, -points[..., 1] / away], -1)

    def project(self, points):
        """Turned points [v, 3] to pixels and distance [v, 3]."""
        flat = ((self._flat(points) - self._middle) * self._scale) @ self._turn.T + self._offset
        return np.column_stack([flat, self.view.distance - points[:, 2]]).astype(np.float32)

    def vertex_light(self):
        """A rough brightness of every vertex, for hair and cloth."""
        facing = np.clip((self.world_normals @ self.light + 0.3) / 1.3, 0, None)
        return (self.ambient * (1 + 0.4 * self.world_normals[:, 1]) + self.key * facing).astype(np.float32)

    def render(self, rng, look, hair, expression, extras):
        """(image [96, 96, 3] uint8 RGB, visible share of each of REGIONS [4])."""
        head, view = self.head, self.view
        points = self.project(self.world)
        self.depth = np.full((SIZE, SIZE), 1e9, np.float32)
        owner = np.full((SIZE, SIZE), -1, np.int32)
        weights = np.zeros((SIZE, SIZE, 3), np.float32)
        draw(points, head.solid_triangles, head.solid_one_sided, self.depth, owner, weights)
        bare = self._region_counts(owner, weights)
        values = [self._vertex_values()]
        triangles, listed = [head.solid_triangles], []
        first, count = len(head.solid_triangles), len(self.world)
        for item in self.things:
            turned = self.turn(item.vertices)
            draw(
                self.project(turned),
                item.triangles,
                np.zeros(len(item.triangles), bool),
                self.depth,
                owner,
                weights,
                first,
            )
            rows = np.zeros((len(turned), shading.VALUES), np.float32)
            rows[:, shading.WORLD : shading.WORLD + 3] = turned
            rows[:, shading.NORMAL : shading.NORMAL + 3] = normals(turned, item.triangles)
            values.append(rows)
            triangles.append(item.triangles + count)
            listed.append([first, first + len(item.triangles), *item.colour, item.gloss])
            first, count = first + len(item.triangles), count + len(turned)
        if self.things:
            shown = np.where(owner < len(head.solid_triangles), owner, -1)
            visible = self._region_counts(shown, weights) / np.maximum(bare, 1)
        else:
            visible = np.ones(4)
        visible = np.where(bare < 12, 0, np.clip(visible, 0, 1)).astype(np.float32)
        values, triangles = np.concatenate(values), np.concatenate(triangles)
        things = np.array(listed, np.float32).reshape(-1, 6)
        read = self._surface(owner, weights, triangles, values, things, look, expression)
        lit = self._lit(read, triangles, values[:, shading.WORLD : shading.WORLD + 3])
        image, seen = cv2.resize(backdrop(rng, self.noise, SIZE // 2), (SIZE, SIZE)), read.kind != shading.NOTHING
        image[seen] = lit[seen]
        cloth = (read.kind == shading.BARE) & (read.mean[..., 1] < 6.05)
        if rng.random() < 0.85 and cloth.any():
            shade = lit[cloth].mean(1, keepdims=True) / (read.albedo[cloth].mean(1, keepdims=True) + 1e-3)
            image[cloth] = rng.uniform(0, 0.8, 3) ** 1.5 * shade
        image = np.ascontiguousarray(image, np.float32)
        self._lashes(image, look, points)
        if extras.get("mask") is not None:
            hair_module.face_mask(self, image, rng, extras["mask"])
            visible[2:] = [visible[2] * 0.3, 0]
        hair.draw(self, image)
        self._lenses(rng, image, extras)
        if extras.get("sun"):
            visible[1] *= 0.1
        skin = read.kind == shading.BARE
        return self._sensor(image, skin if skin.any() else seen, look), visible

    def _vertex_values(self):
        """[v, 14]: the columns that shading.surface reads."""
        columns = [self.head.mean, self.canvas.vertex, self.world, self.world_normals, self.vertices]
        return np.column_stack(columns).astype(np.float32)

    def _region_counts(self, owner, weights):
        """Pixels of owner [S, S] that show each of REGIONS, [4]."""
        mean = gather(owner, weights, self.head.solid_triangles, self.head.mean)
        x, y = mean[..., 0], mean[..., 1]
        front = (owner >= 0) & (mean[..., 2] > 0.9)
        return np.array(
            [
                (front & (x > left) & (x < right) & (y > low) & (y < high)).sum()
                for (left, right), (low, high) in REGIONS.values()
            ],
            np.float32,
        )

    def _surface(self, owner, weights, triangles, values, things, look, expression):
        head = self.head
        maps = self.furrows.maps[look.variant % len(self.furrows.maps)]
        furrow = weighted_sum(maps, look.furrow_weights(expression))
        centres = np.stack([self.vertices[index].mean(0) for index in head.eyes]).astype(np.float32)
        eye_numbers = np.array([look.iris_size, look.pupil, look.white], np.float32)
        arrays = shading.surface(
            owner, weights, triangles, values, head.solid_texture, head.solid_parts, look.layers, furrow,
            self.furrows.columns.start, head.lips, head.inside, look.lip, float(look.lip_edge), float(look.lip_gloss),
            float(look.furrow_colour), look.teeth.astype(np.float32), look.iris.astype(np.float32), eye_numbers, centres,
            rotation(*self.view.gaze), things,
        )  # fmt: skip
        read = Surface(*arrays)
        read.normal = self._bumped(read.normal, read.height, read.kind == shading.BARE)
        return read

    def _bumped(self, normal, height, on):
        """Normals [S, S, 3] tilted by the slope of the height (units of the mesh) where `on`."""
        scale = self.pixels_per_unit * 1.6 / 8
        slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=scale)
        slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=scale)
        normal[..., 0] -= np.clip(slope_x, -0.9, 0.9) * on
        normal[..., 1] += np.clip(slope_y, -0.9, 0.9) * on
        return normal / np.sqrt((normal * normal).sum(2, keepdims=True) + 1e-9)

    def _shadow(self, world, triangles, vertices, seen):
        """Share of the key light that reaches each pixel [S, S]."""
        light, size = self.light, 128
        across = np.cross([0, 1, 0], light)
        across = np.float32(across / np.linalg.norm(across))
        upward = np.cross(light, across)
        scale = np.float32(size / 2.8)

        def plane(points):
            return np.stack(
                [size / 2 + points @ across * scale, size * 0.54 - points @ upward * scale, 20 - points @ light], -1
            ).astype(np.float32)

        depth, owner = np.full((size, size), 1e9, np.float32), np.full((size, size), -1, np.int32)
        draw(
            plane(vertices),
            triangles,
            np.zeros(len(triangles), bool),
            depth,
            owner,
            np.zeros((size, size, 3), np.float32),
        )
        place = plane(world)
        reach = np.zeros(seen.shape, np.float32)
        for dx, dy in ((-0.8, -0.3), (0.3, -0.8), (0.8, 0.3), (-0.3, 0.8)):
            column = np.clip((place[..., 0] + dx).astype(int), 0, size - 1)
            row = np.clip((place[..., 1] + dy).astype(int), 0, size - 1)
            reach += depth[row, column] > place[..., 2] - 0.05
        reach = np.where(seen, reach / 4, 0).astype(np.float32)
        soft = cv2.GaussianBlur(reach, (0, 0), self.view.penumbra)
        share = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), self.view.penumbra)
        return np.clip(soft / np.maximum(share, 0.3), 0, 1)

    def _lit(self, read, triangles, vertices):
        """Linear light [S, S, 3] that the pixels send to the camera."""
        view, seen = self.view, read.kind != shading.NOTHING
        shadow = self._shadow(read.world, triangles, vertices, seen)
        depth, share = np.where(seen, self.depth, 0).astype(np.float32), seen.astype(np.float32)
        hollow = np.ones(seen.shape, np.float32)
        for sigma, amount in ((2.2, 6.0), (7.0, 2.4)):
            around = cv2.GaussianBlur(depth, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(share, (0, 0), sigma), 1e-3)
            hollow *= 1 - np.clip((depth - around) * np.float32(amount * view.occlusion), 0, 0.85)
        direction, colour = view.second or (np.zeros(3), np.zeros(3))
        light, mirrored = shading.illuminated(
            read.kind, read.normal, read.gloss, shadow, hollow, read.mean[..., 2], self.light, float(view.key), view.wrap,
            view.warm, float(view.ambient), float(view.from_above), view.cool, np.float32(direction), np.float32(colour),
            float(view.shadow), float(view.shine),
        )  # fmt: skip
        # Light scatters under the skin, red the farthest.
        skin = (read.kind == shading.BARE).astype(np.float32)
        for channel, sigma in ((0, 2.0), (1, 1.1)):
            arriving = np.ascontiguousarray(light[..., channel])
            spread = cv2.GaussianBlur(arriving * skin, (0, 0), sigma) / np.maximum(
                cv2.GaussianBlur(skin, (0, 0), sigma), 0.05
            )
            light[..., channel] = np.where(skin > 0, 0.35 * arriving + 0.65 * spread, arriving)
        return read.albedo * light + mirrored[..., None] * view.warm

    def _lashes(self, image, look, points):
        head = self.head
        depth = self.depth.copy()
        owner = np.full(depth.shape, -1, np.int32)
        draw(
            points,
            head.lash_triangles,
            np.zeros(len(head.lash_triangles), bool),
            depth,
            owner,
            np.zeros((SIZE, SIZE, 3), np.float32),
        )
        hit = owner >= 0
        if hit.any():
            upper = head.mean[head.lash_triangles[owner[hit]], 1].mean(1) > 7.27
            cover = np.zeros(depth.shape, np.float32)
            cover[hit] = np.where(upper, *look.lashes)
            image *= 1 - cover[..., None]
            image += cover[..., None] * look.hair * 0.15

    def _lenses(self, rng, image, extras):
        for outline in extras.get("lenses", ()):
            pixels = self.project(self.turn(outline.astype(np.float32)))
            layer = np.zeros(image.shape[:2], np.float32)
            cv2.fillPoly(layer, [np.round(pixels[:, :2] * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
            layer = (layer * (self.depth > pixels[:, 2].mean() - 0.1))[..., None]
            if extras.get("sun"):
                image *= 1 - layer * extras["sun"]
            if extras.get("glare"):
                slope = np.linspace(0, 1, image.shape[0], dtype=np.float32)[None, :, None]
                image += layer * extras["glare"] * slope

    def _sensor(self, image, skin, look):
        """Exposure, blur, noise, compression; from linear light to [96, 96, 3] uint8."""
        view, random = self.view, np.random.default_rng(self.view.seed)
        if view.motion:
            length, angle = view.motion
            kernel = np.zeros((11, 11), np.float32)
            end = np.array([np.cos(angle), np.sin(angle)]) * length
            ends = [tuple(p.round().astype(int).tolist()) for p in (5 - end, 5 + end)]
            cv2.line(kernel, *ends, 1.0, 1, cv2.LINE_AA)
            image = cv2.filter2D(image, -1, kernel / kernel.sum())
        brightness = np.array([0.3, 0.59, 0.11], np.float32)
        level = np.median(image[::2, ::2][skin[::2, ::2]] @ brightness) if skin[::2, ::2].any() else 0.3
        out = cv2.resize(image, (OUTPUT, OUTPUT), interpolation=cv2.INTER_AREA)
        out *= np.float32(view.exposure * (0.75 + 0.4 * (1 - look.person.tone)) / max(level, 0.01))
        out = np.where(out > 0.8, 0.8 + 0.2 * (1 - np.exp((0.8 - np.maximum(out, 0.8)) / 0.2)), out).astype(np.float32)
        if view.small:
            out = cv2.resize(
                cv2.resize(out, (view.small, view.small), interpolation=cv2.INTER_AREA),
                (OUTPUT, OUTPUT),
                interpolation=cv2.INTER_CUBIC,
            )
        out = np.clip(out, 0, 1) ** np.float32(1 / 2.2)
        out = np.clip((out - 0.5) * np.float32(view.contrast) + 0.5, 0, 1)
        grey = out @ brightness
        out = grey[..., None] + (out - grey[..., None]) * (0 if view.grey else view.saturation)
        if view.blur:
            out = cv2.GaussianBlur(out, (0, 0), view.blur)
        elif view.sharpen:
            out = out + view.sharpen * (out - cv2.GaussianBlur(out, (0, 0), 1))
        out = out + np.float32(view.noise) * random.standard_normal((OUTPUT, OUTPUT, 1 if view.grey else 3), np.float32)
        picture = (np.clip(out, 0, 1) * 255).astype(np.uint8)
        if view.quality:
            coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, view.quality])[1]
            picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]
        return np.ascontiguousarray(picture)


def prepare(head):
    """The parts of the mesh in the forms that drawing wants."""
    solid = head.parts != LASHES
    head.solid_triangles = np.ascontiguousarray(head.triangles[solid])
    head.solid_parts = head.parts[solid]
    head.solid_one_sided = head.solid_parts == SKIN
    head.solid_texture = np.ascontiguousarray(head.texture_coordinates[solid])
    head.skin_triangles = np.ascontiguousarray(head.triangles[head.parts == SKIN])
    head.lash_triangles = np.ascontiguousarray(head.triangles[head.parts == LASHES])
    return head
