import { createNativeEngine } from '../../src/native/native-engine.ts';
import { testEngine } from '../engine-conformance.ts';

testEngine('the native engine in threads', () => createNativeEngine({ synchronousMicros: 0 }));
testEngine('the native engine with short runs on the event loop', () => createNativeEngine());
