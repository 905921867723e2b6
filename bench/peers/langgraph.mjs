// LangGraph.js: a node a branch by Send, checkpointed in PostgreSQL.
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';

import { asker, measured, range } from './ask.mjs';

const [url, count, times, database] = process.argv.slice(2);
const ask = asker(url);
const State = Annotation.Root({
  index: Annotation(),
  answers: Annotation({ reducer: (left, right) => [...left, ...right], default: () => [] }),
});
const saver = PostgresSaver.fromConnString(database);
await saver.setup();
const graph = new StateGraph(State)
  .addNode('ask', async ({ index }) => ({ answers: [await ask(index)] }))
  .addConditionalEdges(START, () => range(Number(count)).map((index) => new Send('ask', { index })))
  .addEdge('ask', END)
  .compile({ checkpointer: saver });
await measured(Number(times), async (time) => {
  const { answers } = await graph.invoke({}, { configurable: { thread_id: `${process.pid}-${time}` } });
  if (answers.length !== Number(count)) throw new Error(`${answers.length} answers`);
});
process.exit(0);
