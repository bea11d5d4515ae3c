#!/usr/bin/env bash
# mv: a file that host.sh writes appears by it.
source "$STUBS/world.sh"
counted
command -p mv "$@"
