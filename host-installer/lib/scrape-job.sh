# shellcheck shell=bash
# The job for /etc/one/prometheus/prometheus.yml on the front-end.

print_scrape_job() {
  cat <<JOB
- job_name: '$agent_job'
  static_configs:
    - targets: ['$(bracketed "$target_name"):$listen_port']
      labels:
        host_id: $host_id
        one_host_id: $host_id
JOB
}
