# Said after an installation and after an upgrade.
if [ -e /var/lib/opennebula-extensions/front-end/record.json ]; then
  echo 'opennebula-extensions: "oneext install" brings what it put in place up to date; with --plan it only tells.'
else
  echo 'opennebula-extensions: next, as root: "oneext install --plan" tells what it would put in place, and does nothing.'
fi
