// LangGraph.js: a node a branch by Send, checkpointed in SQLite.
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';

import { asker, measured, range } from './ask.mjs';

const [url, count, times, database] = process.argv.slice(2);
const ask = asker(url);
const State = Annotation.Root({
  index: Annotation(),
  answers: Annotation({ reducer: (left, right) => [...left, ...right], default: () => [] }),
});
const graph = new StateGraph(State)
  .addNode('ask', async ({ index }) => ({ answers: [await ask(index)] }))
  .addConditionalEdges(START, () => range(Number(count)).map((index) => new Send('ask', { index })))
  .addEdge('ask', END)
  .compile({ checkpointer: SqliteSaver.fromConnString(database) });
await measured(times, async (thread) => {
  const config = { configurable: { thread_id: thread } };
  const begun = (await graph.getState(config)).next.length > 0;
  const { answers } = await graph.invoke(begun ? null : {}, config);
  if (answers.length !== Number(count)) throw new Error(`${answers.length} answers`);
});
process.exit(0);
