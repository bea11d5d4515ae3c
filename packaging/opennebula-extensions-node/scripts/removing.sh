# An agent whose program goes with the package is taken away by what put it in place. Other agents stay.
if grep -qs '^ExecStart=.*/usr/lib/opennebula-extensions-node/' /etc/systemd/system/opennebula-power-agent.service &&
  ! /usr/lib/opennebula-extensions-node/host-installer/host.sh uninstall </dev/null; then
  echo 'opennebula-extensions-node: "host.sh uninstall" failed: what it names is still in place.' >&2
  echo 'opennebula-extensions-node: install the package again, run "host.sh uninstall", then remove the package.' >&2
fi
