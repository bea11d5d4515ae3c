# shellcheck shell=dash
# The shell half of `authenticate`. oned starts it; it starts the JavaScript half under limits that the kernel
# keeps, whatever a token computes, and hands on what that half answers. docs/adr/0006-hard-stop.md says why.
#
# 2 s of processor time, not of the clock: a good token needs a twentieth of it, and on a loaded machine no
# more. Memory is bounded in biscuit.wasm (128 MiB). The token library is what the build has put there: V8 validates
# the functions that are called, and not all of them first.
set -u
unset NODE_OPTIONS NODE_EXTRA_CA_CERTS NODE_V8_COVERAGE
exec 3>&2 2>/dev/null # oned reads each line: nothing but ours may stand there, and the shell tells of killed children

deny() {
  printf 'ERROR: biscuit: %s\n' "$1" >&3
  exit 77
}

ulimit -c 0 || deny 'core dumps, which would hold tokens, cannot be switched off'
# The soft limit ends it with SIGXCPU: SIGKILL is then somebody else's, such as the OOM killer's.
ulimit -S -t 2 || deny 'the limit of processor time cannot be set'
answer=$("${node:?}" --wasm-lazy-validation "$0" judge 3>&-)
status=$?
case "$status:$answer" in
  '0:biscuit '*) printf '%s\n' "$answer" || deny 'the answer cannot be written to stdout' ;;
  77:*) deny "$answer" ;;
  126:* | 127:*) deny "$node cannot be started: install the package of opennebula-extensions again" ;;
  152:*) deny 'the token is refused: no decision within 2 s of processor time' ;;
  137:*) deny 'the verification was killed; did the kernel run out of memory? See dmesg' ;;
  *) deny 'the verification broke down; is the installation complete? "oneext install" completes it' ;;
esac
exit 0
