# Before the programs go, what `oneext install` put in place goes: OpenNebula would start what is no longer there.
# Nobody can be asked here whether users of the driver biscuit are to be locked out: they are named in what it says.
# Where that fails the package goes all the same; the record stays, and after a new installation it can be tried again.
if [ -e /var/lib/opennebula-extensions/front-end/record.json ] && ! oneext uninstall --lock-out-users </dev/null; then
  echo 'opennebula-extensions: "oneext uninstall" failed: what it names is still in place.' >&2
  echo 'opennebula-extensions: install the package again, run "oneext uninstall", then remove the package.' >&2
fi
