# A copy that `oneext install` put where the package puts its own (from the tarball) would be removed by
# `oneext uninstall` from under the package.
if [ -e /var/lib/opennebula-extensions/front-end/record.json ] && [ -e /usr/lib/one/opennebula-extensions/oneext ]; then
  echo 'opennebula-extensions: "oneext install" has copied the suite to /usr/lib/one/opennebula-extensions already.' >&2
  echo 'opennebula-extensions: run "oneext uninstall", then install the package and run "oneext install" again.' >&2
  exit 1
fi
