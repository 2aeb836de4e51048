/// The load generator: client connections on event loops of its own, which send, verify every byte and measure the
/// latency of every reply.
///
/// **Thread**: each type says its own; a loop owns its connections. **May use**: `result`, and of `core` the API, `io`
/// and `loop`.
@NullMarked
package dev.polyserve.bench.load;

import org.jspecify.annotations.NullMarked;
