#!/usr/bin/env bash
# Installs the Debian packages that are missing: install.sh builds and draws, install.sh --tests tests as well.
# Does nothing, and asks for nothing, when all are there.
set -euo pipefail

packages=(gcc libc6-dev make cmake pkg-config
    libhdf5-dev zlib1g-dev libgsl-dev libyaml-dev nettle-dev libjansson-dev
    python3 python3-numpy python3-h5py python3-matplotlib python3-yaml)
test_packages=(binutils clang libclang-rt-dev libomp-dev clang-format clang-tidy
    libcmocka-dev librandom123-dev dieharder openmpi-bin locales llvm chromium
    python3-xarray python3-h5netcdf python3-netcdf4 hdf5-tools netcdf-bin)

case "${1:-}" in
    --tests) packages+=("${test_packages[@]}") ;;
    "") ;;
    *) echo "usage: install.sh [--tests]" >&2; exit 64 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install.sh: this is not a Debian system; these packages, or what they are called here, are needed:" >&2
    printf '  %s\n' "${packages[*]}" >&2
    exit 0
fi

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install.sh: not root and no sudo here; as root, run:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "Installing ${#missing[@]} missing Debian packages${as_root:+ (with sudo)}: ${missing[*]}" >&2
log=$(mktemp) && trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q "$@" >>"$log" 2>&1
}
install_missing() { apt install -y --no-install-recommends "${missing[@]}"; }

# Without lists, or with old ones, the first attempt fails.
install_missing || { apt update && install_missing; } || { tail -n 40 "$log" >&2; exit 1; }
