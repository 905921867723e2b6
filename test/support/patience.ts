/** Milliseconds for which `vi.waitFor` waits for what comes by itself: nearly as long as a test may take, for a machine may be busy with much else. */
export const patienceMs = 150_000;
