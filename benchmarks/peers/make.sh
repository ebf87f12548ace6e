#!/bin/sh
# Makes an environment of its own for each peer below a folder: sh benchmarks/peers/make.sh FOLDER [PYTHON]
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
