/** What happens when nobody reads what a program says. */

/**
 * Lets a program go on where the other end of stdout or stderr is closed (`| head`, a supervisor that has ended):
 * what it says then is lost, and what it does must not end half-way. To be called before anything is written.
 */
export const surviveClosedStreams = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(error.code ?? '')) throw error;
    });
};
