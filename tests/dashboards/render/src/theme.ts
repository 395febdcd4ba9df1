import { createTheme } from '@grafana/data';

export const theme = createTheme({ colors: { mode: 'dark' } });
