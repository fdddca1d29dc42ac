"""Filters and what was shown: as in the kernel, though another process has imported other things."""

from __future__ import annotations

from pathlib import Path

from tests.unit.library_state.processes import run

WORKER = """
import warnings
from cellburst.library_state import warnings_, warnings_shown
warnings_.note_library_filters()
warnings_shown.watch()
put('warnings filters', None)
"""


def test_filters_go_and_come_in_their_order() -> None:
    run(
        "import warnings\nfrom cellburst.library_state import warnings_\n"
        "warnings.filterwarnings('error', message='mind.*', category=UserWarning, module='here', lineno=3)\n"
        "warnings.simplefilter('once', BytesWarning)\n"
        "before, value = list(warnings.filters), sent('warnings filters')\n"
        "put('warnings filters', None)\nassert warnings.filters != before\n"
        "put('warnings filters', value)\nassert list(warnings.filters) == before\n"
        "assert get('warnings filters') == value\n"
    )


def test_a_category_is_not_imported_before_its_time() -> None:
    run(
        WORKER + "own = get('warnings filters')\n"
        "late = ('error', None, ('urllib.error', 'ContentTooShortError'), None, 0)\n"
        "wanted = ('default', (('always', None, 'UserWarning', None, 0), late, *own[1]), own[2], False)\n"
        "put('warnings filters', wanted)\n"
        "assert 'urllib.error' not in sys.modules and get('warnings filters') == wanted\n"
        "import urllib.error\nwarnings_.complete()\n"
        "assert warnings.filters[1][2] is urllib.error.ContentTooShortError and get('warnings filters') == wanted\n"
    )


def test_filters_of_a_library_that_only_the_worker_has_loaded_are_there_too(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(
        "import warnings\nclass NoisyWarning(Warning): pass\n"
        "def quieten(): warnings.simplefilter('ignore', NoisyWarning)\nquieten()\n"
    )
    run(
        WORKER + "kernels = get('warnings filters')\nimport noisy\n"
        "put('warnings filters', kernels)\n"
        "assert warnings.filters[0][2] is noisy.NoisyWarning and get('warnings filters') == kernels\n"
        "assert len([one for one in warnings.filters if one[2] is noisy.NoisyWarning]) == 1\n"
        "swept = ('default', (), frozenset({'noisy'}), False)\nput('warnings filters', swept)\n"
        "assert not warnings.filters\n",
        tmp_path,
    )


def test_a_library_that_the_kernel_has_loaded_does_not_overtake_the_notebooks_filters(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text("import warnings\nwarnings.simplefilter('always', ResourceWarning)\n")
    run(
        WORKER + "default, filters, loaded, _ = get('warnings filters')\n"
        "its_own = ('always', None, 'ResourceWarning', None, 0)\n"
        "put('warnings filters', (default, (('ignore', None, 'Warning', None, 0), its_own, *filters), loaded, False))\n"
        "import noisy\nassert warnings.filters[0][:3] == ('ignore', None, Warning)\n",
        tmp_path,
    )


def test_what_keeps_loading_quiet_is_no_filter_of_a_library(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(
        "import warnings\nclass NoisyWarning(Warning): pass\nwarnings.simplefilter('ignore', NoisyWarning)\n"
        "print('loading')\nwarnings.warn('loading')\n"
    )
    said = run(
        WORKER
        + "from cellburst.library_state.quietly import quietly\nkernels, out = get('warnings filters'), sys.stdout\n"
        "with quietly():\n    import noisy\n    kept = sys.stdout\n"
        "assert sys.stdout is out\nkept.write('later\\n')\n"
        "put('warnings filters', kernels)\nassert [one[2] for one in warnings.filters][0] is noisy.NoisyWarning\n"
        "assert len(warnings.filters) == len(kernels[1]) + 1\n",
        tmp_path,
    )
    assert said == "later\n"


def test_the_cells_own_filters_are_not_a_librarys(tmp_path: Path) -> None:
    (tmp_path / "helpful.py").write_text("import warnings\ndef hush(): warnings.simplefilter('ignore')\n")
    run(
        WORKER + "import helpful\nkernels = get('warnings filters')\n"
        "helpful.hush()\nassert get('warnings filters') != kernels\n"
        "put('warnings filters', kernels)\nassert ('ignore', None, Warning, None, 0) not in warnings.filters\n",
        tmp_path,
    )


LOUD = """
import warnings
warnings.simplefilter('default')
lines = []
warnings.showwarning = lambda *a: lines.append(str(a[0]))
def loud():
    warnings.warn('mind')
    return len(lines)
"""


def test_once_per_place_is_once_in_both_processes() -> None:
    run(
        LOUD
        + "assert (loud(), loud()) == (1, 1)\nvalue = sent('warnings shown')\nassert set(value[0]) == {'__main__'}\n"
        "put('warnings shown', None)\nassert get('warnings shown') is None and loud() == 2\n"
        "put('warnings shown', None)\nput('warnings shown', value)\n"
        "assert loud() == 2 and get('warnings shown') == value\n"
        "warnings.simplefilter('default')\nshown, _, outdated = get('warnings shown')\n"
        "assert not shown and len(outdated) == 1\nvalue = sent('warnings shown')\nput('warnings shown', None)\n"
        "put('warnings shown', value)\nassert get('warnings shown') == value and loud() == 3\n"
    )


def test_what_was_shown_once_and_for_all() -> None:
    run(
        LOUD + "warnings.simplefilter('once')\nwarnings.warn_explicit('all', UserWarning, 'f', 1)\n"
        "value = sent('warnings shown')\nput('warnings shown', None)\nput('warnings shown', value)\n"
        "warnings.warn_explicit('all', UserWarning, 'g', 2)\nassert lines == ['all'], lines\n"
    )


def test_what_a_module_has_shown_waits_for_the_module() -> None:
    run(
        LOUD
        + "from cellburst.library_state import warnings_shown\nloud()\nshown, once, stale = get('warnings shown')\n"
        "value = {**shown, 'colorsys': frozenset({('text', UserWarning, 3)})}, once, stale\n"
        "assert 'colorsys' not in sys.modules\nput('warnings shown', value)\nassert get('warnings shown') == value\n"
        "import colorsys\nwarnings_shown.complete()\nassert get('warnings shown') == value\n"
        "assert ('text', UserWarning, 3) in colorsys.__warningregistry__\n"
        "warnings.warn_explicit('text', UserWarning, 'c', 3, registry=colorsys.__warningregistry__)\n"
        "assert lines == ['mind']\n"
    )


def test_a_process_that_looks_often_sees_what_is_shown() -> None:
    run(
        "from cellburst.library_state import warnings_shown\nwarnings_shown.watch()\nput('warnings shown', None)\n"
        + LOUD
        + "assert get('warnings shown') is None\nloud()\nassert get('warnings shown') is not None\n"
    )


PACKAGE = {
    "below.py": "import warnings\nclass BelowWarning(Warning): pass\nwarnings.simplefilter('ignore', BelowWarning)\n"
    "def low(): pass\n",
    "above.py": "import warnings\nfrom below import low\nclass AboveWarning(Warning): pass\n"
    "warnings.simplefilter('always', AboveWarning)\n",
}
IMPORTED_BEFORE = (
    WORKER + "from cellburst.library_state import library_filters\nkernels = get('warnings filters')\nimport above\n"
    "def mine(): return [one[2] if isinstance(one[2], str) else one[2][1] for one in get('warnings filters')[1]]\n"
    "put('warnings filters', kernels)\n"
)


def in_packages(tmp_path: Path, code: str) -> None:
    for name, text in PACKAGE.items():
        (tmp_path / name).write_text(text)
    run(IMPORTED_BEFORE + code, tmp_path)


def test_what_the_cell_imports_brings_its_filters_in_their_place(tmp_path: Path) -> None:
    in_packages(
        tmp_path,
        "assert library_filters.packages() == {'above', 'below'} and library_filters.is_hidden('below')\n"
        "warnings.simplefilter('error', UserWarning)\nlibrary_filters.appear(['above'])\n"
        "warnings.simplefilter('error', BytesWarning)\n"
        "assert mine()[:4] == ['BytesWarning', 'AboveWarning', 'BelowWarning', 'UserWarning'], mine()\n"
        "assert not library_filters.packages() and get('warnings filters')[3]\n"
        "put('warnings filters', kernels)\nlibrary_filters.appear(['below'])\n"
        "assert mine()[0] == 'BelowWarning' and 'AboveWarning' not in mine() and not get('warnings filters')[3]\n",
    )


def test_an_import_beside_the_filters_brings_none(tmp_path: Path) -> None:
    in_packages(
        tmp_path,
        "with warnings.catch_warnings():\n    library_filters.appear(['above'])\n"
        "assert get('warnings filters') == kernels\n",
    )


def test_a_filter_that_another_import_sets_again_is_no_longer_hidden(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("import warnings, below\nwarnings.simplefilter('ignore', below.BelowWarning)\n")
    in_packages(tmp_path, "import beside\nassert mine()[0] == 'BelowWarning' and not get('warnings filters')[3]\n")


def test_a_kernel_keeps_the_order_of_its_own_imports(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("import warnings\nwarnings.simplefilter('ignore', UserWarning)\n")
    (tmp_path / "two.py").write_text("import warnings\nwarnings.simplefilter('ignore', BytesWarning)\n")
    run(
        "import warnings\nfrom cellburst.library_state import warnings_\n"
        "one, two = (('ignore', None, name, None, 0) for name in ('UserWarning', 'BytesWarning'))\n"
        "user = ('error', None, 'RuntimeWarning', None, 0)\n"
        "default, filters, loaded, _ = get('warnings filters')\nimport one as o, two as t\n"
        "before = list(warnings.filters)\n"
        "put('warnings filters', (default, (one, two, *filters), loaded, False))\n"
        "assert list(warnings.filters) == before\n"
        "put('warnings filters', (default, (two, user, one, *filters), loaded, True))\n"
        "assert get('warnings filters')[1][:3] == (two, user, one)\n",
        tmp_path,
    )
