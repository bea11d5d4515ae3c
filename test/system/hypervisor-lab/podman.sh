#!/usr/bin/env bash
# podman.sh FOLDER PACKAGE: puts the podman of fetch-podman.sh's FOLDER on a made hypervisor, also under the name docker
# as the package podman-docker does, and makes its images.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)

# /lib is a link into /usr, and stays one.
for package in "$1"/archives/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar --keep-directory-symlink -x -C /; done
ldconfig
rm -f /usr/local/bin/docker /usr/bin/docker
printf '#!/bin/sh\nexec /usr/bin/podman "$@"\n' >/usr/bin/docker
chmod 755 /usr/bin/docker

mkdir -p /etc/containers
printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' \
  >/etc/containers/storage.conf
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >/etc/containers/policy.json
cat >/etc/containers/containers.conf <<CONF
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "lab"
[engine.runtimes]
lab = ["$here/runtime.sh"]
CONF
printf '[Service]\nType=oneshot\nExecStart=/bin/true\n' >/etc/systemd/system/podman-restart.service
"$here/make-images.sh" podman "$2"
