/// One runner per model, the acceptor, and the server's life cycle.
///
/// [dev.polyserve.run.Runners] wires a model to its runner in one exhaustive switch; nothing else branches on the model.
/// [dev.polyserve.run.Acceptor] is the one place that accepts. [dev.polyserve.run.LiveServer] is the life cycle.
///
/// **Threads**: each class says which; the acceptors run on the accept loop.
///
/// **Depends on** everything else in `core`.
@NullMarked
package dev.polyserve.run;

import org.jspecify.annotations.NullMarked;
