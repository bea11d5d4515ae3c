# Said after an installation and after an upgrade.
if grep -qs '^ExecStart=.*/usr/lib/opennebula-extensions-node/' /etc/systemd/system/opennebula-power-agent.service; then
  echo 'opennebula-extensions-node: the agent goes on as it is until "systemctl restart opennebula-power-agent.service".'
else
  echo 'opennebula-extensions-node: next, as root: "/usr/lib/opennebula-extensions-node/host-installer/host.sh plan"'
  echo 'opennebula-extensions-node: says what it would do to give this host a power agent, and does nothing.'
fi
