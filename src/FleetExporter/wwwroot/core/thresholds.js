// Thresholds of fleet.yml.
import { state } from './store.js';

export const threshold = (name, fallback) => state.config?.thresholds?.[name] ?? fallback;
