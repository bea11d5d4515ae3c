# shellcheck shell=bash
# The kernel modules that make the CPU's energy counters appear (RAPL, in the powercap tree).

modules_file=$ROOT/etc/modules-load.d/opennebula-extensions.conf
wanted_modules=()
modules_to_load=()
missing_modules=()

module_is_loaded() { [[ -d $ROOT/sys/module/$1 ]] || grep -qs "^$1 " "$ROOT/proc/modules"; }
module_is_built_in() { grep -qs "/$1\.ko" "$ROOT/lib/modules/$(uname -r)/modules.builtin"; }
module_exists() { module_is_loaded "$1" || module_is_built_in "$1" || modinfo "$1" >/dev/null 2>&1; }

# The driver has these names since 5.0, for AMD too. Enterprise kernels carry parts of later ones, so what is
# there counts and not the version alone.
choose_modules() {
  wanted_modules=(intel_rapl_common intel_rapl_msr)
  if ! kernel_at_least 5 0 && ! module_exists intel_rapl_msr; then wanted_modules=(intel_rapl); fi
}

plan_modules() {
  local module
  choose_modules
  for module in "${wanted_modules[@]}"; do
    if module_is_loaded "$module" || module_is_built_in "$module"; then continue; fi
    # Newer CPUs have their counters from another driver: where they are there, nothing has to be loaded.
    if [[ -n $(package_counters) ]]; then continue; fi
    if modinfo "$module" >/dev/null 2>&1; then modules_to_load+=("$module"); else missing_modules+=("$module"); fi
  done
}

modules_to_remember() {
  local module
  for module in "${wanted_modules[@]}"; do
    if module_is_built_in "$module" || [[ $module == "$failed_module" ]]; then continue; fi
    if module_is_loaded "$module" || [[ " ${modules_to_load[*]} " == *" $module "* ]]; then printf '%s\n' "$module"; fi
  done
}

modules_text() {
  printf '# The energy counters of the CPU, for the power agent; made by host.sh of opennebula-extensions.\n'
  modules_to_remember
}

modules_are_remembered() { has_text "$modules_file" "$(modules_text)"; }

unload_module() { ! module_is_loaded "$1" || modprobe -r "$1"; }

load_modules() {
  local module
  for module in "${modules_to_load[@]}"; do
    on_failure unload_module "$module"
    if ! modprobe "$module"; then
      failed_module=$module # check_rapl tells whether that matters
      return 0
    fi
  done
}

remember_modules() { write_file "$modules_file" "$(modules_text)"; }
