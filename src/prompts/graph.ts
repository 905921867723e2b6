/** Stands in a node's prompt for a variable that has no value: nothing is left out silently. All other words are the flow's own. */
export const notAvailable = '(not available)';
