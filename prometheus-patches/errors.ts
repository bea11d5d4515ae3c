/** Failures of target files and of the configuration of Prometheus. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const prometheusError = defineErrors({
  TARGET_FILE: {
    exitCode: 1,
    message: 'cannot bring the target file {path} in line: {detail}',
    hint: 'the folder named by prometheus.targets_folder must be writable for oneadmin; then: oneext prometheus sync',
  },
  PROMETHEUS_CONFIG_UNREADABLE: {
    exitCode: 78,
    message: 'cannot read the configuration of Prometheus {path}: {detail}',
    hint: 'name the file with --prometheus.config, and run the command as oneadmin or root',
  },
  PROMETHEUS_CONFIG_UNEDITABLE: {
    exitCode: 78,
    message: 'the configuration of Prometheus {path} was left alone: {detail}',
    hint: 'correct that place by hand, or add the jobs that --check lists yourself',
  },
  PROMETHEUS_CONFIG_REJECTED: {
    exitCode: 1,
    message:
      'the configuration of Prometheus {path} was left alone: promtool refuses what it would become: {detail}',
    hint: 'run promtool check config on the file as it is; --prometheus.promtool says where promtool is',
  },
  PROMETHEUS_CONFIG_CHANGED: {
    exitCode: 75,
    message:
      'the configuration of Prometheus {path} was changed by somebody else meanwhile and was left alone',
    hint: 'run the command again',
  },
  PROMETHEUS_CONFIG_WRITE: {
    exitCode: 1,
    message: 'cannot write the configuration of Prometheus {path}: {detail}',
    hint: 'run the command as root, or as the owner of the folder of the file, which must be writable',
  },
  SCALE_OUT_FOREIGN: {
    exitCode: 78,
    message: '{folder} was left alone: somebody else has made or changed {files}',
    hint: 'move these files away, or name another folder with --directory; settings of your own belong on the command line of the engine, or in files of other names',
  },
  SCALE_OUT_FOLDER: {
    exitCode: 1,
    message: 'cannot write the files of scale-out into {folder}: {detail}',
    hint: 'name a folder that you may write into with --directory, or run the command as root',
  },
  PROMETHEUS_RELOAD: {
    exitCode: 1,
    message: 'Prometheus could not be told to read its configuration again: {detail}',
    hint: 'run systemctl kill --signal=HUP --kill-whom=main UNIT, or restart the unit; --prometheus.unit names it',
  },
  GRAFANA_FOLDER: {
    exitCode: 2,
    message: '{path} is not the provisioning folder of Grafana, which is {folder}',
    hint: 'give that folder to oneext grafana provision',
  },
  GRAFANA_PROVISION: {
    exitCode: 1,
    message: 'the dashboards cannot be put into {path}: {detail}',
    hint: 'name the provisioning folder of Grafana, such as /etc/grafana/provisioning, and run the command as root',
  },
});
