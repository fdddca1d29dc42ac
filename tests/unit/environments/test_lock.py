from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import time
from pathlib import Path

import pytest

from cellburst._version import __version__
from cellburst.environments import lock
from cellburst.errors import EnvironmentRefused
from cellburst.model.environment import Environment, Package
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder

PY = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that counts as one of installed packages, by its name."""
    place = tmp_path / "env" / "lib" / PY / "site-packages"
    place.mkdir(parents=True)
    return place


def install(site: Path, name: str, version: str = "1.0", /, *, tag: str = "py3-none-any", **files: str) -> Path:
    """Put a distribution there; ``files`` of its info folder, "_" standing for "."."""
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    requires = files.pop("requires", "")
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}")
    info.joinpath("WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")
    for file, text in files.items():
        info.joinpath(file.replace("__", ".")).write_text(text)
    return info


def by_name(environment: Environment) -> dict[str, Package]:
    return {package.name: package for package in environment.packages}


def contents(folders: Folders, package: Package) -> dict[str, bytes]:
    assert package.blob is not None
    data = bytes(BlobFolder(folders.blobs).read(package.blob))
    assert hashlib.sha256(data).hexdigest() == package.sha256
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def test_packages_of_an_index_are_named_and_pinned(folders: Folders, site: Path) -> None:
    install(site, "Some.Package", "1.2.3")
    install(site, "torch", "2.3.0+cu121", tag="cp311-cp311-linux_x86_64")

    found = by_name(lock.current(folders, path=[str(site)]))

    assert found["some-package"] == Package("some-package", "1.2.3")
    assert found["torch"] == Package("torch", "2.3.0+cu121")


def test_a_package_from_a_folder_travels_with_its_files(folders: Folders, site: Path) -> None:
    install(
        site,
        "mine",
        direct_url__json='{"url": "file:///src/mine", "dir_info": {}}',
        RECORD="mine.py,,\n../../bin/x,,\n",
    )
    (site / "mine.py").write_text("x = 1\n")

    package = by_name(lock.current(folders, path=[str(site)]))["mine"]

    assert package.source == "archive"
    assert contents(folders, package) == {"mine.py": b"x = 1\n"}


def test_a_local_version_that_no_index_has_travels_with_its_files(folders: Folders, site: Path) -> None:
    install(site, "mine", "1.0+g12ab", RECORD="mine.py,,\n")
    (site / "mine.py").write_text("x = 1\n")

    assert by_name(lock.current(folders, path=[str(site)]))["mine"].source == "archive"


def test_compiled_files_for_another_platform_are_refused_by_name(folders: Folders, site: Path) -> None:
    install(site, "mine", direct_url__json='{"url": "file:///src/mine"}', RECORD="mine.so,,\n", tag="cp311-cp311-x")
    (site / "mine.so").write_text("")

    with pytest.raises(EnvironmentRefused, match=r"mine 1.0 was not installed from an index and is compiled"):
        lock.current(folders, target="linux-riscv64", path=[str(site)])


def test_condas_packages_are_an_indexs_too(folders: Folders, site: Path) -> None:
    said = '{"url": "file:///croot/numpy_1700000000000/work", "dir_info": {}}'
    install(site, "numpy", "1.26.4", direct_url__json=said, INSTALLER="conda\n")
    install(site, "libfoo", "1.2+conda.3", INSTALLER="conda\n")

    found = by_name(lock.current(folders, path=[str(site)]))

    assert found["numpy"] == Package("numpy", "1.26.4")
    assert found["libfoo"] == Package("libfoo", "1.2")


def test_a_large_wheel_that_was_downloaded_before_is_an_indexs(folders: Folders, site: Path) -> None:
    install(site, "large", direct_url__json='{"url": "file:///wheels/large-1.0.whl"}', RECORD="large.py,,\n")
    (site / "large.py").write_text("#" * 1000)

    [package] = lock.current(folders, path=[str(site)], limit=500).packages

    assert package == Package("large", "1.0")


def test_a_package_without_a_list_of_files_is_refused_by_name(folders: Folders, site: Path) -> None:
    install(site, "mine", direct_url__json='{"url": "git+https://x/y", "vcs_info": {}}')

    with pytest.raises(EnvironmentRefused, match=r"mine 1.0 .*kept no list of its files"):
        lock.current(folders, path=[str(site)])


def test_what_is_for_other_systems_is_left_out_and_said(folders: Folders, site: Path) -> None:
    install(site, "pywin32", "306")
    install(site, "conda", "24.1")
    install(site, "colorful", requires='Requires-Dist: needy; sys_platform == "linux"\n')
    install(site, "needy")

    found = lock.current(folders, target="darwin-aarch64", path=[str(site)])

    assert [package.name for package in found.packages] == ["colorful"]
    assert found.left_out == (
        "conda: it manages conda environments",
        "needy: required on Linux only",
        "pywin32: for Windows only",
    )


def test_cellburst_itself_is_an_archive_of_this_version(folders: Folders, site: Path) -> None:
    found = lock.current(folders, path=[str(site)])
    files = contents(folders, found.cellburst)

    assert found.cellburst.version == __version__
    assert "cellburst/worker/main.py" in files
    assert any(name.endswith(".dist-info/METADATA") for name in files)
    assert not any("__pycache__" in name or "labextension" in name for name in files)


def test_own_modules_travel_without_data_secrets_and_environments(folders: Folders, site: Path, tmp_path: Path) -> None:
    place = tmp_path / "notebooks"
    for name in ("pkg/sub", "plain", "venv", "data", ".git"):
        (place / name).mkdir(parents=True)
    for name in ("helper.py", "pkg/__init__.py", "pkg/sub/table.csv", "plain/tools.py", "plain/notes.txt", "venv/x.py"):
        (place / name).write_text("1")
    for name in ("venv/pyvenv.cfg", "data/big.csv", ".git/x.py", "pkg/.env", "study.ipynb", "pkg/__init__.pyc"):
        (place / name).write_text("1")

    found = lock.current(folders, path=[str(site), str(place)])

    [source] = found.sources
    assert source.place == str(place)
    assert set(contents(folders, source)) == {"helper.py", "pkg/__init__.py", "pkg/sub/table.csv", "plain/tools.py"}
    assert found.left_out == (f"{place}/pkg/.env: looks like a secret",)


def test_cellburstignore_is_obeyed(folders: Folders, site: Path, tmp_path: Path) -> None:
    place = tmp_path / "notebooks"
    (place / "pkg" / "raw").mkdir(parents=True)
    for name in ("pkg/__init__.py", "pkg/raw/big.bin", "pkg/.env"):
        (place / name).write_text("1")
    (place / ".cellburstignore").write_text("raw/\n!pkg/.env\n")

    [source] = lock.current(folders, path=[str(place)]).sources

    assert set(contents(folders, source)) == {"pkg/__init__.py", "pkg/.env"}


def test_too_much_code_is_refused_with_the_largest_files(folders: Folders, tmp_path: Path) -> None:
    place = tmp_path / "notebooks"
    place.mkdir()
    (place / "small.py").write_text("1")
    (place / "large.py").write_text("#" * 1000)

    with pytest.raises(EnvironmentRefused, match=r"1,001 bytes, more than 500 .*the largest: large.py \(1,000 bytes\)"):
        lock.current(folders, path=[str(place)], limit=500)


def test_editable_packages_travel_with_code_and_metadata(folders: Folders, site: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "src" / "mine").mkdir(parents=True)
    (project / "src" / "mine" / "__init__.py").write_text("x = 1\n")
    (project / "src" / "other.py").write_text("")
    said = f'{{"url": "file://{project}", "dir_info": {{"editable": true}}}}'
    install(site, "mine", direct_url__json=said, RECORD="", entry_points__txt="[console_scripts]\nm=mine:x\n")
    (site / "__editable___mine_1_0_finder.py").write_text(
        f"MAPPING: dict[str, str] = {{'mine': '{project}/src/mine'}}\n"
    )

    found = lock.current(folders, path=[str(site)])

    code, metadata = found.sources
    assert found.packages == ()
    assert (code.place, set(contents(folders, code))) == (str(project / "src"), {"mine/__init__.py"})
    assert set(contents(folders, metadata)) == {
        "mine-1.0.dist-info/METADATA",
        "mine-1.0.dist-info/WHEEL",
        "mine-1.0.dist-info/entry_points.txt",
    }


def test_editable_code_that_nobody_can_find_is_said(folders: Folders, site: Path, tmp_path: Path) -> None:
    (tmp_path / "project" / "src").mkdir(parents=True)
    said = f'{{"url": "file://{tmp_path}/project", "dir_info": {{"editable": true}}}}'
    install(site, "compiled", direct_url__json=said, RECORD="")

    assert lock.current(folders, path=[str(site)]).left_out[0].startswith("compiled: it is editable in a way")
    found = lock.current(folders, path=[str(site), str(tmp_path / "project" / "src")])
    assert found.left_out == ()


def test_digests_tell_what_was_changed(folders: Folders, site: Path, tmp_path: Path) -> None:
    place = tmp_path / "notebooks"
    place.mkdir()
    (place / "helper.py").write_text("x = 1")
    path = [str(site), str(place)]
    first = lock.current(folders, path=path)
    again = lock.current(folders, path=path)
    (place / "helper.py").write_text("x = 22")
    edited = lock.current(folders, path=path)
    install(site, "more")
    more = lock.current(folders, path=path)

    assert first == again
    assert edited.digest != first.digest
    assert edited.build == first.build  # nothing is built anew for a changed module
    assert more.build != edited.build


def test_archives_that_were_pruned_are_made_again(folders: Folders, site: Path) -> None:
    blobs = BlobFolder(folders.blobs)
    first = lock.current(folders, path=[str(site)])
    assert first.cellburst.blob is not None
    blobs.discard(first.cellburst.blob)

    assert lock.current(folders, path=[str(site)]) == first
    assert first.cellburst.blob in blobs


def test_this_very_environment_has_a_lock(folders: Folders) -> None:
    found = lock.current(folders)

    assert "numpy" in by_name(found)
    assert found.python == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert len(found.digest) == 64


def test_an_index_with_a_password_is_refused_unless_nothing_is_fetched(
    folders: Folders, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://ann:fake-password@corp.example/all")

    assert lock.current(folders, path=[str(site)], prebuilt=True).index == ""
    with pytest.raises(EnvironmentRefused, match=r"corp.example is configured with a password"):
        lock.current(folders, path=[str(site)])


def test_an_unchanged_environment_costs_next_to_nothing(folders: Folders) -> None:
    lock.current(folders)
    times = []
    for _ in range(20):
        started = time.thread_time()
        lock.current(folders)
        times.append(time.thread_time() - started)

    assert min(times) < 0.05  # seconds of its own: others may be busy, too
