/**
 * How the workflows' sandbox is run; to be spread into the options of every worker. The SDK ends a step of a workflow that computes
 * for more than five seconds, and ends it in the midst: Node then finds its own records of what called what corrupted, and aborts
 * the whole process with every run in it. On a busy machine a long history needs longer, and Temporal's own time-out of a
 * workflow task is the right judge of it. The SDK reads this option and does not declare it.
 */
export const SANDBOX = { isolateExecutionTimeout: '2 minutes' } as const;
