"""Makes a folder with the native libraries of another ONNX Runtime: runtime.py --to FOLDER

PyPI has ONNX Runtime sooner than Maven, and for other versions of CUDA. The folder gets the libraries of the installed
package, onnxruntime or onnxruntime-gpu, which must be at least as new as those of Maven: its C interface only grows. It also
gets the library that connects Java with them, of Maven's jar. That one asks for its own version by name, so the name is
replaced.

--jar is Maven's jar; by default the one that Spackle was built with. Run Spackle with

    JAVA_TOOL_OPTIONS=-Donnxruntime.native.path=FOLDER ./spackle ...
"""

import argparse
import platform
import re
import shutil
import sys
import zipfile
from importlib import metadata
from pathlib import Path

PACKAGES = {"onnxruntime": "onnxruntime", "onnxruntime-gpu": "onnxruntime_gpu"}
CLASS_PATH = Path(__file__).parents[2] / "jobs/target/runtime.classpath"
CPUS = {"x86_64": "x64", "aarch64": "aarch64"}
CONNECTOR = "libonnxruntime4j_jni.so"
LABEL = re.compile(rb"VERS_([0-9.]+)(?=\0)")


def order(version):
    return [int(number) for number in version.split(".")]


def installed():
    """The package, its version and its folder of libraries."""
    for package in PACKAGES:
        try:
            found = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        return package, found.version, Path(found.locate_file("onnxruntime/capi"))
    sys.exit("no ONNX Runtime is installed: pip install onnxruntime, or onnxruntime-gpu")


def built_jar(artifact):
    """The jar on the class path that ./spackle runs with."""
    entries = CLASS_PATH.read_text().strip().split(":") if CLASS_PATH.exists() else []
    jars = [entry for entry in entries if Path(entry).name.startswith(f"{artifact}-")]
    return jars[0] if jars else sys.exit(f"no {artifact} in {CLASS_PATH}: build Spackle with it first, or give --jar")


def elf_hash(label):
    """The hash of a symbol's version, of the System V ABI."""
    value = 0
    for byte in label:
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high & 0xFFFFFFFF
    return value.to_bytes(4, sys.byteorder)


def bound(connector, version):
    """The connecting library, asking for another version."""
    labels = set(LABEL.findall(connector))
    if len(labels) != 1:
        sys.exit(f"{CONNECTOR} asks for the versions {sorted(labels)}, expected one")
    own = labels.pop().decode()
    if order(version) < order(own):
        sys.exit(f"ONNX Runtime {version} is installed, expected {own} or newer")
    old, new = f"VERS_{own}".encode(), f"VERS_{version}".encode()
    if len(old) != len(new) or connector.count(elf_hash(old)) != 1:
        sys.exit(f"{CONNECTOR} cannot be changed from {own} to {version}")
    return connector.replace(old, new).replace(elf_hash(old), elf_hash(new))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--jar", type=Path)
    args = parser.parse_args()
    package, version, folder = installed()
    library = folder / f"libonnxruntime.so.{version}"
    if not library.exists():
        sys.exit(f"{package} {version} has no {library.name}: install a newer one, on Linux")
    member = f"ai/onnxruntime/native/linux-{CPUS[platform.machine()]}/{CONNECTOR}"
    with zipfile.ZipFile(args.jar or built_jar(PACKAGES[package])) as jar:
        connector = bound(jar.read(member), version)
    args.to.mkdir(parents=True)
    (args.to / CONNECTOR).write_bytes(connector)
    shutil.copy(library, args.to / "libonnxruntime.so")
    for provider in folder.glob("libonnxruntime_providers_*.so"):
        shutil.copy(provider, args.to)
    print(f"{args.to}: {package} {version}")


if __name__ == "__main__":
    main()
