#!/usr/bin/env python3
"""Make the plain PyTorch wheel importable without the CUDA packages.

The Linux wheel on PyPI is linked against a dozen CUDA libraries, together some
gigabytes, which a run on the CPU never calls: they only have to be *found* by the
dynamic loader. This script compiles, for each of them that is missing, an empty
library with the same name whose functions all return an error code (100, "no
device"), and puts it beside PyTorch's own libraries. The CPU code is the
wheel's, untouched.

Not needed when PyTorch comes from its own CPU index (see README.md).
"""

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

CUDA = re.compile(r"lib(cu|nccl|nvrtc|nvshmem|nvJit)")

# Symbols whose version does not name their library; their prefix does.
PREFIXES = [
    ("nccl", "libnccl"),
    ("nvshmem", "libnvshmem_host"),
    ("cusparseLt", "libcusparseLt"),
    ("cuFile", "libcufile"),
    ("cupti", "libcupti"),
    ("nvrtc", "libnvrtc"),
]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(library):
    return re.findall(r"\(NEEDED\).*\[(.+?)\]", output("readelf", "-d", str(library)))


def undefined(library):
    """(name, version or None) of each function that the library expects from elsewhere."""
    for line in output("nm", "-D", "--undefined-only", "--with-symbol-versions", str(library)).splitlines():
        symbol = line.split()[-1]
        name, _, version = symbol.partition("@")
        yield name, version.lstrip("@") or None


def main(torch_lib):
    wanted = defaultdict(lambda: defaultdict(set))  # soname -> version -> names
    libraries = sorted(torch_lib.glob("*.so"))
    sonames = {s for library in libraries for s in needed(library) if CUDA.match(s)}
    for library in libraries:
        for name, version in undefined(library):
            # Most versions are the library's own name; for the rest the prefix tells.
            soname = version if version in sonames else None
            if soname is None:
                stem = next((stem for start, stem in PREFIXES if name.startswith(start)), None)
                soname = next((s for s in sonames if stem and s.startswith(stem + ".")), None)
            if soname:
                wanted[soname][version].add(name)
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        for soname in sorted(sonames):
            target = torch_lib / soname
            versions = wanted[soname]
            names = sorted(set().union(*versions.values())) if versions else []
            (work / "stub.c").write_text(
                "\n".join(f"int {name}(void) {{ return 100; }}" for name in names)
                or "int nothing_is_called(void) { return 100; }"
            )
            command = ["cc", "-shared", "-fPIC", "-O1", "-w", f"-Wl,-soname,{soname}", "-o", str(target)]
            script = [
                f"{version} {{ global: {' '.join(f'{n};' for n in sorted(members))} }};"
                for version, members in versions.items()
                if version
            ]
            if script:
                (work / "versions").write_text("\n".join(script))
                command.append(f"-Wl,--version-script={work / 'versions'}")
            subprocess.run([*command, str(work / "stub.c")], check=True)
    print(f"torch: {len(sonames)} empty stand-ins for CUDA libraries written")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: torch_stubs.py SITE-PACKAGES/torch/lib")
    main(Path(sys.argv[1]))
