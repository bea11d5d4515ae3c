#!/bin/bash
# host.sh STATE REPOSITORY NODE NAME: the first process of a lab's host, in namespaces of its own (see up.sh).
# Its root is an overlay of the machine's, so that users, sudoers, keys and daemons are the host's alone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${5:-}" = '' ]; then
  state=$1 repository=$2 node=$3 name=$4
  read -r pid _ < /proc/self/stat # /proc is still the machine's
  hostname "$name"
  mount --make-rprivate /
  base=$state/root.$name
  mkdir -p "$base"
  mount -t tmpfs -o mode=755 "oxm-$name" "$base"
  mkdir "$base/upper" "$base/work" "$base/root"
  [ ! -d "$state/besides" ] || cp -r "$state/besides/." "$base/upper"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
  cd "$base/root"
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount --rbind /dev dev
  # Guests are emulated. Where QEMU as libvirt questions it can open /dev/kvm, and oneadmin cannot, libvirt questions
  # it anew at each use: twelve times for one guest. When one of them fails, "the cause is unknown".
  if [ -e dev/kvm ]; then
    install -m 000 /dev/null "$base/no-kvm"
    mount --bind "$base/no-kvm" dev/kvm
  fi
  for folder in run tmp var/tmp; do mount -t tmpfs -o mode=1777 "oxm-$folder" "$folder"; done
  # What the machine has of OpenNebula, libvirt and rules for sudo is not the lab's.
  for folder in etc/one var/lib/one etc/libvirt var/lib/libvirt/qemu etc/ssh/ssh_config.d etc/sudoers.d; do
    mkdir -p "$folder"
    mount -t tmpfs -o mode=755 "oxm-$folder" "$folder"
  done
  mkdir -p opt/state opt/repository opt/lab var/lib/one/datastores
  mount --bind "$state" opt/state
  mount --bind "$state/share" var/lib/one/datastores
  mount --bind "$repository" opt/repository
  mount --bind "$here" opt/lab
  touch opt/node
  mount --bind "$node" opt/node
  mkdir .old
  pivot_root . .old
  exec chroot . /bin/bash /opt/lab/host.sh /opt/state /opt/repository /opt/node "$name" "$pid"
fi

state=$1 name=$4 pid=$5
umount -l /.old
rmdir /.old
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mkdir -p /run/lock /run/sshd /run/libvirt /run/openvswitch /run/one /var/log/libvirt /var/log/openvswitch
address_of() { # frontend hostA hostB hostC
  case $1 in frontend) echo 10.77.0.10 ;; *) printf '10.77.0.%d\n' $(($(printf %d "'${1#host}") - 64)) ;; esac
}
wait_for() {
  for _ in {1..200}; do
    if "$@" > /dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  echo "$* did not succeed" >&2
  return 1
}

# Identity, users
tr -d - < /proc/sys/kernel/random/uuid > /etc/machine-id
echo "$name" > /etc/hostname
{
  echo '127.0.0.1 localhost'
  for host in $LAB_HOSTS; do echo "$(address_of "$host") $host"; done
} > /etc/hosts
: > /etc/resolv.conf
getent passwd oneadmin > /dev/null && userdel -f oneadmin
getent group oneadmin > /dev/null && groupdel -f oneadmin
groupadd -o -g 9869 oneadmin
useradd -o -M -u 9869 -g oneadmin -d /var/lib/one -s /bin/bash oneadmin
# libvirt's compiled-in users must exist, even though qemu.conf names others.
for group in kvm libvirt libvirt-qemu; do getent group $group > /dev/null || groupadd -r $group; done
getent passwd libvirt-qemu > /dev/null || useradd -r -g libvirt-qemu -d /nonexistent -s /usr/sbin/nologin libvirt-qemu
usermod -p '*' oneadmin
ln -sf qemu-system-x86_64 /usr/bin/qemu-kvm-one

# Network: eth0 comes from up.sh
ip link set lo up
echo "$pid" > "$state/$name.pid"
wait_for ip link show eth0
address=$(address_of "$name")
start_switch_database() {
  rm -f /etc/openvswitch/conf.db
  mkdir -p /etc/openvswitch
  ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema
  ovsdb-server --remote=punix:/var/run/openvswitch/db.sock --pidfile --detach --log-file --no-chdir
  ovs-vsctl --no-wait init
}
if [ "$SWITCH" = openvswitch ]; then
  start_switch_database
  ovs-vswitchd --pidfile --detach --log-file --no-chdir
  # The userspace datapath does VXLAN where the underlay's address is on one of its bridges; eth0 itself must
  # stay silent, or the kernel answers too.
  ip link set eth0 arp off
  sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
  ip link set eth0 up
  ovs-vsctl add-br br-phy -- set bridge br-phy datapath_type=netdev -- add-port br-phy eth0
  underlay=br-phy
else
  # SWITCH=database: the packages are there, and ovs-vswitchd does not run.
  if [ "$SWITCH" = database ]; then start_switch_database; else rm -f /usr/bin/ovs-vsctl; fi
  underlay=eth0
fi
ip address add "$address/24" dev $underlay
ip -6 address add "fd77::${address##*.}/64" dev $underlay nodad 2> /dev/null || true
ip link set $underlay up

# ssh: one key for the lab, a host key a host, OpenNebula's client configuration
mkdir -p /var/lib/one/.ssh
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
cp "$state/id_ed25519" /var/lib/one/.ssh/
cp "$state/id_ed25519.pub" /var/lib/one/.ssh/authorized_keys
cat > /var/lib/one/.ssh/config << 'END'
Host *
  StrictHostKeyChecking accept-new
  ServerAliveInterval 10
  ControlMaster no
  ControlPersist 70s
  ControlPath /run/one/ssh-socks/ctl-M-%C.sock
END
rm -rf /root/.ssh
cp -r /var/lib/one/.ssh /root/.ssh # libvirtd itself connects for --p2p
chmod 700 /var/lib/one/.ssh /root/.ssh
chmod 600 /var/lib/one/.ssh/* /root/.ssh/*
chown oneadmin:oneadmin /var/lib/one /run/one
chown -R oneadmin:oneadmin /var/lib/one/.ssh
cat > /etc/ssh/sshd_config << 'END'
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
UsePAM no
UseDNS no
MaxStartups 100
PidFile /run/sshd.pid
END
/usr/sbin/sshd -E /var/log/sshd.log

if [ "$name" != frontend ]; then
  # sudo as OpenNebula's node package has it, and our drop-in
  cat > /etc/sudoers.d/opennebula << 'END'
Defaults:oneadmin !requiretty
Defaults:oneadmin secure_path = /sbin:/bin:/usr/sbin:/usr/bin
Cmnd_Alias ONE_NET = /usr/sbin/ip link *, /usr/sbin/ip neighbour *, /usr/sbin/ip route *, /usr/sbin/ip rule *
Cmnd_Alias ONE_OVS = /usr/bin/ovs-ofctl, /usr/bin/ovs-vsctl, /usr/bin/ovs-appctl
oneadmin ALL=(ALL) NOPASSWD: ONE_NET, ONE_OVS
END
  cp /opt/repository/dist/sudoers.d/opennebula-extensions /etc/sudoers.d/
  chmod 440 /etc/sudoers.d/*
  visudo -c -q

  # libvirt as OpenNebula's node package has it
  mkdir -p /etc/libvirt/qemu /var/lib/libvirt/qemu /var/cache/libvirt/qemu
  cat > /etc/libvirt/libvirtd.conf << END
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
unix_sock_group = "oneadmin"
unix_sock_rw_perms = "0770"
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:file:$state/$name.libvirtd.log"
END
  cat > /etc/libvirt/qemu.conf << 'END'
user = "oneadmin"
group = "oneadmin"
dynamic_ownership = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
END
  # libvirt looks for hooks only if it had one when it started.
  mkdir -p /etc/libvirt/hooks/qemu.d
  printf '#!/bin/sh\nexit 0\n' > /etc/libvirt/hooks/qemu.d/lab
  chmod 755 /etc/libvirt/hooks/qemu.d/lab
  libvirtd --daemon --pid-file /run/libvirtd.pid
  wait_for virsh -c qemu:///system list
  # The stand-in for the stock driver
  mkdir -p /var/tmp/one/vmm/kvm /var/tmp/one/etc/vmm/kvm /var/lib/one/local
  touch /var/tmp/one/etc/vmm/kvm/kvmrc
  install -m 755 /opt/lab/stand-in-migrate.sh /var/tmp/one/vmm/kvm/migrate
  chown -R oneadmin:oneadmin /var/tmp/one /var/lib/one/local
fi
touch "$state/$name.ready"
# The first process has to collect what others leave.
while :; do
  sleep 3600 &
  wait $! || true
done
