/**
 * Electrical power of the GPUs of VMs, from OpenNebula's own monitoring.
 *
 * The power agents of hosts measure processors and memory: what a GPU draws is in none of their numbers.
 */
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';
import { gpuWattsOf } from './gpu-power.ts';

const vmGpuPower = gauge(
  'opennebula_vm_gpu_power_watts',
  'Power of all GPUs of the VM together, as OpenNebula monitors it (GPU_POWER_USAGE)',
  ['one_vm_id'],
);
const vmGpuUnknown = gauge(
  'opennebula_vm_gpu_power_unknown_info',
  'VM that runs and has a GPU whose power is not known, and why',
  ['one_vm_id', 'reason'],
);

export const gpuCollector = defineCollector({
  name: 'gpu',
  help: "electrical power of the GPUs of VMs, from OpenNebula's monitoring",
  reads: ['gpuPower'],
  options: {},
  families: [vmGpuPower, vmGpuUnknown],
  collect: ({ gpuPower }) => {
    const unknown = [...gpuPower].flatMap(([id, power]) =>
      typeof power === 'string' ? [[String(id), power]] : [],
    );
    return [
      samplesOf(
        vmGpuPower,
        labelled(gpuPower, vmGpuPower.labels, ([id]) => [String(id)]),
        ([, power]) => gpuWattsOf(power),
      ),
      samplesOf(
        vmGpuUnknown,
        labelled(unknown, vmGpuUnknown.labels, (values) => values),
        () => 1,
      ),
    ];
  },
});
