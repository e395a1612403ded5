"""models/export/runtime.py: the library that connects Java with another ONNX Runtime."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from servers import ROOT, onnxruntime

if TYPE_CHECKING:
    from types import ModuleType

MEMBER = "ai/onnxruntime/native/linux-x64/libonnxruntime4j_jni.so"


@pytest.fixture(scope="module")
def runtime() -> ModuleType:
    """Load the script."""
    spec = importlib.util.spec_from_file_location("runtime", ROOT / "models/export/runtime.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def connector() -> bytes:
    """Read the library of Maven's jar."""
    with zipfile.ZipFile(onnxruntime()) as jar:
        return jar.read(MEMBER)


def test_asks_for_the_other_version(runtime: ModuleType, connector: bytes) -> None:
    """The name of the version and its hash are replaced, and nothing else."""
    changed = runtime.bound(connector, "1.99.0")
    assert runtime.LABEL.findall(changed) == [b"1.99.0"]
    assert changed.count(runtime.elf_hash(b"VERS_1.99.0")) == 1
    differing = sum(old != new for old, new in zip(connector, changed, strict=True))
    assert 0 < differing <= len("99") + len(runtime.elf_hash(b""))


def test_hash_is_that_of_the_abi(runtime: ModuleType) -> None:
    """The C library's own label has a known hash."""
    assert runtime.elf_hash(b"GLIBC_2.2.5") == (0x09691A75).to_bytes(4, "little")


def test_older_version_is_refused(runtime: ModuleType, connector: bytes) -> None:
    """An older library may lack functions."""
    own = runtime.LABEL.findall(connector)[0].decode()
    message = f"ONNX Runtime 1.2.0 is installed, expected {own} or newer"
    with pytest.raises(SystemExit, match=re.escape(message)):
        runtime.bound(connector, "1.2.0")


def test_version_of_another_length_is_refused(runtime: ModuleType, connector: bytes) -> None:
    """A longer name has no room."""
    with pytest.raises(SystemExit, match="cannot be changed from"):
        runtime.bound(connector, "1.100.0")
