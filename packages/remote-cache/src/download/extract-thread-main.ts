import { parentPort, workerData } from 'node:worker_threads';
import { extract, type ExtractRequest } from './extract.ts';

parentPort?.postMessage(extract(workerData as ExtractRequest), []);
