# shellcheck shell=bash
# The id of this host in OpenNebula: its monitoring probes leave a file that is named after it.

host_id=''

find_host_id() {
  local file ids=()
  host_id=$(wanted host_id '')
  [[ -z $host_id ]] || return 0
  for file in "$ROOT"/var/tmp/one/im/status_kvm_*.db; do
    [[ ${file##*/} =~ ^status_kvm_([0-9]+)\.db$ ]] && [[ -e $file ]] && ids+=("${BASH_REMATCH[1]}")
  done
  case ${#ids[@]} in
    1) host_id=${ids[0]} ;;
    0) die 78 'OpenNebula does not monitor this host: there is no /var/tmp/one/im/status_kvm_N.db' \
      'add it on the front-end (onehost create NAME -i kvm -v kvm), or give its id with --host-id' ;;
    *) die 78 "OpenNebula has known this host under several ids: $(join ', ' "${ids[@]}")" \
      'see onehost list on the front-end, and give the id with --host-id' ;;
  esac
}
