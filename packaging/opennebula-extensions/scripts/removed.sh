# What `oneext install` remembered has gone with `oneext uninstall`; where that failed, it stays.
# The exporter's counters and what it has learnt of hosts mean nothing without it. The accounts of energy are the operator's: bills are made of them.
rm -f /var/lib/opennebula-extensions/exporter/power-agent-answers.json*
rm -f /var/lib/opennebula-extensions/exporter/host-models.json*
for folder in /var/lib/opennebula-extensions/front-end /var/lib/opennebula-extensions/exporter /var/lib/opennebula-extensions/energy /var/lib/opennebula-extensions; do
  [ ! -d "$folder" ] || rmdir --ignore-fail-on-non-empty "$folder"
done
