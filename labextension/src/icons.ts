import { LabIcon } from '@jupyterlab/ui-components';

import runsSvg from '../style/icons/runs.svg';

/** The extension's own: one cell, and what it becomes. */
export const runsIcon = new LabIcon({ name: 'cellburst:runs', svgstr: runsSvg });
