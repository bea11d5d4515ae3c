/** What namespaces, workloads and nodes of a Kubernetes cluster draw, by the rules of guest/kubernetes. */
import { dashboard, graph, labelChoice, stat, table } from './parts.ts';

const ofNodes = (metric: string): string => `${metric}{node=~"$node"}`;
const ofPods = (metric: string): string => `${metric}{node=~"$node", namespace=~"$namespace"}`;
const watts = ofNodes('vm:kubernetes_power:watts');
const podWatts = ofPods('pod:kubernetes_power:watts');

export const kubernetes = () =>
  dashboard(
    {
      uid: 'kubernetes-power',
      title: 'Kubernetes Power',
      description:
        'Power and energy of a cluster whose nodes are VMs of OpenNebula, or machines with RAPL. It takes the rules of guest/kubernetes/monitoring.',
    },
    [
      labelChoice('node', 'Node', 'vm:kubernetes_power:watts'),
      labelChoice('namespace', 'Namespace', 'namespace:kubernetes_power:watts'),
    ],
    [
      stat(
        {
          title: 'Power of the nodes',
          description: 'What the VMs of the cluster draw, or its machines.',
          unit: 'watt',
          width: 6,
        },
        [`sum(${watts})`, 'power'],
      ),
      stat(
        { title: 'Energy of the last hour', description: 'Of the same nodes.', unit: 'kwatth', width: 6 },
        [`sum(${ofNodes('vm:kubernetes_energy:kwh1h')})`, 'energy'],
      ),
      stat(
        {
          title: 'Power that no pod uses',
          description: 'The kernel, the kubelet, processes that are in no pod, and idle power.',
          unit: 'percentunit',
          width: 6,
        },
        [
          `sum(pod:kubernetes_power:watts{node=~"$node", namespace="unassigned"}) / sum(${watts})`,
          'part of all',
        ],
      ),
      stat({ title: 'Nodes', description: 'Nodes whose power is known.', unit: 'short', width: 6 }, [
        `count(${watts})`,
        'nodes',
      ]),
      graph(
        {
          title: 'Power by namespace',
          description: 'All namespaces together draw what the nodes draw; what no pod uses is in unassigned.',
          unit: 'watt',
          width: 24,
        },
        [`sum by (namespace) (${podWatts})`, '{{namespace}}'],
      ),
      graph(
        {
          title: 'Power by workload',
          description: 'The twenty workloads that draw most.',
          unit: 'watt',
          width: 12,
        },
        [`topk(20, sum by (namespace, workload) (${podWatts}))`, '{{namespace}}/{{workload}}'],
      ),
      graph(
        {
          title: 'Power by VM',
          description: 'Of each node: the id of its VM in OpenNebula, and its name.',
          unit: 'watt',
          width: 12,
        },
        [watts, '{{one_vm_id}} {{node}}'],
      ),
      table(
        {
          title: 'Energy of the last hour by workload',
          description: 'Pods that have ended within the hour have their part.',
          unit: 'kwatth',
          width: 12,
        },
        [`sum by (namespace, workload) (${ofPods('pod:kubernetes_energy:kwh1h')})`, ''],
      ),
      table(
        {
          title: 'Energy of the last hour by VM',
          description: 'As the front-end of OpenNebula counts it.',
          unit: 'kwatth',
          width: 12,
        },
        [ofNodes('vm:kubernetes_energy:kwh1h'), ''],
      ),
    ],
  );
