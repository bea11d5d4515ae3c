# shellcheck shell=dash
# Without a database, and with nothing about geolocation in the configuration, no host's place is known.
[ -z "${ONEEXT_GEOLOCATION_DATABASE+given}" ] || run_node
case $document in '<HOST>'*) ;; *) run_node ;; esac
read_paths_given geolocation
[ -z "$given" ] || run_node
is_missing "$var/geolocation/city.mmdb" || run_node
nothing_to_do "there is no database $var/geolocation/city.mmdb, and no geolocation in $configuration"
