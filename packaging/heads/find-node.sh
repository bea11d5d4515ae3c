# shellcheck shell=dash
# The suite's own Node, by its path: no other is used or looked for. Most programs stand in the folder of the suite, at
# a depth that the build has written above. `oneext install` copies some of them elsewhere, and then writes into the
# next line where the suite is.
installed_suite='/usr/lib/one/opennebula-extensions'
program=$0
[ ! -L "$program" ] || program=$(readlink -f -- "$program")
case $program in *[/]*) suite=${program%/*}/${suite_from_program:?} ;; *) suite=$suite_from_program ;; esac
[ -e "$suite/node/bin/node" ] || suite=$installed_suite
# shellcheck disable=SC2034 # the next part of the head reads it
node=$suite/node/bin/node

# Node trusts the authorities that the system trusts, besides those that it brings.
export NODE_USE_SYSTEM_CA=1
