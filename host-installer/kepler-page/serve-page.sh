#!/bin/bash
# Answers one HTTP request with Kepler's page and, behind it, which process is which VM.
#
# systemd starts it for each connection, with the connection as stdin and stdout. Kepler knows a VM by the command
# line of its process, and no Kepler knows OpenNebula's emulator qemu-kvm-one; libvirt knows the process of each VM.
# Reads DOMAIN.pid of /run/libvirt/qemu, which only root can write, and the page at $1. Writes one line for each VM:
#   oneext_vm_process_info{domain="one-7",pid="1234"} 1
# The page is complete (it has a Content-Length), or there is an answer 502 without a page.
set -euo pipefail
export LC_ALL=C

page_url=${1:?usage: serve-page.sh URL-OF-KEPLER [FOLDER-OF-PID-FILES]}
pid_files=${2:-/run/libvirt/qemu}

# Reads the request up to its empty line; what a request asks for makes no difference.
read_request() {
  local line count=0
  while IFS= read -r -t 5 -n 8192 line; do
    [[ -n ${line%$'\r'} ]] || return 0
    count=$((count + 1))
    [[ $count -lt 200 ]] || return 1
  done
  return 1
}

answer() { # STATUS FILE
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n' "$1"
  printf 'Content-Length: %s\r\nConnection: close\r\n\r\n' "$(stat -c %s "$2")"
  cat "$2"
}

# A domain's name may hold anything but a slash; a label's value escapes three characters.
print_vm_processes() {
  local file domain pid
  for file in "$pid_files"/*.pid; do
    [[ -f $file ]] || continue
    read -r pid <"$file" || [[ -n ${pid:-} ]] || continue
    [[ $pid =~ ^[1-9][0-9]*$ ]] || continue
    domain=${file##*/}
    domain=${domain%.pid}
    domain=${domain//\\/\\\\}
    domain=${domain//\"/\\\"}
    domain=${domain//$'\n'/\\n}
    printf 'oneext_vm_process_info{domain="%s",pid="%s"} 1\n' "$domain" "$pid"
  done
}

read_request || exit 0
page=$(mktemp)
trap 'rm -f "$page"' EXIT
if curl --silent --show-error --fail --max-time 10 --noproxy '*' --output "$page" -- "$page_url" 2>"$page.error"; then
  {
    printf '# HELP oneext_vm_process_info Process of a VM of libvirt\n# TYPE oneext_vm_process_info gauge\n'
    print_vm_processes
  } >>"$page"
  rm -f "$page.error"
  answer '200 OK' "$page"
else
  mv "$page.error" "$page"
  answer '502 Bad Gateway' "$page"
fi
