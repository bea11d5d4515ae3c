/** Failures of the exporter. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const collectorError = defineErrors({
  COLLECTOR_INPUT: {
    exitCode: 1,
    message: 'cannot read {path}: {detail}',
    hint: 'check that the file is complete and that the user of this process may read it',
  },
  ENERGY_FOLDER: {
    exitCode: 1,
    message: 'the folder {path} for the accounts of energy cannot be used: {detail}',
    hint: 'make the folder and give it to the user of the exporter, name another one with --energy.directory, or turn the accounts off with --no-collector.energy',
  },
  ENERGY_LEDGER: {
    exitCode: 1,
    message: 'the accounts of energy cannot use {path}: {detail}',
    hint: 'give another folder with --energy.directory, install the version that wrote this one, or put right what is named above; the exporter serves all else meanwhile',
  },
  MONITORING_KEY: {
    exitCode: 1,
    message:
      'power is not pushed into the monitoring of VMs, as it is not known whether monitord expects it to be encrypted: {path}: {detail}',
    hint: 'let the user of the exporter read the file and the PUBKEY that its NETWORK names, or name another file with --monitoring.config-file',
  },
  ENERGY_IN_USE: {
    exitCode: 1,
    message: 'the accounts of energy in {path} are kept by another exporter (process {pid})',
    hint: 'stop the other exporter, or give this one a folder of its own with --energy.directory',
  },
  CARBON_FILE: {
    exitCode: 78,
    message: 'cannot use the file of hourly CO2 {path}: {detail}',
    hint: 'put an answer of one of these services there, or a JSON list of several; or name another file with --energy.co2-hourly-file',
  },
  CARBON_SERVICE: {
    exitCode: 1,
    message: 'the service of hourly CO2 at {url} gives no answer that can be used: {detail}',
    hint: 'check --energy.co2-url, and --energy.co2-token-file where the service asks for a token; an answer of another service is not understood',
  },
  CARBON_SOURCES: {
    exitCode: 78,
    message: 'the hourly CO2 is from {sources}, which count in different ways and are never mixed',
    hint: 'name files and URLs of one service alone with --energy.co2-hourly-file and --energy.co2-url, and give the other zones a factor of your own with energy.co2 in oneext.yaml',
  },
});
