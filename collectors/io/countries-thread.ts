/** The thread that looks up countries (read-countries.ts): a program of its own, as no other needs the borders. */
import { parentPort, workerData } from 'node:worker_threads';
import { countryOf } from '../grid/countries.ts';
import type { Task } from './read-countries.ts';

const { geolocations }: Task = workerData;
parentPort?.postMessage(geolocations.map((one) => [one, countryOf(one)] as const));
