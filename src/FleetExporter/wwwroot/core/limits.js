// Thresholds as fleet.yml sets them.
import { state } from './store.js';

export const limit = (name, usual) => state.config?.thresholds?.[name] ?? usual;
