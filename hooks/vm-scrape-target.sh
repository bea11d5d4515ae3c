# shellcheck shell=dash
# A VM that has no attribute PROMETHEUS_EXPORTER, under whatever element, gets no target file.
case $document in *PROMETHEUS_EXPORTER*) run_node ;; esac

# Only as oned writes it; the id names the file that may have to go.
beginning='<VM>
  <ID>'
case $document in
  "$beginning"*) rest=${document#"$beginning"} ;;
  *) run_node ;;
esac
id=${rest%%<*}
case $id in '' | *[!0123456789]* | 0?* | ???????????*) run_node ;; esac
case $rest in "$id</ID>"*) ;; *) run_node ;; esac

read_paths_given targets_folder
folder=${ONEEXT_PROMETHEUS_TARGETS_FOLDER-$var/prometheus/targets}
[ -n "$folder" ] || run_node
for folder in "$folder" $given; do
  is_missing "$folder/vm-$id.json" || run_node
done
nothing_to_do "VM $id: it has no PROMETHEUS_EXPORTER and no target file"
