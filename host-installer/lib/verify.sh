# shellcheck shell=bash
# Whether an agent measures, by its own judge of its page.

most_seconds=60
most_page_bytes=$((16 * 1024 * 1024))
measured_watts='' measured_version='' measured_note='' last_verdict=''

describe_verdict() {
  case $1 in
    no-answer) printf 'the agent does not answer' ;;
    too-slow) printf 'the agent does not send its whole page within 10 seconds' ;;
    too-large) printf 'the page of the agent is larger than %s MiB' "$((most_page_bytes / 1024 / 1024))" ;;
    first-reading) printf 'the agent has given one reading so far, and power takes two' ;;
    no-meter) printf 'the agent finds nothing on this host that measures energy' ;;
    no-energy) printf 'the agent cannot read the energy counters' ;;
    no-power) printf 'the agent shows no power of processes' ;;
    not-running) printf 'the agent does not run' ;;
  esac
}

# measure_once URL: the words of the judge, or why there is no page
measure_once() {
  local found
  # The page goes by and is not kept: whoever answers may send it without an end.
  found=$(
    set +o pipefail
    curl --globoff --silent --fail --noproxy '*' --max-time 10 "$1" 2>/dev/null |
      head -c "$most_page_bytes" | agent_judge_page
    printf '%s' "${PIPESTATUS[0]}"
  )
  case ${found##*$'\n'} in
    0) printf '%s' "${found%$'\n'*}" ;;
    23 | 141) printf 'too-large' ;; # curl could not write on
    28) printf 'too-slow' ;;
    *) printf 'no-answer' ;;
  esac
}

# take_verdict VERDICT: of an agent that counts joules, its power since the verdict before; sets verdict
counted_joules='' counted_seconds=''
take_verdict() {
  local joules seconds version
  verdict=$1
  [[ $verdict == counter\ * ]] || return 0
  read -r _ joules seconds version <<<"$verdict"
  verdict=$(awk -v joules="$joules" -v seconds="$seconds" -v before="${counted_joules:-x}" -v since="${counted_seconds:-x}" \
    -v version="$version" 'BEGIN {
      if (before == "x" || seconds <= since || joules < before) print "first-reading"
      else if (joules == before) print "no-energy"
      else printf "ok %.1f %s\n", (joules - before) / (seconds - since), version
    }')
  counted_joules=$joules counted_seconds=$seconds
}

# measures_now URL: once more where the first look is in vain, as the first after a start is; sets measured_watts
measures_now() {
  local verdict look
  for look in first second; do
    [[ $look == first ]] || sleep "$agent_seconds_between_scrapes"
    take_verdict "$(measure_once "$1")"
    if [[ $verdict == ok* ]]; then
      read -r _ measured_watts measured_version measured_note <<<"$verdict"
      return 0
    fi
  done
  last_verdict=$verdict
  return 1
}

# wait_until_measures URL SECONDS IS_RUNNING [ARGUMENT...]: sets measured_watts; fails when it does not come to that
wait_until_measures() {
  local url=$1 seconds=$2 waited verdict last=no-answer
  shift 2
  counted_joules='' counted_seconds='' # those of the agent that was asked before
  for ((waited = 0; waited <= seconds; waited += agent_seconds_between_scrapes)); do
    progress "waiting for a measurement of $url: $waited of $seconds s ($last)"
    sleep "$agent_seconds_between_scrapes"
    take_verdict "$(measure_once "$url")"
    if [[ $verdict == ok* ]]; then
      end_progress
      read -r _ measured_watts measured_version measured_note <<<"$verdict"
      return 0
    fi
    last=$verdict
    [[ $last != too-large ]] || break
    if ! "$@"; then
      last=not-running
      break
    fi
  done
  end_progress
  say "$(describe_verdict "$last") ($url)"
  return 1
}
