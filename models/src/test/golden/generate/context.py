"""A reference image beside the image on one canvas, as weights for try-on by in-context inpainting expect it."""

from PIL import Image

LANCZOS = Image.Resampling.LANCZOS


def fitted(reference, width, height):
    """A reference image within width x height, its proportions kept, centred on white."""
    w, h = width, width * reference.height // reference.width
    if reference.width * height < width * reference.height:
        w, h = height * reference.width // reference.height, height
    padded = Image.new("RGB", (width, height), (255, 255, 255))
    padded.paste(reference.convert("RGB").resize((w, h), LANCZOS), ((width - w) // 2, (height - h) // 2))
    return padded


def places(layout, width, height):
    """Where the reference and the image are, and the size of the canvas."""
    if layout == "left":
        return (0, 0), (width, 0), (2 * width, height)
    return (0, height), (0, 0), (width, 2 * height)


def joined(reference, inputs, picture, call):
    """The images and the arguments of a pipeline's call. reference: layout, and the prompt around the row's."""
    width, height = call["width"], call["height"]
    beside, at, size = places(reference["layout"], width, height)
    image, mask = Image.new("RGB", size), Image.new("L", size)
    image.paste(fitted(picture, width, height), beside)
    image.paste(inputs["image"].convert("RGB").resize((width, height), LANCZOS), at)
    mask.paste(inputs["mask_image"].convert("L").resize((width, height), LANCZOS), at)
    prompt = reference["prompt"].replace("{prompt}", call["prompt"])
    return {"image": image, "mask_image": mask}, call | {"width": size[0], "height": size[1], "prompt": prompt}


def cut(reference, result, call):
    """The image's part of the result."""
    width, height = call["width"], call["height"]
    (left, top) = places(reference["layout"], width, height)[1]
    return result.crop((left, top, left + width, top + height))
