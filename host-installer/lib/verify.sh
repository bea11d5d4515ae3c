# shellcheck shell=bash
# Whether an agent measures: its page shows energy above zero, and the power of processes.

# Scaphandre stops measuring when it is asked more often than every two seconds.
seconds_between_scrapes=3
most_seconds=60
measured_watts='' measured_version='' last_verdict=''

# judge_page <PAGE: "ok WATTS VERSION", "no-energy" or "no-power"
judge_page() {
  awk '
    /^scaph_host_energy_microjoules[ {]/ { energy = $NF + 0 }
    /^scaph_host_power_microwatts[ {]/ { power = $NF + 0 }
    /^scaph_self_version[ {]/ { version = $NF }
    /^scaph_process_power_consumption_microwatts\{/ { processes += 1; if ($NF + 0 > 0) drawing += 1 }
    END {
      if (energy <= 0) print "no-energy"
      else if (power <= 0 || drawing == 0) print "no-power"
      else printf "ok %.1f %s\n", power / 1e6, version
    }'
}

# measure_once URL: the same words, or "no-answer"
measure_once() {
  local page
  if page=$(curl --globoff --silent --show-error --fail --noproxy '*' --max-time 10 "$1" 2>/dev/null); then
    judge_page <<<"$page"
  else
    printf 'no-answer'
  fi
}

# measures_now URL: once more where the first look is in vain, as the first after a start is; sets measured_watts
measures_now() {
  local verdict look
  for look in first second; do
    [[ $look == first ]] || sleep "$seconds_between_scrapes"
    verdict=$(measure_once "$1")
    if [[ $verdict == ok* ]]; then
      read -r _ measured_watts measured_version <<<"$verdict"
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
  for ((waited = 0; waited <= seconds; waited += seconds_between_scrapes)); do
    progress "waiting for a measurement of $url: $waited of $seconds s ($last)"
    sleep "$seconds_between_scrapes"
    verdict=$(measure_once "$url")
    if [[ $verdict == ok* ]]; then
      end_progress
      read -r _ measured_watts measured_version <<<"$verdict"
      return 0
    fi
    last=$verdict
    if ! "$@"; then
      last='it does not run'
      break
    fi
  done
  end_progress
  case $last in
    no-answer) say "the agent gave no page at $url" ;;
    no-energy) say 'the agent cannot read the energy counters' ;;
    no-power) say 'the agent shows no power of processes' ;;
    *) say "the agent gave no measurement: $last" ;;
  esac
  return 1
}
