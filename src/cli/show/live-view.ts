import { createLogUpdate } from 'log-update';

import type { RunView } from '../../client/index.js';
import { liveLines } from './live-lines.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from '../home/session.js';
import { SituationWatch } from './situation.js';
import type { World } from '../world.js';

/** Milliseconds between two pictures. */
const frameMs = 100;

/** Progress for a terminal, redrawn in place. */
export function showLive(session: Session, view: RunView, world: World): ProgressView {
  const draw = createLogUpdate(world.stderr.stream as never);
  const situation = new SituationWatch(session, view, 'picture');
  // What is said meanwhile goes above the picture, which it would tear otherwise.
  const restore = world.stderr.redirect((text) => draw.persist(text.trimEnd()));
  const picture = () => draw(liveLines(view, situation.now, world.stderr).join('\n'));
  const timer = setInterval(picture, frameMs);
  return {
    wantsEach: false,
    ended: picture,
    stop(): void {
      clearInterval(timer);
      situation.stop();
      picture();
      draw.done();
      restore();
    },
  };
}
