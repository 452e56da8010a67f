import { LabIcon } from '@jupyterlab/ui-components';

// No `fill` beside the class: JupyterLab's themes would fill the drawing.
const svg = (drawing: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" fill="none"><g class="jp-icon3" stroke="#616161" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${drawing}</g></svg>`;

/** An instance, and the time that it has. */
export const instanceIcon = new LabIcon({
  name: 'jupyter-dsw:instance',
  svgstr: svg(
    '<path d="M20 9V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v5a1 1 0 0 0 1 1h6M4 14v5a1 1 0 0 0 1 1h4M8 7.5h.01"/><circle cx="16.500" cy="16.500" r="5"/><path d="M16.500 14v2.500l1.700 1.300"/>',
  ),
});
