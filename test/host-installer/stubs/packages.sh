#!/usr/bin/env bash
# apt-get, apt-cache, dnf. A package brings its programs, here as links to their stand-ins.
source "$STUBS/world.sh"

folder_of() { if [[ $1 == opennebula-extensions-node ]]; then printf '%s' "$HOST_ROOT/usr/lib/$1"; else printf '%s' "$HOST_ROOT/usr/sbin"; fi; }
program_of() { case $1 in nftables) printf nft ;; opennebula-extensions-node) printf opennebula-power-agent ;; *) printf '%s' "$1" ;; esac; }
stub_of() {
  case $1 in
    podman) printf engine.sh ;;
    curl | nftables) printf network.sh ;;
    *) printf scaphandre.sh ;;
  esac
}

install_package() {
  [[ -f $MADE_HOST/available/$1 ]] || fail 100 "E: Unable to locate package $1"
  : >"$MADE_HOST/packages/$1"
  mkdir -p "$(folder_of "$1")"
  ln -sf "$STUBS/$(stub_of "$1")" "$(folder_of "$1")/$(program_of "$1")"
  [[ $1 != podman ]] || mkdir -p "$MADE_HOST/engines/podman"/{images,containers}
}

remove_package() {
  rm -f "$MADE_HOST/packages/$1" "$(folder_of "$1")/$(program_of "$1")"
  [[ $1 != podman ]] || rm -rf "$MADE_HOST/engines/podman"
}

case $program in
  apt-cache)
    [[ $1 == policy ]]
    if [[ ! -f $MADE_HOST/available/$2 ]]; then exit 0; fi
    if [[ ${LC_ALL:-$LANG} == de_DE.UTF-8 ]]; then sed "s/^prometheus:/$2:/" "$STUBS/../apt-cache-policy-de.txt"; else
      printf '%s:\n  Installed: (none)\n  Candidate: 1.0.2-4+b1\n' "$2"
    fi
    ;;
  apt-get | dnf)
    if [[ $1 == --quiet && $2 == list ]]; then
      [[ -f $MADE_HOST/available/${*: -1} ]] || fail 1 'Error: No matching Packages to list'
      exit 0
    fi
    act "$@"
    verb=$1
    shift
    for word in "$@"; do
      if [[ $word == -* ]]; then continue; fi
      case $verb in
        install) install_package "$word" ;;
        remove) remove_package "$word" ;;
        *) fail 100 "$program: unexpected $verb" ;;
      esac
    done
    ;;
esac
