# What `oneext install` remembered has gone with `oneext uninstall`; where that failed, it stays.
for folder in /var/lib/opennebula-extensions/front-end /var/lib/opennebula-extensions; do
  [ ! -d "$folder" ] || rmdir --ignore-fail-on-non-empty "$folder"
done
