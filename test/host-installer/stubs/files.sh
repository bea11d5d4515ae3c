#!/usr/bin/env bash
# mv: a file that host.sh writes appears by it. visudo: it takes what looks like a rule.
source "$STUBS/world.sh"
if [[ $program == visudo ]]; then
  grep -q '^telegraf ALL=(root) NOPASSWD: /[^ ]* dcmi power reading$' "${*: -1}"
  exit
fi
counted
command -p mv "$@"
