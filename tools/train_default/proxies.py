"""Action units from blendshapes. numpy alone, since ../check/landmarker uses it too."""

import numpy as np


def action_unit_scores(scores, names):
    """Twelve AU proxies from ARKit blendshapes, unscaled. This is a teacher, not FACS coding."""
    column = {name: scores[:, index] for index, name in enumerate(names)}

    def both(name):
        return (column[name + "Left"] + column[name + "Right"]) / 2

    smile, squint, upper_up = both("mouthSmile"), both("eyeSquint"), both("mouthUpperUp")
    units = [
        column["browInnerUp"],
        both("browOuterUp"),
        both("browDown"),
        np.sqrt(smile * squint),  # cheekSquint is always ~0, so smile together with squint stands for AU6
        squint,
        upper_up,
        smile,
        both("mouthFrown"),
        (column["mouthRollLower"] + column["mouthRollUpper"]) / 2,
        both("mouthPress"),
        np.maximum(column["jawOpen"] + both("mouthLowerDown") + upper_up - column["mouthClose"], 0),
        column["jawOpen"],
    ]
    return np.stack(units, axis=1)
