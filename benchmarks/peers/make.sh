#!/bin/sh
# Makes an environment of its own for each peer below a folder: sh benchmarks/peers/make.sh FOLDER [PYTHON]
# and builds simgrid_flows there, where a C++ compiler and SimGrid are (Debian: apt install g++ libsimgrid-dev).
# Their versions, and the torch that Wayfare is tested with, are those the benchmark was written for.
set -eu
folder=${1:?"say in which folder"}
python=${2:-python3}
torch=torch==2.13.0
make() {
    name=$1
    shift
    "$python" -m venv "$folder/$name"
    "$folder/$name/bin/pip" install --quiet "$torch" "$@"
}
mkdir -p "$folder"
make flower 'flwr[simulation]==1.41.0'
make pfl 'pfl[pytorch]==0.6.0'
if command -v g++ >/dev/null && [ -e /usr/include/simgrid/s4u.hpp ]; then
    g++ -O2 -std=c++17 "$(dirname "$0")/simgrid_flows.cpp" -o "$folder/simgrid_flows" -lsimgrid
else
    echo "no SimGrid for C++ here: $folder/simgrid_flows is not built"
fi
