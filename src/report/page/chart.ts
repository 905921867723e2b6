import { BarChart, CustomChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption, ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

import { colour, find } from './dom.js';

use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  CustomChart,
  DataZoomComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
]);

/** A chart that can be drawn anew, in other colours or another size. */
export interface Chart {
  draw(): void;
  resize(): void;
}

/**
 * @param option is asked for each time, for colours may have changed
 * @param redraws whether another size changes more than the size
 */
export function chart(
  id: string,
  option: () => EChartsCoreOption,
  chosen: (index: number) => void,
  { redraws = false } = {},
): Chart {
  let drawn: ECharts | undefined;
  const made: Chart = {
    draw() {
      drawn ??= init(find(id), null, { renderer: 'canvas' });
      drawn.setOption(
        { textStyle: { color: colour('text'), fontFamily: 'inherit' }, animation: false, ...option() },
        true,
      );
      // A page that is printed waits for no frame.
      drawn.getZr().flush();
      drawn.off('click');
      drawn.on('click', ({ data, dataIndex }) => {
        const { branch } = (data ?? {}) as { branch?: number };
        chosen(branch ?? dataIndex);
      });
    },
    resize() {
      drawn?.resize();
      if (redraws) made.draw();
    },
  };
  return made;
}

export function axis(): object {
  return {
    axisLabel: { color: colour('text') },
    axisLine: { lineStyle: { color: colour('line') } },
    splitLine: { lineStyle: { color: colour('line') } },
  };
}

export function tooltip(): object {
  return {
    backgroundColor: colour('panel'),
    borderColor: colour('line'),
    textStyle: { color: colour('text') },
    confine: true,
  };
}
