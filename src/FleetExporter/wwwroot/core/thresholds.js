// Thresholds of fleet.yml and of the API.
import { state } from './store.js';

export const threshold = (name, fallback) => state.config?.thresholds?.[name] ?? fallback;
