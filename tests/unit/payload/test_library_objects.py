"""Objects of libraries that lose something in their own pickling: after a journey they are what they were."""

from __future__ import annotations

from typing import Any

import pytest

from cellburst.payload import images
from cellburst.payload.pickling import dump, load

from .conftest import Kernel


def copied(obj: Any) -> Any:
    """What arrives of an object."""
    variables = {"obj": obj}
    chunks, buffers = dump(variables, 1 << 16, namespace=variables)
    return load(b"".join(chunks), [memoryview(bytearray(one)) for one in buffers], {})["obj"]


def test_numpys_own_generator_is_that_of_the_other_side() -> None:
    from numpy.random import mtrand, rand, randn

    usual = vars(mtrand)["_rand"]
    assert copied(usual) is usual
    assert copied([rand, randn])[1].__self__ is usual
    own = mtrand.RandomState(3)
    assert copied(own) is not own
    assert copied(own).rand() == own.rand()


def test_scipys_own_distributions_are_there_once() -> None:
    from scipy import stats  # type: ignore[import-untyped]

    assert copied([stats.norm, stats.poisson]) == [stats.norm, stats.poisson]
    seeded = stats.gamma(a=2.0).dist
    seeded.random_state = 3
    assert copied(seeded).rvs(2.0) == stats.gamma.rvs(2.0, random_state=3)


@pytest.mark.parametrize(
    "make",
    ["stats.gamma(a=2.0).dist", "stats.binom(5, 0.3).dist", "stats.rv_discrete(values=([1, 2], [0.5, 0.5]))"],
)
def test_a_distribution_keeps_its_attributes_in_their_order(make: str) -> None:
    from scipy import stats

    made = eval(make, {"stats": stats})
    found = copied(made)
    assert list(vars(found)) == list(vars(made))
    assert found.random_state is made.random_state


def test_functions_of_elements_that_were_made_of_python_functions() -> None:
    import numpy as np

    add = copied(np.frompyfunc(lambda a, b: a + b, 2, 1, identity=0))
    assert (add(2, 3), add.reduce([1, 2]), add.nin, add.identity) == (5, 3, 2, 0)
    assert copied(np.add) is np.add
    double = np.vectorize(lambda x: 2 * x, otypes=[int])
    double([1])
    found = copied(double)
    assert list(vars(found)) == list(vars(double))
    assert found([2]).tolist() == [4]


IN_PLACE = {
    "polynomial": (
        "import numpy as np\np = np.polynomial.Polynomial([1.0, 2.0])\nview = p.coef[:1]",
        "p.coef[0] = 9",
        "(sorted(vars(p)), p(1), view[0])",
        (["_symbol", "coef"], 11.0, 9.0),
    ),
    "bunch": (
        "from sklearn.utils import Bunch\nb = Bunch(a=[1])",
        "b.c = b.a; b.a.append(2)",
        "(dict(b), vars(b), b.c is b.a)",
        ({"a": [1, 2], "c": [1, 2]}, {"_deprecated_key_to_warnings": {}}, True),
    ),
    "sparse by keys": (
        "import scipy.sparse as sp\nd = sp.dok_matrix((2, 2))\nd[1, 0] = 3.0",
        "d[0, 1] = 4.0",
        "(d.toarray().tolist(), dict.__len__(d), list(d._dict))",
        ([[0.0, 4.0], [3.0, 0.0]], 0, [(1, 0), (0, 1)]),
    ),
    "vectorized": (
        "import numpy as np\nf = np.vectorize(lambda x, y=1: x * y)\nf([1])",
        "f([1], [2])",
        "(sorted(f._ufunc or []), f([3]).tolist())",
        ([], [3]),
    ),
    "picture": (
        "from PIL import Image\ni = Image.new('RGB', (4, 2), 'red')\ni.info['k'] = 1",
        "i.putpixel((1, 1), (1, 2, 3)); i.extra = [1]",
        "(i.getpixel((1, 1)), i.getpixel((0, 0)), i.info, i.extra)",
        ((1, 2, 3), (255, 0, 0), {"k": 1}, [1]),
    ),
    "picture with a palette": (
        "from PIL import Image\ni = Image.new('P', (2, 2), 3)\ni.putpalette([1, 2, 3] * 256)",
        "i.putpixel((0, 0), 1); i.putpalette([7, 8, 9] * 256)",
        "(list(i.tobytes()), i.convert('RGB').getpixel((0, 0)))",
        ([1, 3, 3, 3], (7, 8, 9)),
    ),
    "picture in another mode": (
        "from PIL import Image\ni = Image.new('RGB', (1, 1), 'red')",
        "i.putalpha(30)",
        "(i.mode, i.getpixel((0, 0)))",
        ("RGBA", (255, 0, 0, 30)),
    ),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_change_elsewhere_is_a_change_of_the_kernels_own(kernel: Kernel, name: str) -> None:
    define, change, look, expected = IN_PLACE[name]
    kernel.here(define)
    key = define.splitlines()[1].partition(" ")[0]
    own = kernel.ns[key]
    delta = kernel.there(change + "\nNone")
    assert delta.unreturned == {}
    assert kernel.ns[key] is own
    assert eval(look, kernel.ns) == expected


def test_two_pictures_of_the_same_pixels() -> None:
    from PIL import Image

    one: Any = Image.new("L", (3, 3), 7)
    other: Any = Image.Image()
    other.__dict__.update(vars(one))
    first, second = copied([one, other])
    first.im.putpixel((1, 1), 9)
    assert second.getpixel((1, 1)) == 9
    assert images.content_of(one.im) != images.content_of(first.im)


def test_a_picture_whose_file_is_closed(tmp_path: Any) -> None:
    from PIL import Image

    Image.new("RGB", (3, 2), "blue").save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as opened:
        opened.load()
    found = copied(opened)
    assert list(vars(found)) == list(vars(opened))
    assert found.tobytes() == opened.tobytes()
    lazy = Image.open(tmp_path / "a.png")
    assert copied(lazy).getpixel((0, 0)) == (0, 0, 255)


TRANSFORMS = "from matplotlib.transforms import Affine2D, Bbox, TransformedBbox\n"


def test_a_transform_tells_those_that_follow_it_also_after_a_journey() -> None:
    variables: dict[str, Any] = {}
    exec(TRANSFORMS + "scale = Affine2D()\nbox = TransformedBbox(Bbox.unit(), scale)\nbox.get_points()", variables)
    scale, box = copied([variables["scale"], variables["box"]])
    assert set(scale._parents) == {id(box)}
    scale.scale(3)
    assert box.width == 3


def test_a_new_transform_follows_one_that_the_kernel_has(kernel: Kernel) -> None:
    kernel.here(TRANSFORMS + "scale = Affine2D()")
    kernel.there("box = TransformedBbox(Bbox.unit(), scale)\nbox.get_points()\nscale.scale(2)")
    assert kernel.ns["box"].width == 2
    kernel.ns["scale"].scale(3)
    assert kernel.ns["box"].width == 6


def test_a_transform_that_is_known_only_to_what_it_tells() -> None:
    variables: dict[str, Any] = {}
    exec(TRANSFORMS + "scale = Affine2D()\nother = Affine2D()\nother.set_children(scale)", variables)
    scale, other = copied([variables["scale"], variables["other"]])
    assert id(other) in scale._parents


def test_a_figure_keeps_the_resolution_that_it_was_given(kernel: Kernel) -> None:
    kernel.here("from matplotlib.figure import Figure\nfigure = Figure(figsize=(2, 1), dpi=100)\nfigure.canvas.draw()")
    kernel.there("figure.set_dpi(60)")
    own = kernel.ns["figure"]
    assert (own.dpi, own.bbox.width, own.get_figwidth()) == (60, 120, 2)
    found = copied(own)
    assert (found.dpi, found.bbox.width, found._original_dpi) == (60, 120, own._original_dpi)
