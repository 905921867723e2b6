import type { RunView } from '../../client/index.js';
import { liveLines } from './live-lines.js';
import { pictureOn } from './picture.js';
import type { ProgressView } from './progress-view.js';
import type { Session } from '../home/session.js';
import { SituationWatch } from './situation.js';
import { lines } from './terminal-text.js';
import type { World } from '../world.js';

/** Milliseconds between two pictures. */
const frameMs = 100;

/**
 * Progress for a terminal, redrawn in place.
 *
 * @param leavesNothing whether the last picture is taken away, because what follows tells of every branch
 * @param followsText whether the newest words of answers under way are shown
 */
export function showLive(
  session: Session,
  view: RunView,
  world: World,
  { leavesNothing, followsText }: { leavesNothing: boolean; followsText: boolean },
): ProgressView {
  const picture = pictureOn(world.stderr);
  const situation = new SituationWatch(session, view, 'picture');
  // Messages go above the picture; inside they would tear it.
  const restore = world.stderr.redirect((text) => picture.writeAbove(text));
  let paused = false;
  const draw = () => {
    if (!paused) picture.draw(lines(liveLines(view, situation.now, world.stderr, { followsText })));
  };
  const timer = setInterval(draw, frameMs);
  return {
    wantsEach: false,
    ended: draw,
    pause() {
      paused = true;
      picture.draw(lines([]));
      return () => {
        paused = false;
      };
    },
    stop(): void {
      clearInterval(timer);
      situation.stop();
      if (leavesNothing) picture.draw(lines([]));
      else draw();
      picture.done();
      restore();
    },
  };
}
