/** Whether power is measured: agents, VMs without power, and the exporter itself. */
import { dashboard, graph, hostChoice, row, stat, table, timeline, zoneChoice } from './parts.ts';
import { noneOfThem, ofHosts, selected } from './queries.ts';

const up = ofHosts('opennebula_power_agent_up');
const unmeasured = `max by (one_zone_id, one_vm_id, one_host_id, reason) (${selected('opennebula_vm_power_unmeasured_info', 'one_host_id')})`;

export const agents = () =>
  dashboard(
    {
      uid: 'oneext-agents',
      title: 'OpenNebula Power: Agents',
      description: 'Which power agents give no sound answer and why, and which VMs are not measured.',
    },
    [zoneChoice(), hostChoice()],
    [
      stat({ title: 'Hosts with a sound answer', description: '', unit: 'short', width: 6 }, [
        `sum(${up})`,
        'hosts',
      ]),
      stat({ title: 'Hosts without a sound answer', description: '', unit: 'short', width: 6 }, [
        `sum(1 - ${up})`,
        'hosts',
      ]),
      stat({ title: 'VMs not measured', description: '', unit: 'short', width: 6 }, [
        `count(${unmeasured}) or ${noneOfThem}`,
        'VMs',
      ]),
      stat(
        {
          title: 'Exporters that read OpenNebula',
          description: 'Of those that Prometheus knows.',
          unit: 'short',
          width: 6,
        },
        [`sum(${selected('opennebula_up')})`, 'exporters'],
      ),
      row('Agents'),
      timeline({ title: 'Sound answers', description: '1: sound, 0: none.', unit: 'short', width: 12 }, [
        up,
        'host {{one_host_id}}',
      ]),
      table(
        {
          title: 'Agents, and why an answer is not used',
          description: 'reason is ok where it is used; docs/metrics.md explains the others.',
          unit: 'short',
          width: 12,
        },
        [`${ofHosts('opennebula_power_agent_info', 'agent', 'version', 'method', 'reason')}`, ''],
      ),
      graph({ title: 'Answers in a second', description: 'By agent and result.', unit: 'short', width: 24 }, [
        `sum by (agent, result) (rate(${selected('opennebula_power_agent_answers_total')}[$__rate_interval]))`,
        '{{agent}} {{result}}',
      ]),
      row('VMs that are not measured'),
      graph({ title: 'Why VMs are not measured', description: 'By reason.', unit: 'short', width: 12 }, [
        `count by (reason) (${unmeasured}) or label_replace(${noneOfThem}, "reason", "none", "", "")`,
        '{{reason}}',
      ]),
      table(
        {
          title: 'VMs that are not measured',
          description: 'Empty where all of them are.',
          unit: 'short',
          width: 12,
        },
        [unmeasured, ''],
      ),
      row('Exporter'),
      graph({ title: 'Duration of collectors', description: 'Of their last run.', unit: 's', width: 8 }, [
        `max by (one_zone_id, collector) (${selected('opennebula_scrape_collector_duration_seconds')})`,
        '{{collector}}',
      ]),
      graph({ title: 'Age of values', description: 'By collector.', unit: 's', width: 8 }, [
        `max by (one_zone_id, collector) (${selected('opennebula_scrape_collector_age_seconds')})`,
        '{{collector}}',
      ]),
      graph({ title: 'Collectors that fail', description: '0: it fails.', unit: 'short', width: 8 }, [
        `min by (one_zone_id, collector) (${selected('opennebula_scrape_collector_success')})`,
        '{{collector}}',
      ]),
    ],
  );
