# Before the programs go, what `oneext install` put in place goes: OpenNebula would start what is no longer there.
# Where that fails the package goes all the same; the record stays, and after a new installation it can be tried again.
if [ -e /var/lib/opennebula-extensions/front-end/record.json ] && ! oneext uninstall </dev/null; then
  echo 'opennebula-extensions: "oneext uninstall" failed: what it names is still in place.' >&2
  echo 'opennebula-extensions: install the package again, run "oneext uninstall", then remove the package.' >&2
fi
